"""Surfaces and points in the files of scanners and data sets."""
