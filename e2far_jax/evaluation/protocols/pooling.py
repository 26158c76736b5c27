"""Distances of all images in one pool, as NoW tells them, with intervals over images.

An image's distances are not independent of each other, so the intervals resample whole images.
Each resample's median is read from histograms, which saves sorting a hundred million distances.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.evaluation.statistics import Interval

# The histograms' bins: their width in mm, and at most so many.
_BIN, _MOST_BINS = 0.01, 20_000
_CHUNK = 250  # resamples in memory at once

PerImage = Sequence[Float[np.ndarray, "_"]]


@dataclasses.dataclass(frozen=True)
class PooledStatistics:
    """The pool of all images' distances, each value with its interval (in its field `mean`), mm.

    Attributes:
      median: of all distances.
      mean: of all distances.
      deviation: their standard deviation, divided by their number.
      images: how many.
      distances: how many, over all images.
    """

    median: Interval
    mean: Interval
    deviation: Interval
    images: int
    distances: int


def pooled_statistics(
    distances: PerImage,
    generator: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
) -> PooledStatistics:
    """Median, mean and standard deviation over the distances of all images.

    The values are exact, and so are the intervals of mean and deviation. The median's interval is
    exact to a bin of 0.01 mm (wider where some image's median is above 200 mm), and where distances
    are few to the gap between the two in the middle.

    Args:
      distances: one array an image, none empty, mm, at least 0.
      generator: draws the resamples of images.
      confidence: the share of intervals that would hold the true value.
      resamples: how many resampled sets of images the intervals are read from.
    Raises:
      ValueError: for no images, or an image without distances or with negative ones or ones that
        are not finite, by its number.
    """
    _check(distances)
    images = len(distances)
    pool = np.concatenate(distances).astype(np.float64)
    counts = generator.multinomial(images, np.full(images, 1.0 / images), size=resamples)
    drawn = counts @ np.array([len(image) for image in distances])
    means = counts @ np.array([image.sum(dtype=np.float64) for image in distances]) / drawn
    # About the pool's mean, so that no large squares cancel.
    squares = np.array([np.sum((image - pool.mean()) ** 2) for image in distances])
    variances = counts @ squares / drawn - (means - pool.mean()) ** 2
    tails = [50.0 * (1.0 - confidence), 50.0 * (1.0 + confidence)]

    def interval(value: float, draws: Float[np.ndarray, "R"]) -> Interval:
        low, high = np.percentile(draws, tails)
        return Interval(float(value), float(low), float(high))

    return PooledStatistics(
        median=interval(np.median(pool), _drawn_medians(distances, counts)),
        mean=interval(pool.mean(), means),
        deviation=interval(pool.std(), np.sqrt(np.maximum(variances, 0.0))),
        images=images,
        distances=len(pool),
    )


def _check(distances: PerImage) -> None:
    if len(distances) == 0:
        raise ValueError("there are no images to pool")
    for number, image in enumerate(distances):
        if len(image) == 0:
            raise ValueError(f"image {number} has no distances")
        if not (np.isfinite(image).all() and image.min() >= 0.0):
            raise ValueError(f"image {number} has distances that are negative or not finite")


def _drawn_medians(distances: PerImage, counts: Int[np.ndarray, "R B"]) -> Float[np.ndarray, "R"]:
    """The pool's median for each resample, which holds image b `counts[r, b]` times."""
    # No pool of whole images has a median above all of theirs: what lies beyond needs no bins.
    top = max(float(np.median(image)) for image in distances)
    width = max(_BIN, top / _MOST_BINS)
    bins = int(top / width) + 1
    below = np.stack([_cumulative(image, width, bins) for image in distances])
    halves = counts @ np.array([len(image) for image in distances]) / 2.0
    chunks = range(0, len(counts), _CHUNK)
    return np.concatenate(
        [_medians(counts[at : at + _CHUNK] @ below, halves[at : at + _CHUNK], width)
         for at in chunks]
    )  # fmt: skip


def _cumulative(image: Float[np.ndarray, "_"], width: float, bins: int) -> Float[np.ndarray, "K"]:
    """How many distances lie below each bin's end."""
    bin_of = np.minimum(image.astype(np.float64) / width, bins).astype(np.int64)
    return np.cumsum(np.bincount(bin_of, minlength=bins + 1)[:bins], dtype=np.float64)


def _medians(
    below: Float[np.ndarray, "R K"], halves: Float[np.ndarray, "R"], width: float
) -> Float[np.ndarray, "R"]:
    """Where the count reaches half, in proportion within its bin."""
    rows = np.arange(len(below))
    reached = np.argmax(below >= halves[:, None], axis=1)
    before = np.where(reached > 0, below[rows, reached - 1], 0.0)
    return width * (reached + (halves - before) / (below[rows, reached] - before))
