"""Glasses sit before the eyes, on the nose, and reach the ears."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial import cKDTree

from e2far_jax.morphable.model import neutral_shape
from e2far_jax.morphable.open import open_morphable_model
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.wear.glasses import GlassesRanges, glasses_triangles, random_glasses
from e2far_jax.rendering.wear.head import head_of

COUNT = 40
RINGS, TUBES = 2 * 24 * 4, (2 * 24 + 5 + 2 * 6) * 4  # vertices of the rims; of all tubes


@pytest.fixture(scope="module")
def heads():
    model = open_morphable_model("default")
    identity = jax.random.normal(jax.random.key(0), (COUNT, model.identity_size))
    vertices = neutral_shape(model, identity)
    return vertices, jax.vmap(lambda shape: head_of(shape, model))(vertices), model


def draw(heads, ranges):
    keys = jax.random.split(jax.random.key(1), COUNT)
    wear = jax.jit(jax.vmap(lambda key, head: random_glasses(key, head, ranges)))
    return wear(keys, heads[1])


@pytest.fixture(scope="module")
def sun(heads):
    return draw(heads, GlassesRanges(clear=0.0, sun=1.0))[0]


def test_lenses_are_before_the_lids(heads, sun):
    lenses = np.asarray(sun.vertices[:, TUBES:]).reshape(COUNT, 2, 25, 3)
    distance = lenses[:, :, -1] - np.asarray(heads[1].eyes)
    assert np.abs(distance[..., 0]).max() < 6.0
    assert np.abs(distance[..., 1]).max() < 8.0
    assert distance[..., 2].min() > 8.0
    assert distance[..., 2].max() < 30.0


def test_lenses_do_not_meet_over_the_nose(sun):
    right, left = np.moveaxis(np.asarray(sun.vertices[:, TUBES:]).reshape(COUNT, 2, 25, 3), 1, 0)
    assert (left[..., 0].min(axis=1) - right[..., 0].max(axis=1)).min() > 8.0


def test_temples_end_at_the_ears(heads, sun):
    ends = np.asarray(sun.vertices[:, RINGS:TUBES]).reshape(COUNT, 17, 4, 3)[:, [10, 16]].mean(2)
    ears = np.asarray(heads[0])[:, np.asarray(heads[2].regions["ears"])]
    for pair, ear in zip(ends, ears, strict=True):
        assert cKDTree(ear).query(pair)[0].max() < 16.0
        assert (pair[:, 1] > np.median(ear[:, 1])).all(), "they lie on top"


def test_rims_are_before_the_skin(heads, sun):
    vertices, _, model = heads
    skin = np.asarray(vertices)[:8][:, np.asarray(model.regions["face"])]
    rims = np.asarray(sun.vertices)[:8, :RINGS:4]
    for face, points in zip(skin, rims, strict=True):
        distance, nearest = cKDTree(face[:, :2]).query(points[:, :2])
        behind = points[:, 2] < face[nearest, 2] - 2.0
        assert behind[distance < 3.0].mean() < 0.07


def test_tubes_are_closed_and_face_outwards(sun):
    triangles = glasses_triangles()
    assert triangles.max() + 1 == sun.vertices.shape[1]
    rims = triangles[: 2 * 24 * 4 * 2]
    a, b, c = (np.asarray(sun.vertices[0])[rims[:, corner]] for corner in range(3))
    assert np.sum(a * np.cross(b, c)) / 6.0 > 100.0, "mm^3 within the rims"
    edges = np.sort(np.concatenate([rims[:, [0, 1]], rims[:, [1, 2]], rims[:, [2, 0]]]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()


def test_clear_glasses_have_no_lenses(heads):
    piece, factors = draw(heads, GlassesRanges(clear=1.0, sun=0.0))
    assert (factors["glasses.kind"] == 1).all()
    assert jnp.isfinite(piece.vertices[:, :TUBES]).all()
    assert jnp.isnan(piece.vertices[:, TUBES:]).all()


def test_left_out_nobody_wears_any(heads):
    piece, factors = draw(heads, GlassesRanges.off())
    assert jnp.isnan(piece.vertices).all()
    assert (factors["glasses.kind"] == 0).all()
    assert jnp.isfinite(piece.colours).all()


def test_levels_give_more_and_more():
    shares = [(r.clear + r.sun) for r in map(GlassesRanges.at_level, LEVELS)]
    assert shares == sorted(set(shares))
    assert shares[0] == 0.0
