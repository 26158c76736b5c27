"""Synthetic faces as a tensorflow-datasets package."""
