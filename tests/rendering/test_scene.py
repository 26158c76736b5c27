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
from e2far_jax.rendering.settings import SceneConfig
from tests.rendering.heads import ball_head

STILL = dataclasses.replace(
    SceneConfig.easy(96),
    supersampling=2,
    size_jitter=0.0,
    shift_jitter=0.0,
    softness=0.0,
    neutral_share=1.0,
)
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


def test_landmarks_are_the_projected_shape(pairs, head):
    vertices = shape(head, pairs.identity, pairs.expression)
    expected = project(pairs.camera, vertices)[:, head.landmarks, :2]
    np.testing.assert_allclose(pairs.landmarks, expected, atol=1e-3)


def test_the_same_key_gives_the_same_picture(pairs, keys, head):
    again = render_pairs(keys, head, FULL)
    for one, other in zip(jax.tree.leaves(pairs), jax.tree.leaves(again), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_scene_depends_on_its_own_key_only(pairs, keys, head):
    others = render_pairs(jnp.roll(keys, 3), head, FULL)
    np.testing.assert_allclose(jnp.roll(others.landmarks, -3, axis=0), pairs.landmarks, atol=1e-3)
    differs = jnp.abs(jnp.roll(others.image, -3, axis=0) - pairs.image).max(axis=-1) > 1e-3
    assert differs.mean() < 0.01  # rounding may move a silhouette


def test_different_keys_differ_in_everything(pairs):
    for leaf in jax.tree.leaves(pairs):
        flat = np.asarray(leaf).reshape(64, -1)
        assert (flat[1:] != flat[:1]).any(axis=1).all()


def test_without_jitter_the_crop_is_that_of_a_photograph(still):
    low, high = still.landmarks.min(axis=0), still.landmarks.max(axis=0)
    np.testing.assert_allclose(jnp.linalg.norm(high - low), 96.0, rtol=1e-5)
    np.testing.assert_allclose((low + high) / 2, 48.0, atol=1e-3)


def test_jitter_moves_and_scales_the_crop_within_its_range(pairs):
    landmarks = np.asarray(pairs.landmarks)
    low, high = landmarks.min(axis=1), landmarks.max(axis=1)
    side = np.linalg.norm(high - low, axis=1)  # of the square without jitter, in pixels
    growth = 40.0 / side
    assert growth.min() > 0.9 - 1e-5
    assert growth.max() < 1.1 + 1e-5
    shift = np.abs((low + high) / 2 - 20.0) / side[:, None]
    assert 0.03 < shift.max() < 0.05 + 1e-5


def test_pose_stays_within_its_limits(pairs):
    forward = np.asarray(pairs.camera.rotation[:, 2])  # the viewer's direction in the face's axes
    yaw = np.degrees(np.arctan2(-forward[:, 0], forward[:, 2]))
    pitch = np.degrees(np.arcsin(forward[:, 1]))
    assert 10.0 < np.std(yaw) < 35.0
    assert np.abs(yaw).max() <= FULL.yaw_limit
    assert np.abs(pitch).max() <= FULL.pitch_limit


@pytest.mark.parametrize("landmark", [30, 36, 54])
@pytest.mark.parametrize("region", ["teeth", "opaque"])
def test_vertices_painted_or_left_out_show_at_their_landmark(landmark, region, head, keys, still):
    place = head.mean[head.landmarks[landmark]]
    near = jnp.linalg.norm(head.mean - place, axis=1) < 9.0
    regions = {**head.regions, region: head.regions[region] ^ near}
    marked = render_pair(keys[0], dataclasses.replace(head, regions=regions), STILL)
    difference = np.abs(np.asarray(marked.image - still.image)).sum(axis=-1) > 0.02
    x, y = np.meshgrid(np.arange(96) + 0.5, np.arange(96) + 0.5)
    assert difference.sum() > 10
    centroid = x[difference].mean(), y[difference].mean()
    np.testing.assert_allclose(centroid, still.landmarks[landmark], atol=1.0)


def test_without_opaque_vertices_there_is_only_the_background(head, keys, still):
    regions = {**head.regions, "opaque": jnp.zeros_like(head.regions["opaque"])}
    empty = render_pair(keys[0], dataclasses.replace(head, regions=regions), STILL)
    assert jnp.abs(jnp.diff(empty.image, n=2, axis=0)).max() < 1e-5, "a gradient"
    assert jnp.abs(jnp.diff(still.image, n=2, axis=0)).max() > 0.1


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("image_size", 0, "image_size is 0"),
        ("supersampling", 0, "supersampling is 0"),
        ("yaw_limit", -1.0, "yaw_limit is -1.0"),
        ("ambient", (0.8, 0.3), "ambient is"),
        ("neutral_share", 1.5, "neutral_share is 1.5"),
        ("size_jitter", 1.0, "size_jitter is 1.0"),
    ],
)
def test_impossible_settings_are_refused(setting, value, message):
    with pytest.raises(ValueError, match=message):
        SceneConfig(**{setting: value})
