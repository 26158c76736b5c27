from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.gallery.error_views import (
    LARGEST_ERROR,
    SCALE_HEIGHT,
    error_colours,
    error_picture,
    error_scale,
    error_view,
)
from e2far_jax.gallery.studio import BACKGROUND, view_camera
from tests.rendering.heads import ball_head

BALL = ball_head()
VERTICES, TRIANGLES = np.asarray(BALL.mean), np.asarray(BALL.triangles)


def test_errors_are_blue_to_red() -> None:
    colours = error_colours(np.array([0.0, LARGEST_ERROR / 2, LARGEST_ERROR, 99.0]))
    assert colours[0, 2] > 2 * colours[0, 0]
    assert colours[2, 0] > 2 * colours[2, 2]
    np.testing.assert_array_equal(colours[2], colours[3])
    assert np.ptp(colours[1]) < 0.1  # gray in between


def test_the_largest_error_sets_the_scale() -> None:
    errors = np.linspace(0.0, 3.0, 7)
    np.testing.assert_allclose(error_colours(errors, 3.0), error_colours(2.0 * errors), atol=1e-6)


def test_unknown_errors_are_darker_than_any_other() -> None:
    known = error_colours(np.linspace(0.0, LARGEST_ERROR, 100))
    unknown = error_colours(np.array([math.nan]))
    assert unknown.max() == unknown.min()
    assert unknown.sum() < 0.5 * known.sum(axis=-1).min()


def test_each_side_of_a_mesh_has_its_colour() -> None:
    errors = np.where(VERTICES[:, 0] > 0.0, LARGEST_ERROR, 0.0)
    camera = view_camera(jnp.asarray(VERTICES), 0.0, 40, 1.2)
    view = error_view(VERTICES, TRIANGLES, errors, camera, 40)
    left, right = view[20, 10], view[20, 30]  # +x is the subject's left, the picture's right
    assert left[2] > 1.3 * left[0]
    assert right[0] > 1.3 * right[2]
    np.testing.assert_allclose(view[1, 1], BACKGROUND, atol=1e-6)


def test_a_picture_holds_the_whole_mesh_and_its_scale() -> None:
    picture = error_picture(VERTICES, TRIANGLES, np.zeros(len(VERTICES)), 90, yaw=0.5, largest=2.0)
    assert picture.shape == (90, 90, 3)
    side = 90 - SCALE_HEIGHT
    np.testing.assert_array_equal(picture[side:], error_scale(90, 2.0))
    blue = picture[:side, :, 2] > picture[:side, :, 0] + 0.05
    rows, columns = np.nonzero(blue)
    assert 0 < rows.min() < rows.max() < side - 1
    assert 0 < columns.min() < columns.max() < 89
    assert abs((columns.min() + columns.max()) / 2 - 44.5) < 2


def test_a_scale_has_its_ends_and_numbers() -> None:
    bar = error_scale(200, 5.0)
    assert bar.shape == (SCALE_HEIGHT, 200, 3)
    assert bar[0, 0, 2] > bar[0, 0, 0]
    assert bar[0, -1, 0] > bar[0, -1, 2]
    dark = (bar.max(axis=-1) < 0.3).any(axis=0)  # letters
    assert dark[:20].any()
    assert dark[85:100].any()
    assert dark[100:115].any()
    assert dark[170:190].any()
    assert not dark[30:70].any()


def test_a_picture_needs_room() -> None:
    with pytest.raises(ValueError, match="size is 22; expected more than the scale's 22 pixels"):
        error_picture(VERTICES, TRIANGLES, np.zeros(len(VERTICES)), SCALE_HEIGHT)
