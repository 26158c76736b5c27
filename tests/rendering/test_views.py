"""Views: poses, crops, and the pinhole camera against a slow projection."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import project
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.views import CropRanges, PoseRanges, random_view, see, unsee
from tests.rendering.heads import ball_head

SIZE = 100


def draw(pose: PoseRanges, crop: CropRanges, count: int = 600):
    head = ball_head()
    landmarks = head.landmarks.on(head.mean)

    def one(key):
        view, factors = random_view(key, landmarks, pose, crop, SIZE)
        turned = jnp.matmul(landmarks, view.rotation.T, precision="highest")
        return view, factors, see(view, turned)

    return landmarks, jax.jit(jax.vmap(one))(jax.random.split(jax.random.key(3), count))


def test_without_perspective_the_camera_is_exact():
    pose = dataclasses.replace(PoseRanges(), nearness=0.0)
    landmarks, (view, _, seen) = draw(pose, CropRanges())
    expected = project(view.camera, jnp.broadcast_to(landmarks, seen.shape))
    np.testing.assert_allclose(seen, expected, atol=2e-3)


def test_perspective_is_that_of_a_pinhole():
    landmarks, (view, factors, seen) = draw(PoseRanges(), CropRanges(), 1)
    view, seen = jax.tree.map(lambda leaf: np.asarray(leaf[0], np.float64), (view, seen))
    distance = 1000.0 / float(factors["pose.nearness"][0])  # mm
    points = np.asarray(landmarks, np.float64) @ view.rotation.T
    pinhole = view.middle + np.array([0.0, 0.0, distance])
    rays = points - pinhole
    on_plane = pinhole + rays * (-distance / rays[:, 2:])  # through the landmarks' middle
    expected = (on_plane - view.middle)[:, :2] * [1, -1] * view.scale + view.centre
    np.testing.assert_allclose(seen[:, :2], expected, atol=1e-2)
    assert distance > 400.0
    np.testing.assert_allclose(seen[:, 2], points[:, 2], atol=1e-3)


def test_points_come_back_from_the_picture():
    landmarks, (view, _, seen) = draw(PoseRanges(), CropRanges(), 20)
    turned = jnp.einsum("bij,nj->bni", view.rotation, landmarks)
    np.testing.assert_allclose(unsee(view, seen), turned, atol=2e-2)


def test_the_camera_fits_the_landmarks_best():
    landmarks, (view, _, seen) = draw(PoseRanges(), CropRanges(), 20)
    for scene in range(20):
        flat = np.asarray(landmarks @ view.rotation[scene].T)[:, :2] * [1, -1]
        design = np.zeros((136, 3))
        design[:, 0] = flat.reshape(-1)
        design[0::2, 1] = design[1::2, 2] = 1.0
        solution = np.linalg.lstsq(design, np.asarray(seen[scene, :, :2]).reshape(-1), rcond=None)[
            0
        ]
        np.testing.assert_allclose(solution[0], view.camera.scale[scene], rtol=1e-4)
        np.testing.assert_allclose(solution[1:], view.camera.translation[scene], atol=1e-2)


def test_factors_are_the_angles():
    _, (view, factors, _) = draw(PoseRanges(), CropRanges())
    forward = np.asarray(view.rotation[:, 2])  # the viewer's direction in the face's axes
    yaw = np.degrees(np.arctan2(-forward[:, 0], forward[:, 2]))
    np.testing.assert_allclose(yaw, factors["pose.yaw"], atol=1e-2)
    assert np.abs(yaw).max() <= 90.01
    assert (np.abs(yaw) > 75).mean() > 0.03, "profiles are there"
    assert np.abs(factors["pose.pitch"]).max() <= 40.0


def test_without_jitter_the_crop_is_that_of_a_photograph():
    _, (_, _, seen) = draw(PoseRanges(), CropRanges.off())
    low, high = seen[..., :2].min(axis=1), seen[..., :2].max(axis=1)
    np.testing.assert_allclose(jnp.linalg.norm(high - low, axis=1), SIZE, rtol=1e-4)
    np.testing.assert_allclose((low + high) / 2, SIZE / 2, atol=1e-2)


def test_jitter_moves_and_scales_the_crop_within_its_range():
    _, (_, _, seen) = draw(PoseRanges.off(), CropRanges(0.2, 0.1))
    low, high = (np.asarray(f(seen[..., :2], axis=1)) for f in (jnp.min, jnp.max))
    side = np.linalg.norm(high - low, axis=1)  # of the square without jitter, in pixels
    growth, shift = SIZE / side, np.abs((low + high) / 2 - SIZE / 2) / side[:, None]
    assert 0.8 - 1e-4 < growth.min() < 0.85
    assert 1.15 < growth.max() < 1.2 + 1e-4
    assert 0.08 < shift.max() < 0.1 + 1e-4


def test_levels_turn_further_and_further():
    spread = [draw(PoseRanges.at_level(level), CropRanges())[1][1]["pose.yaw"].std()
              for level in LEVELS]  # fmt: skip
    assert spread == sorted(spread)
    off = draw(PoseRanges.off(), CropRanges())[1][1]
    assert all(jnp.abs(factor).max() == 0 for factor in off.values())


@pytest.mark.parametrize("change", [{"yaw_limit": -1.0}, {"wide_share": 1.5}, {"nearness": 9.0}])
def test_impossible_ranges_are_refused(change):
    (name,) = change
    with pytest.raises(ValueError, match=rf"PoseRanges\.{name} is"):
        PoseRanges(**change)
