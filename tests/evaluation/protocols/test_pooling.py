"""Pooled statistics against numpy on all distances, and intervals against plain resampling."""

from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.evaluation.protocols.pooling import pooled_statistics


def images(seed: int, count: int = 40, size: int = 300) -> list[np.ndarray]:
    """Images of different size and difficulty."""
    rng = np.random.default_rng(seed)
    return [
        rng.gamma(1.5, rng.uniform(0.3, 1.2), int(rng.integers(size // 3, size)))
        for _ in range(count)
    ]


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_values_are_those_of_all_distances():
    distances = images(0)
    pool, found = np.concatenate(distances), pooled_statistics(distances, generator())
    assert found.median.mean == np.median(pool)
    assert found.mean.mean == pytest.approx(pool.mean(), rel=1e-12)
    assert found.deviation.mean == pytest.approx(pool.std(), rel=1e-12)
    assert (found.images, found.distances) == (40, len(pool))


@pytest.mark.parametrize(("unit", "confidence"), [(1.0, 0.95), (300.0, 0.5)])
def test_intervals_as_by_plain_resampling(unit: float, confidence: float):
    """Also where medians above 200 mm make the bins wider."""
    distances = [unit * image for image in images(1)]
    found = pooled_statistics(distances, generator(), resamples=300, confidence=confidence)
    # The same draws, taken apart.
    counts = generator().multinomial(40, np.full(40, 1 / 40), size=300)
    pools = [
        np.concatenate([np.tile(image, n) for image, n in zip(distances, row, strict=True)])
        for row in counts
    ]
    tails = [2.5, 97.5] if confidence == 0.95 else [25.0, 75.0]
    bin_width = max(0.01, max(np.median(image) for image in distances) / 20_000)
    for interval, statistic, atol in (
        (found.median, np.median, bin_width + 5e-4 * unit),  # the gap between two middle ones
        (found.mean, np.mean, 1e-9 * unit),
        (found.deviation, np.std, 1e-9 * unit),
    ):
        expected = np.percentile([statistic(pool) for pool in pools], tails)
        np.testing.assert_allclose([interval.low, interval.high], expected, atol=atol)
        assert interval.low < interval.mean < interval.high


def test_images_are_resampled_and_not_distances():
    """Two kinds of images: a pool of independent distances would be far surer."""
    distances = [np.full(1000, 1.0 + number % 2) for number in range(20)]
    found = pooled_statistics(distances, generator())
    assert found.mean.high - found.mean.low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(20), rel=0.1)


def test_more_confidence_is_wider():
    widths = [
        np.ptp([found.median.low, found.median.high])
        for confidence in (0.5, 0.9, 0.99)
        for found in [pooled_statistics(images(2), generator(), confidence=confidence)]
    ]
    assert widths == sorted(widths)
    assert widths[0] < 0.8 * widths[1]


def test_one_image_has_no_spread():
    found = pooled_statistics([np.array([1.0, 2.0, 6.0])], generator())
    assert (found.mean.low, found.mean.mean, found.mean.high) == (3.0, 3.0, 3.0)
    assert found.median.low == found.median.high == pytest.approx(2.0, abs=0.01)
    assert found.median.mean == 2.0


@pytest.mark.parametrize("value", [0.0, 0.01, 5.0, 1e6])
def test_distances_that_are_all_the_same(value: float):
    found = pooled_statistics([np.full(10, value), np.full(3, value)], generator())
    assert found.median.mean == value
    assert found.mean.mean == pytest.approx(value, rel=1e-12)
    assert found.median.low == pytest.approx(value, abs=max(0.01, value / 20_000))
    assert found.deviation.high == pytest.approx(0.0, abs=1e-12)


def test_single_precision_is_added_in_double():
    found = pooled_statistics([np.full(100_000, 0.1, np.float32)] * 2, generator(), resamples=10)
    assert found.mean.mean == pytest.approx(float(np.float32(0.1)), rel=1e-12)
    assert found.mean.low == pytest.approx(float(np.float32(0.1)), rel=1e-12)


def test_the_order_of_distances_does_not_count():
    distances = images(3)
    shuffled = [generator(4).permutation(image) for image in distances]
    a, b = (pooled_statistics(pile, generator(), resamples=50) for pile in (distances, shuffled))
    assert a.median == b.median
    assert a.mean.low == pytest.approx(b.mean.low)


@pytest.mark.parametrize(
    ("distances", "message"),
    [
        ([], "no images"),
        ([np.ones(3), np.ones(0)], "image 1 has no distances"),
        ([np.ones(3), np.array([1.0, np.nan])], "image 1 has distances that are negative or not"),
        ([np.array([np.inf])], "image 0 has distances"),
        ([np.array([1.0, -0.1])], "image 0 has distances"),
    ],
)
def test_images_that_cannot_be_pooled(distances: list[np.ndarray], message: str):
    with pytest.raises(ValueError, match=message):
        pooled_statistics(distances, generator())
