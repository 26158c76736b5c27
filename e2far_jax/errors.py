"""What any room may have to tell a user."""

from __future__ import annotations


class UsageError(ValueError):
    """A mistake in how a command was called: nothing was done. Its message is one line."""
