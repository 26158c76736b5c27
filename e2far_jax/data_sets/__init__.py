"""Published data sets, read from the user's own copies; nothing is fetched.

A file a set, which says how the folder is expected, where to ask for it and whom to cite; `sets`
has all of them by name. Reading a set opens no picture and no scan: its items know where their
files are, and load each when asked.
"""
