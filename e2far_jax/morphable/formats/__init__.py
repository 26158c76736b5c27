"""Readers and writers of morphable models: one file a format."""
