"""The benchmark of the small model, drawn by a stand-in of the renderer."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

from e2far_jax.evaluation.synthetic import pictures
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.rendering.scene import Pair, random_coefficients
from tests.reconstruction import conftest as reconstruction

model = reconstruction.model
network = reconstruction.network


@jax.jit
def plain_pairs(keys, model: MorphableModel, config) -> Pair:
    """Faces as the renderer has them, on pictures of one colour."""

    def pair(key):
        identity, expression = random_coefficients(key, model, config)
        angles = jnp.radians(config.pose.yaw_limit) * jax.random.uniform(key, (3,), minval=-0.5)
        camera = Camera(
            rotation_from_euler(0.2 * angles[0], angles[1], 0.1 * angles[2]),
            jnp.float32(0.6),
            jnp.array([90.0, 90.0]),
        )
        points = model.landmarks.on(shape(model, identity, expression))
        colour = jnp.clip(0.5 + 0.2 * identity[:3], 0.0, 1.0)
        image = jnp.broadcast_to(colour, (config.image_size, config.image_size, 3))
        return Pair(image, identity, expression, camera, project(camera, points)[:, :2], {})

    return jax.vmap(pair)(keys)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Puts the stand-in in the renderer's place; how many scenes each call drew."""
    calls: list[int] = []

    def counted(keys, model, config) -> Pair:
        calls.append(len(keys))
        return plain_pairs(keys, model, config)

    monkeypatch.setattr(pictures, "render_pairs", counted)
    return calls


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"
