"""Normalised mean errors of landmarks and of dense points, and their mean over bins of yaw.

    NME = 100 mean_i |p_i - q_i| / length        (percent)

Published figures divide by different lengths, so that only those by the same one compare:

- "true_box": sqrt(width height) of the true landmarks' box (Zhu, Lei, Liu, Shi, Li, "Face alignment
  across large poses: a 3D solution", CVPR 2016), the usual one on AFLW2000-3D;
- "given_box": the same of boxes that come with the data set;
- "outer_eyes": between the outer corners of the eyes (Sagonas, Tzimiropoulos, Zafeiriou, Pantic,
  "300 faces in-the-wild challenge", ICCV workshops 2013); it shrinks in profile;
- "eye_centres": between the means of the eyes' six points each (Ren, Cao, Wei, Sun, "Face alignment
  at 3000 fps via regressing local binary features", CVPR 2014, there between the pupils).

Points may have a depth in the same unit, which counts in distances but not in boxes.
"""

from __future__ import annotations

import dataclasses
from typing import Literal, get_args

import numpy as np
from jaxtyping import Array, Float, Int

from e2far_jax.evaluation.statistics import Interval, bootstrap_mean, stratified_mean

Normaliser = Literal["true_box", "given_box", "outer_eyes", "eye_centres"]
Points = Float[np.ndarray | Array, "B N D"]
PerFace = Float[np.ndarray | Array, "B"]
Boxes = Float[np.ndarray | Array, "B 4"]

# iBUG's numbers, from 0.
_OUTER_CORNERS = (slice(36, 37), slice(45, 46))
_EYES = (slice(36, 42), slice(42, 48))

YAW_EDGES = (30.0, 60.0)
YAW_BINS = ("0-30", "30-60", "60-90")


def normalised_mean_error(
    predicted: Points,
    true: Points,
    normaliser: Normaliser = "true_box",
    boxes: Boxes | None = None,
) -> PerFace:
    """The landmarks' mean distance, in percent of a length of the true face.

    Args:
      predicted: landmarks, pixels.
      true: corresponding landmarks, pixels; by the eyes only for the 68 of iBUG.
      normaliser: the length, by name (see the module).
      boxes: [x0, y0, x1, y1], pixels, for "given_box".
    Returns:
      Percent, one a face; inf where the length is 0 (NaN if the distance is, too).
    Raises:
      ValueError: for another normaliser, boxes that are missing or not asked for, or points that
        do not fit.
    """
    return _percent(predicted, true, face_length(true, normaliser, boxes))


def dense_error(
    predicted: Points,
    true: Points,
    true_landmarks: Float[np.ndarray | Array, "B L d"],
    normaliser: Normaliser = "true_box",
    boxes: Boxes | None = None,
) -> PerFace:
    """The mean distance of all projected vertices, in percent of a length of the true landmarks.

    Feng, Wu, Shao, Wang, Zhou, "Joint 3D face reconstruction and dense alignment with position map
    regression network", ECCV 2018.

    Args:
      predicted: projected vertices, pixels.
      true: corresponding vertices, projected by the true camera, pixels.
      true_landmarks: of which `face_length` is the length, pixels.
      normaliser: as in `normalised_mean_error`, and so are errors and extremes.
      boxes: for "given_box".
    """
    return _percent(predicted, true, face_length(true_landmarks, normaliser, boxes))


def face_length(
    true: Points, normaliser: Normaliser = "true_box", boxes: Boxes | None = None
) -> PerFace:
    """What landmark errors are divided by, in pixels; 0 for boxes whose corners are swapped."""
    _check(true, normaliser, boxes)
    if normaliser == "given_box":
        return _box_length(boxes[:, :2], boxes[:, 2:])
    if normaliser == "true_box":
        return _box_length(true[..., :2].min(axis=1), true[..., :2].max(axis=1))
    right, left = _OUTER_CORNERS if normaliser == "outer_eyes" else _EYES
    return _norm(true[:, right].mean(axis=1) - true[:, left].mean(axis=1))


