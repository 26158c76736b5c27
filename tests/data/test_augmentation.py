from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.data import augmentation
from e2far_jax.data.augmentation import draw_changes, mirrored, move_crop
from e2far_jax.data.settings import AugmentationSettings
from e2far_jax.geometry.cameras import Camera, project, transform_image
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable import open_morphable_model
from e2far_jax.morphable.model import shape
from e2far_jax.morphable.symmetry import MIRRORED_LANDMARKS, mirror_of

NONE = AugmentationSettings(**{f.name: 0.0 for f in dataclasses.fields(AugmentationSettings)})


def augment(example, rng, settings):
    out = np.empty(example["image"].shape, np.float32)
    return augmentation.augment(example, draw_changes(rng, settings), out)


def change_colours(image, rng, settings):
    out = np.full(image.shape, np.nan, np.float32)
    augmentation.change_colours(image, draw_changes(rng, settings), out)
    return out


def dotted(point, size=96, radius=4.0):
    """A white disc around a point, and that point as every landmark."""
    y, x = np.mgrid[:size, :size] + 0.5
    disc = np.clip(radius + 0.5 - np.hypot(x - point[0], y - point[1]), 0.0, 1.0)
    return {
        "image": np.rint(255.0 * np.repeat(disc[..., None], 3, axis=-1)).astype(np.uint8),
        "scale": np.float32(0.4),
        "translation": np.array(point, np.float32),
        "landmarks": np.tile(np.array(point, np.float32), (68, 1)),
    }


def centre_of_mass(image):
    weight = image[..., 0].astype(np.float64)
    y, x = np.mgrid[: image.shape[0], : image.shape[1]] + 0.5
    return np.array([np.sum(x * weight), np.sum(y * weight)]) / weight.sum()


@pytest.mark.parametrize("point", [(48.0, 48.0), (30.5, 61.25), (70.0, 25.0)])
def test_the_landmarks_stay_on_the_dot(point):
    settings = dataclasses.replace(NONE, shift=0.1, zoom=0.2)
    off = []
    for seed in range(30):
        moved = augment(dotted(point), np.random.default_rng(seed), settings)
        assert np.linalg.norm(moved["landmarks"][0] - point) > 0.1
        np.testing.assert_array_equal(moved["landmarks"][0], moved["translation"])
        off.append(centre_of_mass(moved["image"]) - moved["landmarks"][0])
    assert np.abs(off).max() < 0.08  # OpenCV resamples on a grid of 1/32 pixel
    assert np.abs(np.mean(off, axis=0)).max() < 0.03


def test_the_zoom_is_the_dots_growth():
    moved = move_crop(dotted((48.0, 48.0)), 1.5, np.array([-24.0, -24.0]), 96)
    area = moved["image"][..., 0].sum() / dotted((48.0, 48.0))["image"][..., 0].sum()
    assert area == pytest.approx(1.5**2, rel=0.02)
    assert moved["scale"] == pytest.approx(0.6)


@pytest.mark.parametrize("side", [48, 70, 150])
def test_another_size_keeps_everything_in_its_place(side):
    example = dotted((37.5, 60.25), radius=7.0)
    moved = move_crop(example, 1.0, np.zeros(2), side)
    factor = side / 96
    assert moved["image"].shape == (side, side, 3)
    np.testing.assert_allclose(moved["landmarks"][0], factor * np.array([37.5, 60.25]), rtol=1e-5)
    assert np.abs(centre_of_mass(moved["image"]) - moved["landmarks"][0]).max() < 0.1
    area = moved["image"][..., 0].sum() / example["image"][..., 0].sum()
    assert area == pytest.approx(factor**2, rel=0.02)
    assert moved["scale"] == pytest.approx(0.4 * factor)


def test_becoming_smaller_averages_fine_patterns():
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[:, ::2] = 255
    moved = move_crop({**dotted((9.0, 9.0)), "image": stripes}, 1.0, np.zeros(2), 40)
    assert moved["image"][4:-4, 4:-4].std() < 12.0


def test_the_camera_moves_as_the_geometry_room_says():
    example = dotted((20.0, 33.0))
    moved = move_crop(example, 0.8, np.array([3.0, -7.0]), 96)
    camera = Camera(jnp.eye(3), jnp.float32(0.4), jnp.array([20.0, 33.0]))
    expected = transform_image(camera, jnp.float32(0.8), jnp.array([3.0, -7.0]))
    points = jnp.array([[10.0, 20.0, 5.0], [-30.0, 4.0, 0.0]])
    ours = Camera(jnp.eye(3), jnp.asarray(moved["scale"]), jnp.asarray(moved["translation"]))
    np.testing.assert_allclose(project(ours, points), project(expected, points), atol=1e-5)


