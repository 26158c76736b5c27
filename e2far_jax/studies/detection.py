"""How many faces the detector finds in photographs whose landmarks are known."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.progress import watched
from e2far_jax.reconstruction.boxes import intersection_over_union
from e2far_jax.reconstruction.detection import find_detections
from e2far_jax.reconstruction.photographs import read_photograph

LEAST_OVERLAP = 0.5  # intersection over union with the landmarks' box, as in PASCAL VOC


@dataclasses.dataclass(frozen=True)
class DetectionRecall:
    """What the detector made of photographs of one annotated face each.

    Attributes:
      overlaps: the best intersection over union with the landmarks' box, by the picture's name; 0
        where nothing was found.
      others: how many finds lie elsewhere, by the picture's name: false ones, or faces that nobody
        annotated.
      least_score: from which score on finds count.
    """

    overlaps: dict[str, float]
    others: dict[str, int]
    least_score: float

    @property
    def missed(self) -> list[str]:
        """Pictures whose face was not found."""
        return [name for name, overlap in self.overlaps.items() if overlap < LEAST_OVERLAP]

    def report(self) -> str:
        """One line."""
        total, missed = len(self.overlaps), self.missed
        found, others = total - len(missed), [name for name, count in self.others.items() if count]
        return (
            f"faces found (score >= {self.least_score:g}, IoU >= {LEAST_OVERLAP:g}): {found} of "
            f"{total}{_listed(missed)}; other finds: {sum(self.others.values())}{_listed(others)}"
        )


def detection_recall(
    photographs: Sequence[AnnotatedPhotograph], least_score: float = 0.5
) -> DetectionRecall:
    """Look for the face of each photograph, with a progress line.

    Args:
      photographs: each with the landmarks of one face.
      least_score: finds of a lower score do not count.
    """
    overlaps, others = {}, {}
    for photograph in watched(iter(photographs), "detection", " pictures", len(photographs)):
        points = np.float64(photograph.landmarks)
        true = np.concatenate([points.min(axis=0), points.max(axis=0)])
        found = find_detections(read_photograph(photograph.path))
        sure = found.boxes[found.scores >= least_score]
        with_truth = [intersection_over_union(box, true) for box in sure]
        name = photograph.path.name
        overlaps[name] = max(with_truth, default=0.0)
        others[name] = sum(overlap < LEAST_OVERLAP for overlap in with_truth)
    return DetectionRecall(overlaps, others, least_score)


def _listed(names: list[str]) -> str:
    return f" ({', '.join(names)})" if names else ""
