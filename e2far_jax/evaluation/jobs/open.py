"""Data sets by name, with the rules by which they are evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from e2far_jax.data_sets.photographs import read_annotations
from e2far_jax.data_sets.posed_faces import POSE, PosedPicture
from e2far_jax.data_sets.sets import read_data_set
from e2far_jax.evaluation.jobs.landmark_sets import LandmarkSet, LandmarkTruth
from e2far_jax.evaluation.jobs.region_sets import RegionSet
from e2far_jax.evaluation.jobs.scan_rules import RULES
from e2far_jax.evaluation.jobs.scan_sets import ScanSet, ScanTruth
from e2far_jax.evaluation.jobs.sets import EvaluationSet
from e2far_jax.evaluation.jobs.systems import Picture
from e2far_jax.morphable.formats.w300lp import camera_from_pose_para
from e2far_jax.progress import watched

POSED = {
    "300w-lp": ("300W-LP", "300W-LP: photographs turned up to 90 degrees, with 68 landmarks"),
    "aflw2000-3d": ("AFLW2000-3D", "AFLW2000-3D: 2,000 photographs with 68 points of a model"),
}
PHOTOGRAPHS, REALY = "photographs", "realy"
NAMES = (*POSED, PHOTOGRAPHS, REALY, *RULES)


def open_set(name: str, folder: Path, *, skip_incomplete: bool = False) -> EvaluationSet:
    """A user's copy of a data set, to evaluate on.

    Args:
      name: one of NAMES.
      folder: of the copy.
      skip_incomplete: leave out items that lack a file.
    Raises:
      ValueError: for an unknown name, or a copy that is not as published.
    """
    if name not in NAMES:
        raise ValueError(f"there is no data set {name!r}; the choices are {', '.join(NAMES)}")
    if name == PHOTOGRAPHS:
        return _photographs(folder)
    items = read_data_set(name.removesuffix("-metrical"), folder, skip_incomplete=skip_incomplete)
    if name in POSED:
        return _posed(*POSED[name], items)
    truths = [ScanTruth(_picture(item), item) for item in items]
    return RegionSet(truths) if name == REALY else ScanSet(RULES[name], truths)


def _photographs(folder: Path) -> LandmarkSet:
    truths = [
        _landmark_truth(photograph.path.name, photograph.path, photograph.landmarks)
        for photograph in read_annotations(folder)
    ]
    about = f"{len(truths)} photographs with 68 landmarks that were given with them"
    return LandmarkSet("photographs", about, truths)


def _posed(title: str, data_set: str, items: Sequence[PosedPicture]) -> LandmarkSet:
    read = watched(iter(items), "annotations", " picture", len(items))
    points, poses = zip(*((item.landmarks(), item.values(POSE)) for item in read), strict=True)
    cameras = camera_from_pose_para(jnp.asarray(np.stack(poses), jnp.float32), 0)
    rotations = np.asarray(cameras.rotation, np.float64)
    truths = [
        _landmark_truth(item.name, item.picture, landmarks, rotation)
        for item, landmarks, rotation in zip(items, points, rotations, strict=True)
    ]
    return LandmarkSet(title, data_set, truths)


def _landmark_truth(
    name: str,
    path: Path,
    landmarks: Float[np.ndarray, "68 2"],
    rotation: Float[np.ndarray, "3 3"] | None = None,
) -> LandmarkTruth:
    points = np.asarray(landmarks, np.float64)
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    return LandmarkTruth(Picture(name, path, box), points, rotation)


def _picture(item: Any) -> Picture:
    """With the set's own box, where it has one; otherwise a detector looks for the face."""
    if hasattr(item, "box"):
        return Picture(item.name, item.picture, item.box(), detected=True)
    return Picture(item.name, item.picture)
