"""Arithmetic on face boxes [x0, y0, x1, y1] in pixels."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def box_areas(boxes: Float[np.ndarray, "faces 4"]) -> Float[np.ndarray, "faces"]:
    """Areas in square pixels."""
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)


def intersection_over_union(a: Float[np.ndarray, "4"], b: Float[np.ndarray, "4"]) -> float:
    """The part of two boxes' common outline that both cover, 0..1."""
    shared = _shared_area(a, b)
    return shared / (float(box_areas(np.stack([a, b])).sum()) - shared)


def distinct_boxes(
    boxes: Float[np.ndarray, "faces 4"],
    scores: Float[np.ndarray, "faces"],
    largest_overlap: float = 0.5,
) -> list[int]:
    """Non-maximum suppression.

    Args:
      boxes: candidates.
      scores: larger is better.
      largest_overlap: a box that shares more than this part of the smaller one's area with a
        better box is dropped.
    Returns:
      The rows to keep, best first.
    """
    kept: list[int] = []
    for row in np.argsort(-scores, kind="stable"):
        if all(_overlap(boxes[row], boxes[other]) <= largest_overlap for other in kept):
            kept.append(int(row))
    return kept


def _overlap(a: Float[np.ndarray, "4"], b: Float[np.ndarray, "4"]) -> float:
    """The part of the smaller box that the two share."""
    return _shared_area(a, b) / float(box_areas(np.stack([a, b])).min())


def _shared_area(a: Float[np.ndarray, "4"], b: Float[np.ndarray, "4"]) -> float:
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    return float(np.prod(np.maximum(sides, 0.0)))
