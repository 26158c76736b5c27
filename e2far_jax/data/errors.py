"""What goes wrong with stored data."""

from __future__ import annotations


class DataError(ValueError):
    """A stored file is damaged, or belongs to something else; the message names it."""
