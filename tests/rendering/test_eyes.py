"""Lids that close over eyes."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.morphable.open import open_morphable_model
from e2far_jax.rendering.eyes import behind_lids, lids_closed, light_through_lids
from e2far_jax.rendering.rasteriser import rasterise
from tests.rendering.heads import ball_head

RIGHT, LEFT = ((37, 41), (38, 40)), ((44, 46), (43, 47))  # upper and lower lid


@pytest.fixture(scope="module")
def head():
    return ball_head()


def narrowed(head: MorphableModel, eye: tuple, opening: float) -> jnp.ndarray:
    """The mean face with so much of the opening between an eye's lids."""
    vertex = head.landmarks.nearest
    face = head.mean
    for upper, lower in eye:
        low, high = face[vertex[lower]], face[vertex[upper]]
        face = face.at[vertex[upper]].set(low + opening * (high - low))
    return face


@pytest.mark.parametrize(
    ("opening", "closed"),
    [(1.5, 0.0), (1.0, 0.0), (0.6, 0.0), (0.475, 0.5), (0.35, 1.0), (0.0, 1.0), (-1.0, 1.0)],
)
def test_openings_of_known_height(head, opening, closed):
    right = lids_closed(head, narrowed(head, RIGHT, opening))
    left = lids_closed(head, narrowed(head, LEFT, opening))
    np.testing.assert_allclose(right, [closed, 0.0], atol=1e-5)
    np.testing.assert_allclose(left, [0.0, closed], atol=1e-5)


def test_size_does_not_close_lids(head):
    face = narrowed(head, RIGHT, 0.5)
    np.testing.assert_allclose(lids_closed(head, 3.0 * face), lids_closed(head, face), atol=1e-5)


def test_eyes_that_are_always_shut(head):
    shut = dataclasses.replace(head, mean=narrowed(head, RIGHT, 0.0))
    np.testing.assert_array_equal(lids_closed(shut, shut.mean), [1.0, 0.0])
    np.testing.assert_array_equal(lids_closed(head, 0.0 * head.mean), [1.0, 1.0])


def test_a_shut_eye_is_dark_and_nothing_else(head):
    inside = np.abs(head.mean[:, 1] - 30.0) < 8.0
    with_eyes = dataclasses.replace(head, regions={**head.regions, "eyes": jnp.asarray(inside)})
    light = np.asarray(light_through_lids(with_eyes, jnp.array([1.0, 0.0])))
    on_right = head.mean[:, 0] < 0
    assert light[inside & on_right].max() < 0.2
    assert (light[~(inside & on_right)] == 1.0).all()
    assert (np.asarray(light_through_lids(head, jnp.ones(2))) == 1.0).all()


def test_no_eyeball_comes_through_closed_lids(real_data):
    """Of ICT-FaceKit, whose mean lids do close in front of the mean eyeballs."""
    model = open_morphable_model(f"ict:{real_data / 'ict_facekit' / 'ict_facekit.tar.xz'}")
    shut = np.isin(model.expression_names, ["eyeBlink_L", "eyeBlink_R"]).astype(np.float32)
    identities = np.random.default_rng(1).standard_normal((6, model.identity_size))
    faces = shape(model, jnp.float32(identities), jnp.tile(shut, (6, 1)))
    slit, drawn, bare = np.sum([_eyeball_pixels(model, face) for face in faces], axis=0)
    assert bare > 1.2 * slit
    assert drawn < 1.02 * slit


def test_a_full_blink_closes_most_eyes(real_data):
    """Of ICT-FaceKit, whose lids pass each other on many people, and do not meet on a few."""
    model = open_morphable_model(f"ict:{real_data / 'ict_facekit' / 'ict_facekit.tar.xz'}")
    shut = np.isin(model.expression_names, ["eyeBlink_L", "eyeBlink_R"]).astype(np.float32)
    identities = np.random.default_rng(2).standard_normal((50, model.identity_size))
    faces = shape(model, jnp.float32(identities), jnp.tile(shut, (50, 1)))
    closed = np.array([lids_closed(model, face) for face in faces])
    assert (closed == 1.0).mean() > 0.75  # 0.44 if heights had no sign


def _eyeball_pixels(model: MorphableModel, face: jnp.ndarray) -> list[int]:
    """Pixels of half a millimetre that show eyeballs: far back, as they are drawn, as they are."""
    eyes = np.asarray(model.regions["eyes"])
    opaque = np.asarray(model.regions["opaque"])[np.asarray(model.triangles)].all(axis=1)
    triangles = jnp.asarray(np.asarray(model.triangles)[opaque])
    centre = model.landmarks.on(face)[36:48].mean(axis=0)
    far_back = face.at[:, 2].add(-10.0 * eyes)
    return [
        int(eyes[np.asarray(_front(vertices - centre, triangles))].sum())
        for vertices in (far_back, behind_lids(face, model), face)
    ]


@jax.jit
def _front(vertices: jnp.ndarray, triangles: jnp.ndarray) -> jnp.ndarray:
    """A corner of the triangle that each pixel between the temples shows."""
    seen = vertices * jnp.array([2.0, -2.0, 1.0]) + jnp.array([120.0, 40.0, 0.0])
    return triangles[rasterise(seen, triangles, 80, 240).triangle, 0]
