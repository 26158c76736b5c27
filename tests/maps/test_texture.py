from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from e2far_jax.maps.colours import GRAY, face_colours
from e2far_jax.maps.texture import photograph_texture
from e2far_jax.maps.unwrapping import unwrapped
from tests.maps.faces import RADIUS, ball, face_of, photographed

YAW, ROWS = 0.6, 128


def symmetric(points: np.ndarray) -> np.ndarray:
    """Colours of points of the ball that are the same on both sides."""
    x, y, z = np.moveaxis(points / RADIUS, -1, 0)
    return np.stack([x * x, 0.5 + 0.4 * y, 0.5 + 0.3 * np.sin(4.0 * z)], axis=-1)


def turned_face(colours=symmetric):
    return photographed(face_of(ball(), yaw=YAW), colours)


@pytest.fixture(scope="module")
def texture():
    return photograph_texture(turned_face(), ROWS)


@pytest.fixture(scope="module")
def truth():
    """Where texels are, mm, and how much they face the viewer."""
    face = face_of(ball(), yaw=YAW)
    rows, columns = texture_size = (ROWS, 2 * ROWS)
    points, _ = unwrapped(face.model, face.vertices, rows, columns)
    assert texture_size == points.shape[:2]
    return points, points @ np.asarray(face.camera.rotation)[2] / RADIUS


def test_seen_texels_have_the_colours_of_the_surface(texture, truth):
    points, facing = truth
    assert texture.colours.shape == (ROWS, 2 * ROWS, 3)
    assert texture.seen[facing > 0.6].all()
    assert not texture.seen[facing < 0.25].any()
    well_seen = facing > 0.6
    np.testing.assert_allclose(texture.colours[well_seen], symmetric(points[well_seen]), atol=0.02)


def test_hidden_texels_have_the_colours_of_their_mirror_images(texture, truth):
    points, facing = truth
    mirrored = points * np.array([-1.0, 1.0, 1.0])
    rotation = np.asarray(face_of(ball(), yaw=YAW).camera.rotation)
    hidden = (facing < 0.1) & (mirrored @ rotation[2] / RADIUS > 0.6)
    assert hidden.sum() > 500
    np.testing.assert_allclose(texture.colours[hidden], symmetric(points[hidden]), atol=0.03)


def test_light_from_one_side_goes_on_where_its_other_side_is_taken(truth):
    points, facing = truth

    def colours(points: np.ndarray) -> np.ndarray:
        return symmetric(points) * 0.4 + 0.3 + 0.0015 * points[..., :1]

    texture = photograph_texture(turned_face(colours), ROWS)
    rotation = np.asarray(face_of(ball(), yaw=YAW).camera.rotation)
    mirrored_facing = points * np.array([-1.0, 1.0, 1.0]) @ rotation[2] / RADIUS
    beside = (facing > 0.1) & (facing < 0.25) & (mirrored_facing > 0.5)
    expected = colours(points[beside])
    unlit = colours(points[beside] * np.array([-1.0, 1.0, 1.0]))
    assert np.abs(unlit - expected).mean() > 0.15
    assert np.abs(texture.colours[beside] - expected).mean() < 0.12
    across = np.abs(np.diff(texture.colours, axis=1)).max(axis=-1)
    near_front = (np.abs(points[:, 1:, 1]) < 60.0) & (points[:, 1:, 2] > -20.0)
    assert across[near_front].max() < 0.05


def test_what_neither_side_shows_is_like_what_is_near(texture, truth):
    points, _ = truth
    behind = points[..., 2] < -95.0
    assert np.isfinite(texture.colours).all()
    assert texture.colours[behind, 1].std() < 0.1
    # The sky around the ball is blue, no more of it than the ball has comes in.
    assert texture.colours[..., 2].max() < 0.85
    assert texture.colours[..., 1].min() > 0.05


def test_vertices_have_the_surfaces_colours_too():
    face = turned_face()
    colours = face_colours(face)
    facing = face.vertices @ np.asarray(face.camera.rotation)[2] / RADIUS
    mirrored = (face.vertices * [-1.0, 1.0, 1.0]) @ np.asarray(face.camera.rotation)[2] / RADIUS
    known = np.maximum(facing, mirrored) > 0.6
    np.testing.assert_allclose(colours[known], symmetric(face.vertices[known]), atol=0.03)
    assert colours[:, 2].max() < 0.85


@pytest.mark.parametrize("beyond", [True, False])
def test_faces_that_are_not_seen_are_gray(beyond):
    face = turned_face()
    if beyond:
        camera = dataclasses.replace(face.camera, translation=face.camera.translation + 1e4)
        face = dataclasses.replace(face, camera=camera)
    else:
        face = dataclasses.replace(face, photograph=None)
    np.testing.assert_allclose(face_colours(face), GRAY)
