"""A face of the small model, whose model can be opened again from a file."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.faces.face import Face
from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable.formats.npz import write_npz
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from tests.reconstruction.conftest import dome


@pytest.fixture(scope="session", params=["named", "whitened"])
def settings(request, tmp_path_factory) -> FaceModelSettings:
    path = tmp_path_factory.mktemp("model") / "dome.npz"
    write_npz(path, dome(named=request.param == "named"))
    return FaceModelSettings(str(path), remove_similarity=False, identity_size=4)


@pytest.fixture
def face(settings) -> Face:
    """In a picture of 600 x 400, turned and off the middle."""
    random = np.random.default_rng(0)
    return Face(
        model=load_face_model(settings),
        model_settings=settings,
        identity=random.normal(size=4).astype(np.float32),
        expression=random.uniform(size=4).astype(np.float32),
        camera=Camera(
            rotation_from_euler(jnp.float32(0.1), jnp.float32(0.4), jnp.float32(-0.2)),
            jnp.float32(1.7),
            jnp.array([410.0, 180.0]),
        ),
        picture_size=(600, 400),
        box=np.array([300.0, 90.0, 520.0, 300.0]),
        score=0.75,
        image="holiday/beach.jpg",
        weights="stand-in",
    )
