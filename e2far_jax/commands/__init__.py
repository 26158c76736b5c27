"""The sub-commands of `e2far`: their arguments, a file each; the work is imported when it runs."""
