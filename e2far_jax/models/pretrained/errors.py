"""What is said about a file that holds no usable VGG-16."""

from __future__ import annotations

from e2far_jax.containers.errors import FormatError


class PretrainedError(FormatError):
    """A file of weights that is missing, damaged or foreign; names the file and the field."""
