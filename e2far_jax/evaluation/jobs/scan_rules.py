"""How predictions are measured on each data set of scans: the published protocols by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.protocols import now, stirling
from e2far_jax.evaluation.protocols.faces import inner_face, points_within
from e2far_jax.evaluation.protocols.general import RADIUS, nose_centred_distances
from e2far_jax.scans.mesh import Mesh

Seven = Float[np.ndarray, "7 3"]


@dataclasses.dataclass(frozen=True)
class ScanDistances:
    """What a protocol measures on one scan.

    Attributes:
      points: the scan's vertices that count, mm, in its order.
      distances: theirs from the prediction, mm.
    """

    points: Float[np.ndarray, "P 3"]
    distances: Float[np.ndarray, "P"]


@dataclasses.dataclass(frozen=True)
class ScanRules:
    """A protocol.

    Attributes:
      title: of the set and the rules.
      data_set: what the set is, in a sentence.
      text: the rules in paragraphs.
      neutral: whether scans have no expression.
      distances: of an item's scan from a prediction with its seven landmarks.
      stratum: what items are told apart by, and each item's label; None for nothing.
    """

    title: str
    data_set: str
    text: str
    neutral: bool
    distances: Callable[[Mesh, Seven, Any], ScanDistances]
    stratum: tuple[str, Callable[[Any], str]] | None = None


def _now(metrical: bool) -> Callable[[Mesh, Seven, Any], ScanDistances]:
    def distances(mesh: Mesh, landmarks: Seven, item: Any) -> ScanDistances:
        scan, true = item.surface(), item.landmarks()
        found = now.now_distances(mesh, landmarks, scan, true, metrical=metrical)
        return ScanDistances(inner_face(scan.vertices, true, now.CROP), found)

    return distances


def _stirling(mesh: Mesh, landmarks: Seven, item: Any) -> ScanDistances:
    scan, true = item.surface(), item.landmarks()
    found = stirling.stirling_distances(mesh, landmarks, scan, true)
    return ScanDistances(inner_face(scan.vertices, true, stirling.CROP), found)


def _nose_centred(mesh: Mesh, landmarks: Seven, item: Any) -> ScanDistances:
    scan, tip = item.surface(), item.nose_tip()
    found = nose_centred_distances(mesh, landmarks, scan, item.landmarks(), tip)
    return ScanDistances(points_within(scan.vertices, tip, RADIUS), found)


_NOW_TEXT = """The scan's vertices in the inner face count, which the seven landmarks bound. The \
prediction is placed by the seven landmarks, then moved where the mean squared distance of those \
vertices from its triangles is least. All distances of all pictures are pooled."""
_NOSE_TEXT = """The scan's vertices within 95 mm of the nose's tip count. The prediction is placed \
by seven landmarks, with its size, then by rigid point-to-plane ICP. Papers differ in crop, \
alignment and direction of the distances, so figures from them do not compare."""
_NOW = "the validation set of NoW: photographs of 20 people and a neutral scan of each"

RULES: dict[str, ScanRules] = {
    "now": ScanRules(
        "NoW, non-metrical",
        _NOW,
        f"{_NOW_TEXT} A wrong size is forgiven.",
        True,
        _now(metrical=False),
        ("challenge", lambda item: item.challenge),
    ),
    "now-metrical": ScanRules(
        "NoW, metrical",
        _NOW,
        f"{_NOW_TEXT} The prediction is taken to be in mm, and keeps its size.",
        True,
        _now(metrical=True),
        ("challenge", lambda item: item.challenge),
    ),
    "florence": ScanRules(
        "MICC Florence, 95 mm about the nose",
        "MICC Florence: frames of videos and a neutral scan of each of 53 people",
        _NOSE_TEXT,
        True,
        _nose_centred,
        ("video", lambda item: item.video),
    ),
    "stirling": ScanRules(
        "Stirling/ESRC, FG2018",
        "the part of Stirling/ESRC of FG2018's competition: pictures and neutral scans",
        "The prediction is placed by seven landmarks, with its size, and not moved any further. "
        "The error is that of the scan's vertices in the inner face.",
        True,
        _stirling,
        ("quality", lambda item: item.quality),
    ),
    "bu-3dfe": ScanRules(
        "BU-3DFE, 95 mm about the nose",
        "BU-3DFE: scans of 100 people with seven expressions, and their pictures",
        _NOSE_TEXT,
        False,
        _nose_centred,
        ("expression", lambda item: item.expression),
    ),
    "frgc": ScanRules(
        "FRGC v2, 95 mm about the nose",
        "FRGC v2: range images of 466 people with the pictures taken with them",
        _NOSE_TEXT,
        False,
        _nose_centred,
    ),
}
