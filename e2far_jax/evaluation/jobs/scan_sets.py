"""Data sets of pictures with a 3D scan of the same face, by the protocols of `scan_rules`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.jobs.pictures import scan_pictures
from e2far_jax.evaluation.jobs.scan_rules import ScanRules
from e2far_jax.evaluation.jobs.sets import Pictures
from e2far_jax.evaluation.jobs.summary import SEED, column, failures_of, mean_figure, present
from e2far_jax.evaluation.jobs.systems import Picture, PredictedFace
from e2far_jax.evaluation.protocols.faces import SEVEN_OF_68, root_mean_square
from e2far_jax.evaluation.protocols.pooling import pooled_statistics
from e2far_jax.evaluation.reports.contents import Figure, Measure, System
from e2far_jax.files import replacing
from e2far_jax.journal import Finding


@dataclasses.dataclass(frozen=True)
class ScanTruth:
    """A picture and the item of the data set, which reads its scan when it is its turn."""

    picture: Picture
    item: Any


@dataclasses.dataclass(frozen=True)
class ScanSet:
    """See `EvaluationSet`.

    Attributes:
      protocol: the rules with all their texts.
      truths: of all items.
    """

    protocol: ScanRules
    truths: Sequence[ScanTruth]
    scans: bool = True
    main: str = "mean"

    @property
    def title(self) -> str:
        """The protocol's."""
        return self.protocol.title

    @property
    def data_set(self) -> str:
        """The protocol's."""
        return self.protocol.data_set

    @property
    def rules(self) -> str:
        """The protocol's."""
        return self.protocol.text

    @property
    def neutral(self) -> bool:
        """The protocol's."""
        return self.protocol.neutral

    @property
    def strata(self) -> dict[str, tuple[str, ...]]:
        """What the protocol tells items apart by."""
        if self.protocol.stratum is None:
            return {}
        name, label = self.protocol.stratum
        return {name: tuple(label(truth.item) for truth in self.truths)}

    def measure(self, folder: Path) -> Callable[[PredictedFace, ScanTruth], Finding]:
        """Distances of a scan's points; all of them go to ITEM.npy in the folder, mm."""

        def measure(face: PredictedFace, truth: ScanTruth) -> Finding:
            if face.mesh is None:
                raise ValueError("the prediction has no mesh")
            found = self.protocol.distances(face.mesh, seven_landmarks(face), truth.item)
            path = folder / f"{truth.picture.name}.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                np.save(file, found.distances.astype(np.float32))
            return {
                "mean": float(np.mean(found.distances)),
                "rmse": root_mean_square(found.distances),
                "points": len(found.distances),
            }

        return measure

    def system(
        self, name: str, description: str, findings: Mapping[str, Finding], folder: Path
    ) -> System:
        """Pooled distances, and errors picture by picture."""
        items = [truth.picture.name for truth in self.truths]
        mean, rmse = (column(findings, items, part) for part in ("mean", "rmse"))
        each = f"{self.title}, mean over pictures"
        figures = [
            *_pooled(items, findings, folder, self.title),
            mean_figure("RMSE of the scan's points", "mm", each, rmse),
        ]
        measures = {
            "mean": Measure("mean distance of the scan's points", "mm", mean),
            "rmse": Measure("RMSE of the scan's points", "mm", rmse),
        }
        return System(name, description, present(figures), measures, failures_of(findings))

    def pictures(self, face: PredictedFace, truth: ScanTruth) -> Pictures:
        """The photograph, and the scan coloured by its distances."""
        found = self.protocol.distances(face.mesh, seven_landmarks(face), truth.item)
        return scan_pictures(truth.picture, truth.item.surface(), found)


def seven_landmarks(face: PredictedFace) -> Float[np.ndarray, "7 3"]:
    """The corners of the eyes and of the mouth, and the nose's base, of a prediction.

    Raises:
      ValueError: where it has neither these seven landmarks nor the 68.
    """
    points = face.landmarks_3d
    if points is None or len(points) not in (len(SEVEN_OF_68), 68):
        count = "no" if points is None else len(points)
        raise ValueError(f"the prediction has {count} landmarks; expected the seven, or 68")
    return points[list(SEVEN_OF_68)] if len(points) == 68 else points


def _pooled(
    items: Sequence[str], findings: Mapping[str, Finding], folder: Path, rules: str
) -> list[Figure]:
    """Median, mean and standard deviation of all points of all pictures."""
    kept = [folder / f"{item}.npy" for item in items if "mean" in findings.get(item, {})]
    if not kept:
        return []
    distances = [np.load(path, allow_pickle=False).astype(np.float64) for path in kept]
    found = pooled_statistics(distances, np.random.default_rng(SEED))
    pooled = f"{rules}, points of all pictures pooled"
    return [
        Figure(name, "mm", pooled, interval, found.images)
        for name, interval in (
            ("median distance", found.median),
            ("mean distance", found.mean),
            ("standard deviation of the distance", found.deviation),
        )
    ]
