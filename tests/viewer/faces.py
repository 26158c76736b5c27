"""A small face with a photograph, for pages and for the server."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from e2far_jax.faces.face import Face
from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings
from tests.reconstruction.conftest import dome

PICTURE_SIZE = (240, 200)


def dome_face(model: MorphableModel | None = None, **changes) -> Face:
    """The dome, turned a little, in the middle of a picture of 240 x 200 pixels."""
    rows, columns = np.mgrid[: PICTURE_SIZE[1], : PICTURE_SIZE[0]]
    waves = [np.sin(columns / 31.0), np.cos(rows / 23.0), np.sin((rows + columns) / 41.0)]
    model = dome() if model is None else model
    parts = {
        "model": model,
        "model_settings": FaceModelSettings("dome"),
        "identity": np.linspace(-1.0, 1.0, model.identity_size, dtype=np.float32),
        "expression": np.linspace(0.1, 0.4, model.expression_size, dtype=np.float32),
        "camera": Camera(
            rotation_from_euler(jnp.float32(0.1), jnp.float32(0.2), jnp.float32(0.05)),
            jnp.float32(0.7),
            jnp.array([120.0, 100.0]),
        ),
        "picture_size": PICTURE_SIZE,
        "box": np.array([60.0, 30.0, 180.0, 170.0]),
        "image": "holiday/picture.jpg",
        "weights": "stand-in",
        "photograph": np.stack(waves, axis=-1).astype(np.float32) / 2.0 + 0.5,
    }
    return Face(**{**parts, **changes})


def gradient(model: MorphableModel) -> np.ndarray:
    """Colours of a model's vertices that differ from place to place."""
    mean = np.asarray(model.mean)
    return ((mean - mean.min(0)) / np.ptp(mean, axis=0)).astype(np.float32)
