"""Vertices spread over a face."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from e2far_jax.morphable.model import MorphableModel


def spread_points(model: MorphableModel, count: int) -> Int[np.ndarray, "count"]:
    """The 68 landmarks' vertices, then always the face's vertex that is farthest from all taken.

    Args:
      model: a morphable model.
      count: how many vertices, at least 68.
    Raises:
      ValueError: for fewer than 68, or more than the face has.
    """
    landmarks = model.landmarks.nearest
    face = np.flatnonzero(np.asarray(model.regions["face"]))
    most = len(landmarks) + len(np.setdiff1d(face, landmarks))
    if not len(landmarks) <= count <= most:
        raise ValueError(f"{count} points on a face; expected {len(landmarks)} to {most}")
    mean = np.asarray(model.mean)
    taken = [*landmarks]
    distance = np.full(len(face), np.inf)
    for vertex in landmarks:
        distance = np.minimum(distance, np.linalg.norm(mean[face] - mean[vertex], axis=-1))
    while len(taken) < count:
        vertex = face[distance.argmax()]
        taken.append(vertex)
        distance = np.minimum(distance, np.linalg.norm(mean[face] - mean[vertex], axis=-1))
    return np.array(taken)
