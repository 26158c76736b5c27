"""What tells one morphable model from another, in few numbers that survive rounding."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.model import MorphableModel

PROBE_TOLERANCE_MM = 0.05


def model_probe(model: MorphableModel) -> Float[np.ndarray, "68 3"]:
    """The 68 landmarks, mm, under coefficients that differ from mode to mode."""
    identity = np.cos(np.arange(model.identity_size))
    expression = np.cos(1.0 + np.arange(model.expression_size))
    corners, weights = (
        np.asarray(part) for part in (model.landmarks.corners, model.landmarks.weights)
    )
    mean, identities, expressions = (
        np.einsum("pk,pk...->p...", weights, np.asarray(array, np.float64)[corners])
        for array in (model.mean, model.identity_basis, model.expression_basis)
    )
    return mean + identities @ identity + expressions @ expression


def same_probe(stored: Float[np.ndarray, "*any"], found: Float[np.ndarray, "68 3"]) -> bool:
    """Whether two probes are of the same model, the same modes and the same landmarks."""
    return stored.shape == found.shape and bool(np.abs(stored - found).max() < PROBE_TOLERANCE_MM)
