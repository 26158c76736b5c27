"""A renderer of coloured squares instead of faces: quick, and every value can be recomputed."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import pytest

from e2far_jax.data.settings import DataSettings
from e2far_jax.data.synthetic_faces import synthetic_faces_dataset_builder as builder_module
from e2far_jax.geometry.cameras import Camera
from e2far_jax.rendering.scene import Pair
from tests.faces import random_model

SIZE = 48
COUNTS = DataSettings(train_examples=20, validation_examples=3, test_examples=5, seed=7)


@jax.jit
def plain_pairs(keys: jax.Array) -> Pair:
    """One colour a picture, which is told by the first three identity coefficients."""

    def pair(key: jax.Array) -> Pair:
        parts = jax.random.split(key, 4)
        identity = jax.random.normal(parts[0], (5,))
        image = jnp.broadcast_to(jax.nn.sigmoid(identity[:3]), (SIZE, SIZE, 3))
        camera = Camera(jnp.eye(3), jax.random.uniform(parts[1]) + 0.1, jnp.full(2, SIZE / 2))
        expression = jax.random.uniform(parts[2], (4,))
        landmarks = SIZE * jax.random.uniform(parts[3], (68, 2))
        return Pair(image, identity, expression, camera, landmarks, {})

    return jax.vmap(pair)(keys)


@dataclasses.dataclass
class Renderer:
    """Counts its calls, and fails once `fail_at` of them were made."""

    calls: int = 0
    fail_at: int = 10**9

    def __call__(self, keys: jax.Array, *rest: object) -> Pair:
        self.calls += 1
        if self.calls > self.fail_at:
            raise KeyboardInterrupt
        return plain_pairs(keys)


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> Renderer:
    """Stands in for the scene's renderer and the face model in the builder."""
    standing_in = Renderer()
    monkeypatch.setattr(builder_module, "render_pairs", standing_in)
    monkeypatch.setattr(builder_module, "load_face_model", lambda settings: random_model())
    return standing_in
