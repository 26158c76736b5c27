"""What a reader of models says about a file that is not what it should be."""

from __future__ import annotations

from e2far_jax.containers.errors import FormatError

# One class, for most of what is wrong with a model's file is found by the reader of its container.
ModelFormatError = FormatError
