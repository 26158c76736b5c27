"""Camera faults against plain formulas, Pillow's JPEG and what must stay the same."""

from __future__ import annotations

import dataclasses
import io

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from e2far_jax.rendering.camera_faults import (
    CameraFaultRanges,
    Faults,
    apply_faults,
    random_faults,
)
from e2far_jax.rendering.jpeg import compress


@pytest.fixture(scope="module")
def picture():
    """Smooth colours with an edge, in the middle of even gray."""
    y, x = np.mgrid[:60, :60] / 60.0
    waves = np.stack([np.sin(9 * x), np.cos(7 * y), np.sin(5 * (x + y))], axis=-1)
    image = 0.5 + 0.2 * waves + 0.15 * (x > y)[..., None]
    image[:12], image[-12:], image[:, :12], image[:, -12:] = 0.5, 0.5, 0.5, 0.5
    return jnp.asarray(image, jnp.float32)


def faults(**strengths) -> Faults:
    none, _ = random_faults(jax.random.key(0), CameraFaultRanges.off())
    return dataclasses.replace(none, **{k: jnp.asarray(v) for k, v in strengths.items()})


apply = jax.jit(apply_faults)


def test_a_perfect_camera_changes_nothing(picture):
    np.testing.assert_array_equal(apply(picture, faults()), picture)


@pytest.mark.parametrize(
    "strength", [{"defocus": 0.03}, {"motion": [0.1, 0.04]}, {"softness": 1.0}]
)
def test_blur_keeps_the_mean_and_takes_detail(picture, strength):
    blurred = apply(picture, faults(**strength))
    np.testing.assert_allclose(blurred.mean(axis=(0, 1)), picture.mean(axis=(0, 1)), atol=2e-4)
    assert (
        0.0
        < jnp.abs(jnp.diff(blurred, axis=0)).sum()
        < 0.9 * jnp.abs(jnp.diff(picture, axis=0)).sum()
    )


def test_defocus_is_a_gaussian(picture):
    expected = gaussian_filter(np.asarray(picture), (1.8, 1.8, 0), mode="nearest", truncate=6)
    np.testing.assert_allclose(apply(picture, faults(defocus=0.03)), expected, atol=2e-4)


def test_motion_moves_along_its_direction_only():
    stripes = jnp.broadcast_to((jnp.arange(60) % 6 < 3)[None, :, None] * 1.0, (60, 60, 3))
    across = apply(stripes, faults(motion=[0.1, 0.0]))
    np.testing.assert_allclose(apply(stripes, faults(motion=[0.0, 0.1])), stripes, atol=1e-5)
    assert across[:, 10:-10].std() < 0.1 < stripes.std()
    point = jnp.zeros((60, 60, 3)).at[30, 30].set(1.0)
    y, x = np.mgrid[:60, :60] - 30
    weight = np.asarray(apply(point, faults(motion=[0.1, 0.1]))[..., 0])
    covariance = [(weight * a * b).sum() for a, b in ((x, x), (x, y), (y, y))]
    length = 0.1 * 60  # evenly spread copies over 7/8 of it, and bilinear shares
    np.testing.assert_allclose(covariance[1], (length**2 - (length / 8) ** 2) / 12, rtol=0.05)
    np.testing.assert_allclose([weight.sum(), (weight * x).sum()], [1.0, 0.0], atol=1e-3)


def test_fewer_pixels_are_means_of_blocks(picture):
    fewer = apply(picture, faults(reduction=4.0))
    np.testing.assert_allclose(fewer.mean(), picture.mean(), atol=1e-3)
    blocks = np.asarray(picture).reshape(15, 4, 15, 4, 3).mean(axis=(1, 3))
    middles = np.asarray(fewer).reshape(15, 4, 15, 4, 3)[:, 1:3, :, 1:3].mean(axis=(1, 3))
    assert np.abs(middles - blocks).mean() < 0.25 * np.abs(blocks - blocks.mean()).mean()
    np.testing.assert_allclose(
        apply(jnp.full((60, 60, 3), 0.3), faults(reduction=3.7)), 0.3, atol=1e-5
    )
    errors = [
        jnp.abs(apply(picture, faults(reduction=r)) - picture).mean() for r in (1.2, 2.1, 5.3)
    ]
    assert errors[0] < errors[1] < errors[2]