def _check(true: Points, normaliser: str, boxes: Boxes | None) -> None:
    choices = get_args(Normaliser)
    if normaliser not in choices:
        raise ValueError(f"normaliser {normaliser!r}; choices: {', '.join(choices)}")
    if (normaliser == "given_box") != (boxes is not None):
        given = "without boxes" if boxes is None else "with boxes, which only 'given_box' uses"
        raise ValueError(f"normaliser {normaliser!r} {given}")
    _, count, dimensions = true.shape
    if dimensions not in (2, 3):
        raise ValueError(f"points have {dimensions} coordinates; expected 2 or 3")
    if normaliser in ("outer_eyes", "eye_centres") and count != 68:
        raise ValueError(f"normaliser {normaliser!r} needs iBUG's 68 points; there are {count}")


def _percent(predicted: Points, true: Points, length: PerFace) -> PerFace:
    # Only numpy warns of what `normalised_mean_error` documents.
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100.0 * _norm(predicted - true).mean(axis=-1) / length


def _norm(vectors: Float[np.ndarray | Array, "*B D"]) -> Float[np.ndarray | Array, "*B"]:
    return (vectors**2).sum(axis=-1) ** 0.5


def _box_length(
    low: Float[np.ndarray | Array, "B 2"], high: Float[np.ndarray | Array, "B 2"]
) -> PerFace:
    return (high - low).clip(0.0).prod(axis=-1) ** 0.5


def yaw_bin(yaw: Float[np.ndarray, "B"]) -> Int[np.ndarray, "B"]:
    """The bin of |yaw|: 0 for [0, 30), 1 for [30, 60), 2 from 60 degrees on.

    Public evaluations of AFLW2000-3D count a yaw beyond 90 degrees in the last bin, too. The set's
    own annotations of pose and those that it took from AFLW fill the bins differently: a report
    should say whose yaw it is.

    Args:
      yaw: degrees.
    Raises:
      ValueError: for a yaw that is not finite.
    """
    if not np.isfinite(yaw).all():
        raise ValueError(f"{int(np.sum(~np.isfinite(yaw)))} of {len(yaw)} yaws are not finite")
    return np.digitize(np.abs(yaw), YAW_EDGES)


@dataclasses.dataclass(frozen=True)
class YawErrors:
    """Mean errors by yaw.

    Attributes:
      bins: by the names of `YAW_BINS`; bins without a face are left out.
      counts: faces, by the same names.
      balanced: the mean of the three bins' means, the headline on AFLW2000-3D; None where a bin
        has no face.
    """

    bins: dict[str, Interval]
    counts: dict[str, int]
    balanced: Interval | None


def errors_by_yaw(
    errors: Float[np.ndarray, "B"],
    yaw: Float[np.ndarray, "B"],
    generator: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = 4000,
) -> YawErrors:
    """Mean errors in bins of yaw, and their mean with an interval that resamples inside bins.

    Args:
      errors: one a face, finite.
      yaw: of the true head, degrees.
      generator: numpy's random generator.
      confidence: the share of intervals that would hold the true value.
      resamples: how many resampled sets the intervals are read from.
    Raises:
      ValueError: for no faces, or values that are not finite.
    """
    settings = {"confidence": confidence, "resamples": resamples}
    bins = yaw_bin(yaw)
    balanced = stratified_mean(errors, bins, generator, **settings)
    groups = {name: errors[bins == number] for number, name in enumerate(YAW_BINS)}
    groups = {name: group for name, group in groups.items() if len(group)}
    return YawErrors(
        {name: bootstrap_mean(group, generator, **settings) for name, group in groups.items()},
        {name: len(group) for name, group in groups.items()},
        balanced if len(groups) == len(YAW_BINS) else None,
    )
