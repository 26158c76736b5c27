"""Clothes are below the chin and around the neck."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable.model import neutral_shape
from e2far_jax.morphable.open import open_morphable_model
from e2far_jax.morphable.operations import crop
from e2far_jax.rendering.wear.clothes import (
    ClothesRanges,
    clothes_detail,
    clothes_triangles,
    random_clothes,
)
from e2far_jax.rendering.wear.head import head_of

COUNT, SKIN = 40, (0.4, 0.3, 0.2)
BODY = 8 * 32  # vertices


def draw(ranges, mask=False):
    model = open_morphable_model("default")
    model = crop(model, model.regions["face"]) if mask else model
    identity = jax.random.normal(jax.random.key(0), (COUNT, model.identity_size))
    vertices = neutral_shape(model, identity)
    heads = jax.vmap(lambda shape: head_of(shape, model))(vertices)
    keys = jax.random.split(jax.random.key(1), COUNT)
    wear = jax.vmap(lambda key, head: random_clothes(key, head, jnp.array(SKIN), ranges))
    return vertices, heads, *jax.jit(wear)(keys, heads)


@pytest.fixture(scope="module")
def dressed():
    return draw(ClothesRanges(worn=1.0))


def test_they_are_below_the_chin(dressed):
    _, heads, piece, _ = dressed
    assert (jnp.nanmax(piece.vertices[..., 1], axis=1) < heads.chin[:, 1] + 15.0).all()


def test_they_go_round_the_neck(dressed):
    vertices, heads, piece, _ = dressed
    for shape, head, worn in zip(vertices, heads.neck, piece.vertices, strict=True):
        shape, worn = np.asarray(shape), np.asarray(worn)[:BODY].reshape(8, 32, 3)
        lowest = shape[:, 1].min()
        assert worn[0, [8, 24], 1].max() > lowest + 5.0, "no gap between neck and clothes"
        level = np.abs(shape[:, 1] - max(worn[2, 8, 1], lowest)) < 8.0
        assert worn[2, :, 0].max() > np.percentile(shape[level, 0], 95)
        assert np.abs(worn.mean(axis=(0, 1))[0] - head[0]) < 5.0


def test_they_face_outwards(dressed):
    triangles = clothes_triangles()
    assert triangles.max() + 1 == dressed[2].vertices.shape[1]
    points, neck = np.asarray(dressed[2].vertices[0]), np.asarray(dressed[1].neck[0])
    a, b, c = (points[triangles[: 2 * 7 * 32, corner]] for corner in range(3))
    outward = (np.cross(b - a, c - a) * ((a + b + c) / 3 - neck))[:, [0, 2]].sum(axis=1)
    assert (outward > 0).mean() > 0.95


def test_only_masks_get_a_neck(dressed):
    assert jnp.isnan(dressed[2].vertices[:, BODY:]).all()
    _, heads, piece, _ = draw(ClothesRanges(), mask=True)
    neck = piece.vertices[:, BODY:]
    assert jnp.isfinite(neck).all()
    np.testing.assert_allclose(piece.colours[:, BODY:], np.broadcast_to(SKIN, neck.shape))
    assert (neck[..., 2].max(axis=1) < heads.chin[:, 2]).all()


def test_left_out_there_is_nothing():
    _, _, piece, factors = draw(ClothesRanges.off())
    assert jnp.isnan(piece.vertices).all()
    assert (factors["clothes.kind"] == 0).all()
    assert jnp.isfinite(piece.coordinates).all()


def test_bare_shoulders_are_skin():
    piece = draw(ClothesRanges(worn=0.0, shoulders=1.0))[2]
    assert jnp.isfinite(piece.vertices[:, :BODY]).all()
    np.testing.assert_allclose(piece.colours[:, :BODY] - jnp.array(SKIN), 0.0, atol=1e-6)


def test_patterns_darken_within_their_strength():
    places = jax.random.uniform(jax.random.key(0), (2, 1000), maxval=9.0)
    plain = clothes_detail(jnp.concatenate([places, jnp.zeros((1, 1000))]))
    np.testing.assert_array_equal(plain, 1.0)
    checked = clothes_detail(jnp.concatenate([places, jnp.full((1, 1000), 0.6)]))
    assert checked.min() < 0.45
    assert checked.min() >= 0.4
    assert checked.max() > 0.95
