"""Distances of points from triangles, one plane and three segments at a time: slow and plain."""

from __future__ import annotations

import numpy as np


def distances_from_triangles(
    points: np.ndarray, vertices: np.ndarray, triangles: np.ndarray
) -> np.ndarray:
    """P x F distances."""
    corners = vertices.astype(np.float64)[triangles]
    return np.stack([_from_one(points, *three) for three in corners], axis=1)


def _from_one(points: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    nearest = np.minimum.reduce(
        [_from_segment(points, a, b), _from_segment(points, b, c), _from_segment(points, c, a)]
    )
    normal = np.cross(b - a, c - a)
    if not normal.any():
        return nearest
    normal = normal / np.linalg.norm(normal)
    heights = (points - a) @ normal
    feet = points - heights[:, None] * normal
    edges = ((a, b), (b, c), (c, a))
    sides = [np.cross(end - start, feet - start) @ normal for start, end in edges]
    return np.where(np.min(sides, axis=0) >= 0.0, np.abs(heights), nearest)


def _from_segment(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    along = end - start
    square = along @ along
    part = np.clip((points - start) @ along / square, 0.0, 1.0) if square else np.zeros(len(points))
    return np.linalg.norm(points - start - part[:, None] * along, axis=1)
