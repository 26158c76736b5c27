"""What a face is: morphable models, their shapes, and where models come from."""

from e2far_jax.morphable.model import (
    MorphableModel,
    clip_expression,
    gram_matrix,
    neutral_shape,
    shape,
)
from e2far_jax.morphable.open import open_morphable_model
from e2far_jax.morphable.operations import crop, truncate, without_similarity

__all__ = [
    "MorphableModel",
    "clip_expression",
    "crop",
    "gram_matrix",
    "neutral_shape",
    "open_morphable_model",
    "shape",
    "truncate",
    "without_similarity",
]
