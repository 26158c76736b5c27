"""Small trained networks that tests make up."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from e2far_jax.models import E2FAR, NetworkSettings
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.morphable.symmetry import Mirror
from e2far_jax.weights import TrainedNetwork
from tests.random_faces import TINY_NETWORK
from tests.reconstruction.conftest import dome


def random_variables(settings: NetworkSettings) -> dict[str, Any]:
    """Parameters that are nowhere zero, small enough for predictions of moderate size."""
    images = jnp.zeros((1, settings.image_size, settings.image_size, 3))
    shapes = jax.eval_shape(E2FAR(settings).init, jax.random.key(0), images)
    random = np.random.default_rng(0)

    def drawn(leaf: jax.ShapeDtypeStruct) -> np.ndarray:
        width = np.prod(leaf.shape[:-1]) if len(leaf.shape) > 1 else 100.0
        return np.float32(random.normal(size=leaf.shape) / np.sqrt(width))

    variables = jax.tree.map(drawn, shapes)
    # Points of the closer look are spread over the picture, as a face's are.
    points = jax.tree.map(lambda leaf: np.float32(200.0 * leaf), variables.get("points", {}))
    return {**variables, "points": points} if points else variables


def trained(named: bool = True, mirrored: bool = False, **changes: Any) -> TrainedNetwork:
    """A network on the dome, whose expressions are weights where they have names.

    Where it is `mirrored` it looks at mirror images, too; what they do to coefficients is made up.
    """
    settings = dataclasses.replace(TINY_NETWORK, **changes)
    variables = random_variables(settings)
    random = np.random.default_rng(1)
    sizes = settings.identity_size, settings.expression_size
    mirror = Mirror(*(np.float32(random.normal(size=(size, size))) for size in sizes))
    return TrainedNetwork(
        settings,
        dome(named=named),
        FaceModelSettings("dome"),
        variables,
        "random numbers",
        mirror if mirrored else None,
    )
