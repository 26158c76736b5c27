"""What any room may have to tell a user."""

from __future__ import annotations


class UsageError(ValueError):
    """A mistake in how a command was called: nothing was done. Its message is one line."""


class PreemptedError(Exception):
    """A job was asked to end before it was done, and saved where it was."""
