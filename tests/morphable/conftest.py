"""Models for tests: a small face-like one, valid and quickly made, and a real one."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable import MorphableModel, open_morphable_model
from e2far_jax.morphable.surface_points import points_at_vertices

SIDE = 12


@pytest.fixture(scope="session")
def ict(real_data: Path) -> MorphableModel:
    """ICT-FaceKit, converted once for all tests."""
    return open_morphable_model(f"ict:{real_data / 'ict_facekit' / 'ict_facekit.tar.xz'}")


@pytest.fixture
def small_model() -> MorphableModel:
    """A dome of 144 vertices, 9 mm apart, with random bases and outer eyes 99 mm apart."""
    rng = np.random.default_rng(0)
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    x, y = 9.0 * (column - 5.5), 9.0 * (row - 5.5)
    mean = np.stack([x, y, 60.0 - (x**2 + y**2) / 150.0], -1)
    corner = (row * SIDE + column)[(row < SIDE - 1) & (column < SIDE - 1)]
    triangles = np.concatenate(
        [
            np.stack([corner, corner + 1, corner + SIDE + 1], -1),
            np.stack([corner, corner + SIDE + 1, corner + SIDE], -1),
        ]
    )
    eyes = [8 * SIDE, 8 * SIDE + SIDE - 1]
    landmarks = rng.permutation(np.setdiff1d(np.arange(SIDE * SIDE), eyes))[:68]
    landmarks[[36, 45]] = eyes
    return MorphableModel(
        mean=jnp.asarray(mean, jnp.float32),
        identity_basis=jnp.asarray(rng.normal(size=(144, 3, 12)), jnp.float32),
        expression_basis=jnp.asarray(rng.normal(size=(144, 3, 3)), jnp.float32),
        triangles=jnp.asarray(triangles, jnp.int32),
        landmarks=points_at_vertices(landmarks),
        regions={"face": jnp.asarray(row > 1), "lips": jnp.asarray((row == 3) & (column > 6))},
        texture_coordinates=jnp.asarray(rng.uniform(size=(200, 2)), jnp.float32),
        texture_triangles=jnp.asarray(rng.integers(200, size=triangles.shape), jnp.int32),
        name="dome",
        expression_names=("jawOpen", "mouthSmile_L", "größer"),
        expression_prior="unit",
    )
