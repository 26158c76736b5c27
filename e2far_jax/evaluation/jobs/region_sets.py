"""REALY: an error a region of the face, each registered by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from e2far_jax.evaluation.jobs.pictures import photograph_picture
from e2far_jax.evaluation.jobs.scan_sets import ScanTruth, seven_landmarks
from e2far_jax.evaluation.jobs.sets import Pictures
from e2far_jax.evaluation.jobs.summary import column, failures_of, mean_figure, present
from e2far_jax.evaluation.jobs.systems import PredictedFace
from e2far_jax.evaluation.protocols.faces import SEVEN_OF_68
from e2far_jax.evaluation.protocols.realy import REGIONS, realy_errors
from e2far_jax.evaluation.reports.contents import Measure, System
from e2far_jax.journal import Finding

RULES = """The prediction is placed by seven landmarks, with its size. For each region, rigid ICP \
brings it to the region's scan; the error is the mean distance of the region's vertices from it, \
in mm by the subject's metrical scale.

The benchmark then deforms the scan's regions towards the prediction to find better \
correspondences; that is left out here, so its published table does NOT compare with these \
figures."""


@dataclasses.dataclass(frozen=True)
class RegionSet:
    """See `EvaluationSet`."""

    truths: Sequence[ScanTruth]
    title: str = "REALY, rigid regions"
    data_set: str = "REALY: pictures of 100 people and four regions of each one's scan"
    rules: str = RULES
    scans: bool = True
    neutral: bool = False
    main: str = "all"
    strata: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def measure(self, folder: Path) -> Callable[[PredictedFace, ScanTruth], Finding]:
        """An error a region, mm, and their mean; nothing goes to the folder."""

        def measure(face: PredictedFace, truth: ScanTruth) -> Finding:
            if face.mesh is None:
                raise ValueError("the prediction has no mesh")
            item = truth.item
            keypoints = item.keypoints()[list(SEVEN_OF_68)]
            errors = realy_errors(
                face.mesh, seven_landmarks(face), item.regions(), keypoints, item.metrical_scale
            )
            return {**errors, "all": float(np.mean([*errors.values()]))}

        return measure

    def system(
        self, name: str, description: str, findings: Mapping[str, Finding], folder: Path
    ) -> System:
        """The mean error of each region and of all."""
        items = [truth.picture.name for truth in self.truths]
        columns = {part: column(findings, items, part) for part in (*REGIONS, "all")}
        figures = [
            mean_figure(f"mean distance, {part}", "mm", self.title, values)
            for part, values in columns.items()
        ]
        measures = {
            part: Measure(f"mean distance, {part}", "mm", values)
            for part, values in columns.items()
        }
        return System(name, description, present(figures), measures, failures_of(findings))

    def pictures(self, face: PredictedFace, truth: ScanTruth) -> Pictures:
        """The photograph."""
        return {"picture": photograph_picture(truth.picture)}
