from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.boxes import crop_square
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.reconstruction.turning import SIZE, Turn, turn_upright, turn_whole

QUARTER = np.pi / 2
POINTS = np.random.default_rng(0).normal(size=(20, 3)) * 60.0


def _camera(roll: float) -> Camera:
    angles = (jnp.asarray(angle) for angle in (0.2, -0.5, roll))
    return Camera(rotation_from_euler(*angles), jnp.asarray(1.3), jnp.array([120.0, 80.0]))


def _seen(camera: Camera) -> np.ndarray:
    return np.asarray(project(camera, jnp.asarray(POINTS, jnp.float32)))


def test_a_quarter_turn_of_a_picture_is_numpys():
    picture = np.random.default_rng(0).random((5, 8, 3)).astype(np.float32)
    turn, width, height = turn_whole(8, 5, QUARTER)
    assert (width, height) == (5, 8)
    np.testing.assert_allclose(turn.picture(picture, 5, 8), np.rot90(picture), atol=1e-5)
    np.testing.assert_allclose(turn.points(np.array([8.0, 0.0])), [0.0, 0.0], atol=1e-9)


@pytest.mark.parametrize("angle", [0.4, 2.0, -3.0])
def test_turned_pictures_hold_all_corners(angle):
    turn, width, height = turn_whole(70, 30, angle)
    corners = turn.points(np.array([[0.0, 0], [70, 0], [0, 30], [70, 30]]))
    assert (corners >= -1.0).all()
    assert (corners <= np.array([width, height]) + 1.0).all()
    np.testing.assert_allclose(turn.undone.points(corners)[3], [70.0, 30.0])


def test_turned_boxes_keep_their_crops():
    turn = Turn(0.7, np.array([5.0, 6.0]), np.array([50.0, 20.0]))
    box = np.array([[10.0, 20.0, 50.0, 100.0]])
    for square, expected in zip(crop_square(turn.boxes(box)[0]), crop_square(box[0]), strict=True):
        if np.ndim(square):
            expected = turn.points(np.asarray(expected))
        np.testing.assert_allclose(square, expected, rtol=1e-5)
    quarter = Turn(QUARTER, np.zeros(2), np.zeros(2)).boxes(box)
    np.testing.assert_allclose(quarter, [[20.0, -50.0, 100.0, -10.0]], atol=1e-9)


def test_a_turned_camera_sees_turned_points():
    turn = Turn(0.9, np.array([100.0, 90.0]), np.array([30.0, 40.0]))
    before, after = _seen(_camera(0.1)), _seen(turn.camera(_camera(0.1)))
    np.testing.assert_allclose(after[:, :2], turn.points(before[:, :2]), atol=1e-3)
    np.testing.assert_allclose(after[:, 2], before[:, 2], atol=1e-3)


def test_an_upright_face_leads_back_to_the_photograph():
    """A camera of the upright picture as one of the photograph, where its points are."""
    photograph = np.random.default_rng(0).random((200, 240, 3)).astype(np.float32)
    seen = _seen(_camera(1.2))[:, :2]
    box = np.concatenate([seen.min(axis=0), seen.max(axis=0)])
    upright = turn_upright(photograph, box, 1.2)
    centre, side = crop_square(upright.box)
    np.testing.assert_allclose(centre, [SIZE / 2, SIZE / 2], atol=1e-2)
    np.testing.assert_allclose(side, SIZE / 2, rtol=1e-4)
    within = _camera(0.1)
    back = upright.camera_in_photograph(within)
    points = upright.points_in_photograph(_seen(within)[:, :2])
    np.testing.assert_allclose(_seen(back)[:, :2], points, atol=0.05)


def test_an_upright_face_shows_what_was_turned():
    """A blob above the middle of a face that lies on its side."""
    rows, columns = np.mgrid[:200, :200] + 0.5
    blob = np.exp(-((columns - 70.0) ** 2 + (rows - 100.0) ** 2) / 50.0)
    photograph = np.repeat(blob[..., None], 3, axis=2).astype(np.float32)
    upright = turn_upright(photograph, np.array([60.0, 60.0, 140.0, 140.0]), QUARTER)
    row, column = np.unravel_index(upright.pixels[..., 0].argmax(), (SIZE, SIZE))
    np.testing.assert_allclose(
        upright.points_in_photograph(np.array([column + 0.5, row + 0.5])), [70.0, 100.0], atol=1.0
    )
    assert row < SIZE / 2 - 40
    assert abs(column - SIZE / 2) < 4


def test_the_turn_of_a_rolled_camera_makes_it_upright():
    upright = Turn(-1.2, np.zeros(2), np.zeros(2)).camera(_camera(1.2))
    np.testing.assert_allclose(upright.rotation, _camera(0.0).rotation, atol=1e-5)