def test_noise_is_stronger_in_the_dark():
    deviations = [
        apply(jnp.full((64, 64, 3), level), faults(noise=0.02)).std() for level in (0.15, 0.5)
    ]
    np.testing.assert_allclose(deviations[1], 0.02 * 1.08**0.5, rtol=0.05)
    np.testing.assert_allclose(deviations[0], 0.02 * (1 + 0.02 / 0.15**2) ** 0.5, rtol=0.05)


def test_gray_has_no_colour_and_the_luminance(picture):
    ranges = dataclasses.replace(CameraFaultRanges.off(), gray=1.0)
    gray = apply(picture, random_faults(jax.random.key(1), ranges)[0])
    np.testing.assert_allclose(gray, np.repeat(gray[..., :1], 3, axis=-1), atol=1e-6)
    np.testing.assert_allclose(
        gray[..., 0], picture @ jnp.array([0.2126, 0.7152, 0.0722]), atol=1e-5
    )


@pytest.mark.parametrize(("tone", "contrast"), [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)])
def test_the_curve_is_monotonic_and_keeps_black_and_white(tone, contrast):
    ramp = jnp.broadcast_to(jnp.linspace(0, 1, 60)[:, None, None], (60, 60, 3))
    curve = np.asarray(apply(ramp, faults(tone=tone, contrast=contrast)))[:, 0, 0]
    np.testing.assert_allclose(curve[[0, -1]], [0.0, 1.0], atol=1e-6)
    assert (np.diff(curve) > -1e-6).all()
    assert np.abs(curve - np.asarray(ramp)[:, 0, 0]).max() > 0.05


def test_vignetting_darkens_the_corners_only():
    image = apply(jnp.full((60, 60, 3), 0.8), faults(vignetting=0.5))
    np.testing.assert_allclose(image[0, 0], 0.4, atol=0.02)
    np.testing.assert_allclose(image[30, 30], 0.8, atol=1e-3)


def pillow(image: np.ndarray, quality: int) -> np.ndarray:
    stored = io.BytesIO()
    Image.fromarray(np.asarray(255 * image + 0.5).astype(np.uint8)).save(
        stored, "JPEG", quality=quality, subsampling=2
    )
    return np.asarray(Image.open(stored)) / 255.0


@pytest.mark.parametrize("quality", [15, 50, 90])
def test_jpeg_is_pillows(picture, quality):
    gray = jnp.repeat(picture[..., 1:2], 3, axis=-1)
    result = compress(gray, jnp.float32(quality))
    assert jnp.abs(result - pillow(gray, quality)).mean() < 1.5 / 255
    loss = np.abs(pillow(picture, quality) - picture).mean()
    ours = jnp.abs(compress(picture, jnp.float32(quality)) - picture).mean()
    np.testing.assert_allclose(ours, loss, rtol=0.25)  # colour is spread by another filter


def test_jpeg_keeps_a_smooth_gray_picture_at_high_quality():
    ramp = jnp.broadcast_to(jnp.linspace(0.1, 0.9, 45)[:, None, None], (45, 37, 3))
    np.testing.assert_allclose(compress(ramp, jnp.float32(100.0)), ramp, atol=1.5 / 255)


def test_a_batch_is_its_pictures(picture):
    keys = jax.random.split(jax.random.key(3), 6)
    drawn, factors = jax.vmap(lambda key: random_faults(key, CameraFaultRanges()))(keys)
    batch = jax.jit(jax.vmap(apply_faults, (None, 0)))(picture, drawn)
    assert jnp.isfinite(batch).all()
    assert 0.0 <= batch.min() < batch.max() <= 1.0
    for index, key in enumerate(keys):
        single, _ = random_faults(key, CameraFaultRanges())
        np.testing.assert_allclose(apply(picture, single), batch[index], atol=0.02)
    assert all(value.shape == (6,) for value in factors.values())


def test_shares_are_probabilities():
    keys = jax.random.split(jax.random.key(4), 400)
    _, factors = jax.vmap(lambda key: random_faults(key, CameraFaultRanges()))(keys)
    for name, present, probability in (
        ("defocus", lambda x: x > 0, 0.25),
        ("motion", lambda x: x > 0, 0.12),
        ("reduction", lambda x: x > 1, 0.3),
        ("quality", lambda x: x > 0, 0.6),
        ("gray", lambda x: x > 0, 0.12),
    ):
        share = present(factors[f"camera_faults.{name}"]).mean()
        assert abs(share - probability) < 0.08, name
