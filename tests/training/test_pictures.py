from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

from e2far_jax.geometry.cameras import Camera
from e2far_jax.models import Prediction
from e2far_jax.morphable import open_morphable_model
from e2far_jax.training.pictures import VIEW_SIZE, comparison_picture

MODEL = open_morphable_model("default")


def faces(identity: float, camera: bool = True) -> Prediction:
    cameras = Camera(jnp.tile(jnp.eye(3), (2, 1, 1)), jnp.full(2, 0.15), jnp.full((2, 2), 16.0))
    expressions = jnp.zeros((2, MODEL.expression_size))
    identities = jnp.zeros((2, MODEL.identity_size)).at[1].set(identity)
    return Prediction(identities, expressions, cameras if camera else None)


@pytest.mark.parametrize("camera", [True, False])
def test_a_face_that_is_right_is_blue_and_a_wrong_one_is_not(camera: bool) -> None:
    images = jax.random.uniform(jax.random.key(0), (2, 32, 32, 3))
    picture = comparison_picture(images, faces(0.0, camera), faces(2.0), MODEL)
    rows = 2 + camera
    assert picture.shape[1] == 2 * VIEW_SIZE
    assert VIEW_SIZE * rows < picture.shape[0] < VIEW_SIZE * (rows + 1)
    errors = picture[VIEW_SIZE * (rows - 1) : VIEW_SIZE * rows]
    middle = slice(VIEW_SIZE // 3, 2 * VIEW_SIZE // 3)
    right, wrong = errors[middle, middle], errors[middle, VIEW_SIZE:][:, middle]
    assert (right[..., 2] > right[..., 0]).mean() > 0.95  # the mean face where it is the mean face
    assert (wrong[..., 2] > wrong[..., 0]).mean() < 0.5
