"""A renderer of coloured squares instead of faces: quick, and every value can be recomputed."""

from __future__ import annotations

import dataclasses
import os
import signal

import jax
import jax.numpy as jnp
import pytest

from e2far_jax.data.chunks import BATCH_SIZE
from e2far_jax.data.rendering import scene_at
from e2far_jax.data.settings import DataSettings
from e2far_jax.data.synthetic_faces import synthetic_faces_dataset_builder as builder_module
from e2far_jax.geometry.cameras import Camera
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.scene import Pair
from e2far_jax.rendering.settings import SceneConfig
from tests.random_faces import random_model

SIZE = 48
COUNTS = DataSettings(train_examples=20, validation_examples=3, test_examples=5, seed=7)


@jax.jit
def plain_pairs(keys: jax.Array, nearness: float = 0.0) -> Pair:
    """One colour a picture, which is told by the first three identity coefficients."""

    def pair(key: jax.Array) -> Pair:
        parts = jax.random.split(key, 4)
        identity = jax.random.normal(parts[0], (5,))
        image = jnp.broadcast_to(jax.nn.sigmoid(identity[:3]), (SIZE, SIZE, 3))
        camera = Camera(jnp.eye(3), jax.random.uniform(parts[1]) + 0.1, jnp.full(2, SIZE / 2))
        expression = jax.random.uniform(parts[2], (4,))
        landmarks = SIZE * jax.random.uniform(parts[3], (68, 2))
        factors = {"pose.yaw": 9.0 * identity[0], "pose.nearness": jnp.float32(nearness)}
        return Pair(image, identity, expression, camera, landmarks, factors)

    return jax.vmap(pair)(keys)


@dataclasses.dataclass
class Renderer:
    """Counts its calls, and fails once `fail_at` of them were made, or kills its process.

    The factor "pose.nearness" tells which scene it was called for: the scene's largest one, or
    where there is no scene the level.
    """

    calls: int = 0
    fail_at: int = 10**9
    die_at: int = 10**9
    scene: SceneConfig | None = None
    model: MorphableModel = dataclasses.field(default_factory=random_model)

    def __call__(self, keys: jax.Array, level: int) -> Pair:
        told = scene_at(self.scene, level).pose.nearness if self.scene else level
        if not isinstance(keys, jax.core.Tracer):
            self.calls += 1
        if self.calls > self.fail_at:
            raise KeyboardInterrupt
        if self.calls > self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        assert len(keys) in (1, BATCH_SIZE)
        return plain_pairs(keys, told)

    def of(self, scene: SceneConfig, face_model: FaceModelSettings) -> Renderer:
        self.scene = scene
        return self


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> Renderer:
    """Stands in for the scene's renderer and the face model in the builder."""
    standing_in = Renderer()
    monkeypatch.setattr(builder_module, "SceneRenderer", standing_in.of)
    return standing_in
