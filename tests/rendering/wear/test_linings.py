"""What lies behind the openings and the edge of a mask."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.features import HIDDEN
from e2far_jax.rendering.wear.head import head_of
from e2far_jax.rendering.wear.linings import lining, lining_triangles
from tests.rendering.heads import ball_head

SKIN = jnp.array([0.4, 0.3, 0.2])
EYES, MOUTH, SKULL = slice(0, 14), slice(14, 23), slice(23, None)


@pytest.fixture(scope="module")
def head():
    return ball_head()


def lined(model):
    return lining(model, model.landmarks.on(model.mean), head_of(model.mean, model), SKIN)


def test_a_mask_gets_all_of_them_facing_outwards(head):
    piece = lined(head)
    assert jnp.isfinite(piece.vertices).all()
    triangles = lining_triangles()
    assert sorted(set(triangles.ravel())) == list(range(len(piece.vertices)))
    a, b, c = (np.asarray(piece.vertices)[triangles[:, corner]] for corner in range(3))
    normals = np.cross(b - a, c - a)
    caps = triangles.max(axis=1) < SKULL.start
    assert (normals[caps, 2] > 0.0).all()
    outward = np.sum(normals * (a - np.asarray(head_of(head.mean, head).centre)), axis=1)
    assert (outward[~caps] > 0.0).all()


def test_they_lie_behind_the_surface_and_reach_beyond_the_opening(head):
    marks, piece = np.asarray(head.landmarks.on(head.mean)), lined(head)
    for places, ring in ((slice(0, 7), marks[36:42]), (MOUTH, marks[60:68])):
        cap = np.asarray(piece.vertices[places])
        assert (cap[1:, 2] < ring[:, 2]).all()
        assert (np.ptp(cap, axis=0)[:2] > 1.1 * np.ptp(ring, axis=0)[:2]).all()
    skull = np.asarray(piece.vertices[SKULL])
    forehead = skull[(skull[:, 2] > 30.0) & (skull[:, 1] < 75.0)] / [78.0, 105.0, 90.0]
    assert len(forehead) > 5
    assert (np.linalg.norm(forehead, axis=1) < 1.0).all()


def test_a_model_with_eyeballs_and_a_mouth_needs_none_of_these(head):
    some = head.mean[:, 2] > 85.0
    whole = {**head.regions, "eyes": some, "mouth_cavity": some}
    piece = lined(dataclasses.replace(head, regions=whole))
    assert jnp.isnan(piece.vertices[: SKULL.start]).all()
    assert jnp.isfinite(piece.vertices[SKULL]).all()
    scalp = {**head.regions, "scalp": head.mean[:, 1] > 40.0}
    piece = lined(dataclasses.replace(head, regions=scalp))
    assert jnp.isnan(piece.vertices[SKULL]).all()


def test_eyes_are_painted_on_their_caps_and_nothing_elsewhere(head):
    piece = lined(head)
    assert (jnp.abs(piece.coordinates[EYES, 2]) < 1.0).all()
    assert (piece.coordinates[EYES.stop :, 2] == HIDDEN).all()
    np.testing.assert_allclose(piece.colours[EYES] - SKIN, 0.0)
    assert (piece.colours[MOUTH].max(axis=1) < 0.06).all()
