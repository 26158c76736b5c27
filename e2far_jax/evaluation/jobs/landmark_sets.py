"""Data sets of pictures with 68 landmarks, some with the head's pose, too."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.jobs.pictures import landmark_pictures
from e2far_jax.evaluation.jobs.sets import Pictures
from e2far_jax.evaluation.jobs.summary import SEED, column, failures_of, mean_figure, present
from e2far_jax.evaluation.jobs.systems import Picture, PredictedFace
from e2far_jax.evaluation.metrics.landmarks import (
    YAW_BINS,
    errors_by_yaw,
    normalised_mean_error,
    yaw_bin,
)
from e2far_jax.evaluation.metrics.pose import euler_angles, euler_errors, rotation_error
from e2far_jax.evaluation.reports.contents import Figure, Measure, System
from e2far_jax.journal import Finding

RULES = """The error of a face is the mean distance of its 68 projected landmarks from the true \
ones, in percent of sqrt(width height) of the true landmarks' box. Networks are given that box, as \
is usual; files of predictions are taken as they are."""
POSE_RULES = """Bins are of the absolute yaw of the set's own pose; the headline is the mean of \
the bins' means. Rotation errors are angles between the true rotation and a network's, whose face \
model may have other axes than the set's by a few degrees."""


@dataclasses.dataclass(frozen=True)
class LandmarkTruth:
    """A picture's annotation.

    Attributes:
      picture: with the box of the landmarks.
      landmarks: the 68 iBUG points, pixels.
      rotation: from the face's axes to the camera's, where the set has it.
    """

    picture: Picture
    landmarks: Float[np.ndarray, "68 2"]
    rotation: Float[np.ndarray, "3 3"] | None = None


@dataclasses.dataclass(frozen=True)
class LandmarkSet:
    """See `EvaluationSet`."""

    title: str
    data_set: str
    truths: Sequence[LandmarkTruth]
    scans: bool = False
    neutral: bool = False
    main: str = "nme"

    @property
    def rules(self) -> str:
        """How landmarks are measured, and poses where there are any."""
        return RULES if self.yaw is None else f"{RULES}\n\n{POSE_RULES}"

    @property
    def yaw(self) -> Float[np.ndarray, "B"] | None:
        """Of the true heads, degrees; None where the set has no poses."""
        rotations = [truth.rotation for truth in self.truths]
        if not rotations or any(rotation is None for rotation in rotations):
            return None
        return euler_angles(np.stack(rotations))[:, 1]

    @property
    def strata(self) -> dict[str, tuple[str, ...]]:
        """Bins of yaw."""
        yaw = self.yaw
        return {} if yaw is None else {"yaw": tuple(YAW_BINS[number] for number in yaw_bin(yaw))}

    def measure(self, folder: Path) -> Callable[[PredictedFace, LandmarkTruth], Finding]:
        """`measure_landmarks`; nothing goes to the folder."""
        return measure_landmarks

    def system(
        self, name: str, description: str, findings: Mapping[str, Finding], folder: Path
    ) -> System:
        """Errors of landmarks, by yaw, and of the pose."""
        items = [truth.picture.name for truth in self.truths]
        errors, turned = (column(findings, items, part) for part in ("nme", "rotation"))
        rules = f"{self.title}, box of the true points"
        figures = [mean_figure("NME of 68 landmarks", "%", rules, errors)]
        if (yaw := self.yaw) is not None:
            figures += _by_yaw(errors, yaw, rules)
        figures.append(mean_figure("rotation", "degrees", self.title, turned))
        for angle in ("pitch", "yaw", "roll"):
            values = column(findings, items, angle)
            figures.append(mean_figure(f"absolute error of {angle}", "degrees", self.title, values))
        measures = {"nme": Measure("NME of 68 landmarks", "%", errors)}
        if np.isfinite(turned).any():
            measures["rotation"] = Measure("rotation error", "degrees", turned)
        return System(name, description, present(figures), measures, failures_of(findings))

    def pictures(self, face: PredictedFace, truth: LandmarkTruth) -> Pictures:
        """The crop alone, and with landmarks."""
        return landmark_pictures(truth.picture, truth.landmarks, face.landmarks_2d)


def measure_landmarks(face: PredictedFace, truth: LandmarkTruth) -> Finding:
    """The error of the landmarks in percent, and of the rotation in degrees where both have one.

    Raises:
      ValueError: for a prediction without landmarks, or with some that are not finite.
    """
    points = face.landmarks_2d
    if points is None or not np.isfinite(points).all():
        raise ValueError("the prediction has no landmarks, or they are not finite")
    finding: Finding = {"nme": float(normalised_mean_error(points[None], truth.landmarks[None])[0])}
    if face.camera is not None and truth.rotation is not None:
        pair = np.asarray(face.camera.rotation, np.float64)[None], truth.rotation[None]
        turned = euler_errors(*pair)
        finding["rotation"] = float(rotation_error(*pair)[0])
        finding |= {name: float(getattr(turned, name)[0]) for name in ("pitch", "yaw", "roll")}
    return finding


def _by_yaw(
    errors: Float[np.ndarray, "B"], yaw: Float[np.ndarray, "B"], rules: str
) -> list[Figure | None]:
    known = np.isfinite(errors)
    if not known.any():
        return []
    found = errors_by_yaw(errors[known], yaw[known], np.random.default_rng(SEED))
    figures = [
        Figure(f"NME, |yaw| {bin} degrees", "%", rules, interval, found.counts[bin])
        for bin, interval in found.bins.items()
    ]
    if found.balanced is not None:
        name = "NME, mean of the three bins of yaw"
        figures.append(Figure(name, "%", rules, found.balanced, int(known.sum())))
    return figures
