"""Scenes: that pictures and what is said about them belong together."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import project
from e2far_jax.morphable.model import shape
from e2far_jax.rendering.scene import render_pair, render_pairs
from e2far_jax.rendering.settings import FAMILIES, SceneConfig
from tests.rendering.heads import ball_head

WORN = ("hair", "glasses", "clothes", "objects", "background")
BARE = SceneConfig.at_level(0, 96).without(*WORN)
STILL = dataclasses.replace(BARE.without("crop", "expression", "camera_faults"), supersampling=2)
FULL = SceneConfig(image_size=40)


@pytest.fixture(scope="module")
def head():
    return ball_head()


@pytest.fixture(scope="module")
def still(keys, head):
    return render_pair(keys[0], head, STILL)


@pytest.fixture(scope="module")
def keys():
    return jax.random.split(jax.random.key(7), 64)


@pytest.fixture(scope="module")
def pairs(keys, head):
    return render_pairs(keys, head, FULL)


def test_pictures_are_finite_and_within_range(pairs):
    assert pairs.image.shape == (64, 40, 40, 3)
    for leaf in jax.tree.leaves(pairs):
        assert jnp.isfinite(leaf).all()
    assert 0.0 <= pairs.image.min() < pairs.image.max() <= 1.0
    assert (np.asarray(pairs.image).std(axis=(1, 2, 3)) > 0.02).all()


def test_landmarks_are_the_projected_shape(pairs, keys, head):
    far = dataclasses.replace(FULL, pose=dataclasses.replace(FULL.pose, nearness=0.0))
    for scenes, tolerance in ((render_pairs(keys, head, far), 1e-3), (pairs, 2.5)):
        vertices = shape(head, scenes.identity, scenes.expression)
        expected = project(scenes.camera, head.landmarks.on(vertices))[..., :2]
        np.testing.assert_allclose(scenes.landmarks, expected, atol=tolerance)


def test_the_same_key_gives_the_same_picture(pairs, keys, head):
    again = render_pairs(keys, head, FULL)
    for one, other in zip(jax.tree.leaves(pairs), jax.tree.leaves(again), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_scene_depends_on_its_own_key_only(pairs, keys, head):
    others = render_pairs(jnp.roll(keys, 3), head, FULL)
    np.testing.assert_allclose(jnp.roll(others.landmarks, -3, axis=0), pairs.landmarks, atol=1e-3)
    differs = jnp.abs(jnp.roll(others.image, -3, axis=0) - pairs.image).max(axis=-1) > 1e-3
    assert differs.mean() < 0.01  # rounding may move a silhouette


@pytest.mark.slow
def test_a_vmap_of_scenes_is_the_batch(pairs, keys, head):
    together = jax.jit(jax.vmap(lambda key: render_pair(key, head, FULL)))(keys[:3])
    np.testing.assert_allclose(together.landmarks, pairs.landmarks[:3], atol=1e-3)
    differs = jnp.abs(together.image - pairs.image[:3]).max(axis=-1) > 1e-2
    assert differs.mean() < 0.02  # rounding may move a silhouette


def test_different_keys_differ_in_everything(pairs):
    for leaf in jax.tree.leaves(dataclasses.replace(pairs, factors={})):
        flat = np.asarray(leaf).reshape(64, -1)
        assert (flat[1:] != flat[:1]).any(axis=1).all()


@pytest.mark.parametrize("landmark", [30, 36, 54])
@pytest.mark.parametrize("region", ["teeth", "opaque"])
def test_vertices_painted_or_left_out_show_at_their_landmark(landmark, region, head, keys, still):
    place = head.landmarks.on(head.mean)[landmark]
    near = jnp.linalg.norm(head.mean - place, axis=1) < 9.0
    regions = {**head.regions, region: head.regions[region] ^ near}
    marked = render_pair(keys[0], dataclasses.replace(head, regions=regions), STILL)
    difference = np.abs(np.asarray(marked.image - still.image)).sum(axis=-1) > 0.02
    x, y = np.meshgrid(np.arange(96) + 0.5, np.arange(96) + 0.5)
    assert difference.sum() > 10
    centroid = x[difference].mean(), y[difference].mean()
    np.testing.assert_allclose(centroid, still.landmarks[landmark], atol=1.0)


def test_without_opaque_vertices_there_is_only_the_background(head, keys, still):
    some = head.mean[:, 1] > 40.0  # what no mask has, so that it needs no linings and no neck
    regions = dict.fromkeys(("eyes", "mouth_cavity", "scalp"), some)
    regions = {**head.regions, **regions, "opaque": jnp.zeros_like(some)}
    empty = render_pair(keys[0], dataclasses.replace(head, regions=regions), STILL)
    inner, face = (pair.image[:-2] for pair in (empty, still))  # the last rows repeat
    assert jnp.abs(jnp.diff(inner, n=2, axis=0)).max() < 1e-3, "a gradient"
    assert jnp.abs(jnp.diff(face, n=2, axis=0)).max() > 0.1


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("image_size", 0, "image_size is 0"),
        ("supersampling", 0, "supersampling is 0"),
        ("identity_scale", -1.0, "identity_scale is -1.0"),
    ],
)
def test_impossible_settings_are_refused(setting, value, message):
    with pytest.raises(ValueError, match=message):
        SceneConfig(**{setting: value})


def test_levels_and_families():
    with pytest.raises(ValueError, match="level is 4; the choices are 0, 1, 2, 3"):
        SceneConfig.at_level(4)
    with pytest.raises(ValueError, match="no family 'wigs'; the choices are expression, pose"):
        SceneConfig().without("wigs")
    assert SceneConfig.at_level(3) == SceneConfig()
    config = SceneConfig.at_level(2).only("expression")
    for family in FAMILIES:
        kept = getattr(config, family) == getattr(SceneConfig.at_level(2), family)
        assert kept == (family in ("expression", "pose", "crop"))


def test_scenes_of_any_range_are_one_program(pairs, keys, head):
    before = render_pairs._cache_size()
    easy = render_pairs(keys, head, SceneConfig.at_level(0, FULL.image_size))
    assert render_pairs._cache_size() == before
    assert easy.factors.keys() == pairs.factors.keys()


def test_what_is_left_out_shows_in_the_factors(keys, head):
    bare = render_pairs(keys, head, FULL.without("glasses", "hair", "facial_hair", "objects"))
    for factor in ("glasses.kind", "hair.kind", "facial_hair.kind", "objects.kind"):
        assert (bare.factors[factor] == 0).all()
    assert (render_pairs(keys, head, FULL).factors["glasses.kind"] > 0).any()
