"""Paint of faces with and without regions."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.outlines import line_distance, polygon_distance
from e2far_jax.rendering.paint import face_paint
from tests.rendering.heads import ball_head

paint_face = jax.jit(face_paint)
LAYERS = ("lips", "scalp", "sclera", "cavity", "teeth")


@pytest.fixture(scope="module")
def head():
    return ball_head()


@pytest.fixture(scope="module")
def paint(head):
    return paint_face(head)


def test_distances_to_a_square():
    square = jnp.array([[0.0, 0.0, 5.0], [4.0, 0.0, 5.0], [4.0, 4.0, 5.0], [0.0, 4.0, 5.0]])
    points = jnp.array([[2.0, 1.0, 0.0], [2.0, -3.0, 9.0], [7.0, 8.0, 0.0], [-2.0, 2.0, 0.0]])
    np.testing.assert_allclose(polygon_distance(points, square), [-1.0, 3.0, 5.0, 2.0], rtol=1e-6)
    np.testing.assert_allclose(line_distance(points[3:], square), [np.sqrt(8.0)], rtol=1e-6)


def test_layers_lie_where_the_landmarks_say(head, paint):
    marks = np.asarray(head.landmarks.on(head.mean))
    centres = {
        "lips": marks[48:60],
        "lids": np.concatenate([marks[37:39], marks[43:45]]),
        "sclera": marks[36:48],
    }
    for name, points in centres.items():
        cover = np.asarray(getattr(paint, name))
        assert cover.max() > 0.8, name
        middle = cover @ np.asarray(head.mean) / cover.sum()
        np.testing.assert_allclose(middle[:2], points[:, :2].mean(axis=0), atol=6.0, err_msg=name)
        assert np.asarray(head.mean)[cover > 0.5, 2].min() > 0, "painted on the back of the head"


def test_regions_of_the_model_go_before_landmarks(head):
    top = head.mean[:, 1] > 70.0
    regions = {**head.regions, "lips": top, "scalp": top}
    paint = paint_face(dataclasses.replace(head, regions=regions))
    for layer in (paint.lips, paint.scalp):
        assert layer[head.mean[:, 1] > 85.0].min() > 0.9
        assert layer[head.mean[:, 1] < 55.0].max() < 0.1
    np.testing.assert_array_equal(paint.oily, paint_face(head).oily)


def test_eyeballs_are_painted_instead_of_lids(head):
    ball = (
        jnp.linalg.norm(head.mean - head.landmarks.on(head.mean)[36:42].mean(axis=0), axis=1) < 20
    )
    paint = paint_face(dataclasses.replace(head, regions={**head.regions, "eyes": ball}))
    np.testing.assert_array_equal(paint.sclera > 0.5, ball)


def test_layers_are_shares(paint):
    for name in (*LAYERS, "flush", "light", "lids", "under_eyes", "oily"):
        layer = getattr(paint, name)
        assert jnp.isfinite(layer).all(), name
        assert 0.0 <= layer.min() <= layer.max() <= 1.0, name