def test_a_mirrored_face_is_seen_where_its_picture_is_mirrored():
    default_model = open_morphable_model("default")
    keys = jax.random.split(jax.random.key(3), 2)
    identity = jax.random.normal(keys[0], (default_model.identity_size,))
    expression = jax.random.uniform(keys[1], (default_model.expression_size,))
    camera = Camera(
        rotation_from_euler(jnp.float32(0.2), jnp.float32(0.5), jnp.float32(-0.3)),
        jnp.float32(0.4),
        jnp.array([50.0, 44.0]),
    )
    points = default_model.landmarks.on(shape(default_model, identity, expression))
    seen = project(camera, points)[..., :2]
    example = {
        "image": np.zeros((96, 96, 3), np.uint8),
        "identity": np.asarray(identity),
        "expression": np.asarray(expression),
        "rotation": np.asarray(camera.rotation),
        "scale": np.asarray(camera.scale),
        "translation": np.asarray(camera.translation),
        "landmarks": np.asarray(seen),
    }
    changed = mirrored(example, mirror_of(default_model))
    expected = np.array([96.0, 0.0]) + np.array([-1.0, 1.0]) * np.asarray(seen)
    np.testing.assert_allclose(changed["landmarks"], expected[MIRRORED_LANDMARKS], atol=1e-4)
    points = shape(default_model, *map(jnp.asarray, (changed["identity"], changed["expression"])))
    camera = Camera(*(jnp.asarray(changed[n]) for n in ("rotation", "scale", "translation")))
    again = project(camera, default_model.landmarks.on(points))[..., :2]
    np.testing.assert_allclose(again, changed["landmarks"], atol=1e-2)
    assert np.linalg.det(changed["rotation"]) == pytest.approx(1.0, abs=1e-5)


def test_the_example_itself_is_left_alone():
    example = dotted((40.0, 40.0))
    before = {name: np.copy(value) for name, value in example.items()}
    augment(example, np.random.default_rng(0), AugmentationSettings())
    assert all(np.array_equal(before[name], example[name]) for name in before)


def test_a_picture_is_changed_in_its_place():
    pictures = np.zeros((3, 96, 96, 3), np.float32)
    changes = draw_changes(np.random.default_rng(0), AugmentationSettings(blur=1.0, noise=0.0))
    changed = augmentation.augment(dotted((40.0, 40.0)), changes, pictures[1])
    assert np.shares_memory(changed["image"], pictures[1])
    assert pictures[1].std() > 0.0
    assert not pictures[[0, 2]].any()


@pytest.mark.parametrize("part", ["gray", "blur", "noise"])
def test_what_is_seldom_done_is_drawn_as_often_as_told(part):
    settings = dataclasses.replace(AugmentationSettings(), **{part: 0.3})
    rng = np.random.default_rng(0)
    drawn = [getattr(draw_changes(rng, settings), part) for _ in range(2_000)]
    assert np.mean([value not in (None, False) for value in drawn]) == pytest.approx(0.3, abs=0.03)


def test_nothing_changes_where_everything_is_switched_off():
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    example = {**dotted((5.0, 5.0)), "image": image}
    changed = augment(example, np.random.default_rng(1), NONE)
    np.testing.assert_allclose(changed["image"], image / 255.0, atol=1e-6)
    np.testing.assert_array_equal(changed["landmarks"], example["landmarks"])


def test_the_same_random_numbers_give_the_same_picture():
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    settings = AugmentationSettings(noise=1.0, blur=1.0)
    first, second, other = (
        change_colours(image, np.random.default_rng(seed), settings) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_pictures_stay_in_range_and_differ_in_brightness():
    image = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)
    strong = AugmentationSettings(
        brightness=0.9, contrast=2.0, gain=1.0, noise=1.0, noise_deviation=0.5
    )
    rng = np.random.default_rng(0)
    changed = np.stack([change_colours(image, rng, strong) for _ in range(50)])
    assert changed.dtype == np.float32
    assert changed.min() >= 0.0
    assert changed.max() <= 1.0
    assert changed.mean((1, 2, 3)).std() > 0.1


def test_gray_has_no_colour_and_keeps_the_luma():
    image = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)
    gray = change_colours(image, np.random.default_rng(0), dataclasses.replace(NONE, gray=1.0))
    np.testing.assert_allclose(gray[..., 0], gray[..., 2], atol=1e-6)
    luma = image @ np.array([0.299, 0.587, 0.114]) / 255.0
    np.testing.assert_allclose(gray[..., 1], luma, atol=1e-5)


def test_noise_is_centred_and_as_strong_as_drawn():
    image = np.full((128, 128, 3), 128, np.uint8)
    settings = dataclasses.replace(NONE, noise=1.0, noise_deviation=0.05)
    rng = np.random.default_rng(0)
    spread = []
    for _ in range(60):
        noise = change_colours(image, rng, settings) - 128 / 255
        assert abs(noise.mean()) < 0.002
        spread.append(noise.std())
    assert 0.02 < np.mean(spread) < 0.03  # uniform in 0 .. 0.05
    assert max(spread) < 0.051


def test_blur_smooths():
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    changes = dataclasses.replace(draw_changes(np.random.default_rng(0), NONE), blur=0.05)
    blurred = np.empty(image.shape, np.float32)
    augmentation.change_colours(image, changes, blurred)
    assert blurred.std() < 0.5 * (image / 255.0).std()
    assert blurred.mean() == pytest.approx(image.mean() / 255.0, abs=0.01)
