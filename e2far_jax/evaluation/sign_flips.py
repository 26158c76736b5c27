"""The sign-flip permutation test (Fisher, "The design of experiments", 1935).

If two systems are equally good, then which of the two has the larger error on an example is a toss.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Integer

_CHUNK = 256  # rows of signs in memory at once

Heads = Integer[np.ndarray, "_ B"]  # 1 for the sign that it has, 0 for the other


def sign_flip_p(
    difference: Float[np.ndarray, "B"], generator: np.random.Generator, resamples: int
) -> float:
    """How often tossed signs take the sum at least as far from 0 as the true ones do.

    Exact where all 2^B tosses are no more than `resamples`; otherwise p = (1 + c) / (1 + resamples)
    for c such ones (Phipson and Smyth, "Permutation p-values should never be zero", Statistical
    applications in genetics and molecular biology 2010).

    Args:
      difference: of each pair, at least one, finite.
      generator: tosses.
      resamples: how many tosses, if that is less than there are ways to fall.
    Returns:
      The two-sided p value, above 0.
    """
    count = len(difference)
    exact = 2**count <= resamples
    chunks = _all_heads(count) if exact else _tossed_heads(count, resamples, generator)
    # Sums in another order differ by rounding.
    limit = abs(difference.sum()) - 1e-12 * np.abs(difference).sum()
    far = sum(int(np.sum(np.abs((2.0 * heads - 1.0) @ difference) >= limit)) for heads in chunks)
    return far / 2**count if exact else (1 + far) / (1 + resamples)


def _all_heads(count: int) -> Iterator[Heads]:
    for start in range(0, 2**count, _CHUNK):
        numbers = np.arange(start, min(start + _CHUNK, 2**count))
        yield numbers[:, None] >> np.arange(count) & 1


def _tossed_heads(count: int, resamples: int, generator: np.random.Generator) -> Iterator[Heads]:
    for start in range(0, resamples, _CHUNK):
        yield generator.integers(0, 2, (min(_CHUNK, resamples - start), count), np.int8)
