"""What goes wrong with a copy of a data set."""

from __future__ import annotations


class DataSetError(ValueError):
    """A copy that is not as published; the message names what is missing and what was expected."""
