from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.maps.blocks import Window
from e2far_jax.maps.picture_maps import picture_maps
from tests.maps.faces import RADIUS, ball, face_of


@pytest.fixture(scope="module")
def face():
    return face_of(ball(), yaw=0.7, pitch=0.2)


@pytest.fixture(scope="module")
def maps(face):
    return picture_maps(face)


def towards_viewer(face) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors from the ball's middle to what a pixel shows of it, and where it does."""
    rows, columns = np.mgrid[: face.picture_size[1], : face.picture_size[0]] + 0.5
    x, y = (columns - 150.0) / RADIUS, (120.0 - rows) / RADIUS
    inside = x**2 + y**2 < 0.995**2
    return np.stack([x, y, np.sqrt(np.maximum(1.0 - x**2 - y**2, 0.0))], axis=-1), inside


def test_depth_and_normals_of_a_ball(face, maps):
    towards, inside = towards_viewer(face)
    depth = maps.whole(maps.depth, np.nan)
    assert depth.shape == (240, 300)
    well_within = inside & (towards[..., 2] > 0.3)
    np.testing.assert_allclose(depth[well_within], RADIUS * towards[well_within, 2], atol=0.8)
    normals = maps.whole(maps.normals)
    np.testing.assert_allclose(normals[well_within], towards[well_within], atol=0.02)
    np.testing.assert_array_equal(normals[np.isnan(depth)], 0.0)
    assert np.isfinite(depth[inside]).all()


def test_codes_say_where_on_the_mean_face(face, maps):
    towards, inside = towards_viewer(face)
    expected = (towards @ np.asarray(face.camera.rotation) + 1.0) / 2.0
    codes = maps.whole(maps.codes)
    well_within = inside & (towards[..., 2] > 0.3)
    np.testing.assert_allclose(codes[well_within], expected[well_within], atol=0.005)
    assert codes.min() >= 0.0
    assert codes.max() <= 1.0


def test_the_mask_is_the_balls_outline(face, maps):
    area = maps.mask.sum()
    assert area == pytest.approx(np.pi * RADIUS**2, rel=0.01)


def test_a_part_of_the_picture_is_a_part_of_the_maps(face, maps):
    window = Window(100, 50, 70, 40)
    part = picture_maps(face, window)
    np.testing.assert_allclose(part.depth, window.cut(maps.whole(maps.depth, np.nan)), atol=1e-4)
    np.testing.assert_allclose(part.codes, window.cut(maps.whole(maps.codes)), atol=1e-6)


def test_a_face_beyond_the_picture_has_empty_maps():
    maps = picture_maps(face_of(ball(), translation=(5000.0, 120.0)))
    assert maps.whole(maps.depth, np.nan).shape == (240, 300)
    assert not maps.whole(maps.mask).any()
