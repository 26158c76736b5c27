"""What a reconstruction says of a face that anybody could tell by looking at it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from e2far_jax.files import read_json
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.rendering.eyes import lids_closed

# A sign is there where its measure, below, is above this (ours).
THRESHOLDS = {"smile": 0.3, "open mouth": 0.1, "closed eyes": 0.5}
SIGNS = tuple(THRESHOLDS)

_SMILE = ("mouthSmile_L", "mouthSmile_R")
_INNER_LIPS, _MOUTH_CORNERS = ((61, 67), (62, 66), (63, 65)), (48, 54)


@dataclasses.dataclass(frozen=True)
class Confusion:
    """How often a sign was seen, and how often it was there.

    Attributes:
      right: faces that have the sign and were said to.
      missed: faces that have it and were said not to.
      false: faces that don't have it and were said to.
      absent: faces that don't have it and were said not to.
    """

    right: int
    missed: int
    false: int
    absent: int


def measure_signs(
    model: MorphableModel, expression: Float[np.ndarray, "E"], vertices: Float[np.ndarray, "N 3"]
) -> dict[str, float]:
    """A number for each sign, 0 to 1 but for mouths that are wider open than wide.

    The smile is the mean of both sides' blendshapes. What can be seen on the reconstructed face is
    measured there: the open mouth is the gap between the inner lips, as a share of the mouth's
    width; the closed eyes are how far the lids are closed, the mean of both sides, as
    `rendering.eyes.lids_closed` says it.

    Args:
      model: the face model; its expressions are named as ARKit's.
      expression: blendshape weights of a reconstructed face.
      vertices: the face that they make, any unit.
    """
    weights = dict(zip(model.expression_names, expression.tolist(), strict=True))
    landmarks = np.asarray(model.landmarks.on(jnp.asarray(vertices)))
    gaps = [np.linalg.norm(landmarks[upper] - landmarks[lower]) for upper, lower in _INNER_LIPS]
    width = np.linalg.norm(landmarks[_MOUTH_CORNERS[0]] - landmarks[_MOUTH_CORNERS[1]])
    return {
        "smile": float(np.mean([weights.get(name, 0.0) for name in _SMILE])),
        "open mouth": float(np.mean(gaps) / width),
        "closed eyes": float(lids_closed(model, jnp.asarray(vertices)).mean()),
    }


def confusion(
    measured: Mapping[str, Mapping[str, float]], labels: Mapping[str, Sequence[str]]
) -> dict[str, Confusion]:
    """Compare measures with what a person saw.

    Args:
      measured: signs' measures, by the picture's name.
      labels: the signs that are there, by the picture's name.
    """
    table = {}
    for sign, threshold in THRESHOLDS.items():
        pairs = [(sign in labels[name], measures[sign] > threshold)
                 for name, measures in measured.items()]  # fmt: skip
        table[sign] = Confusion(*(pairs.count(kind) for kind in (
            (True, True), (True, False), (False, True), (False, False))))  # fmt: skip
    return table


def read_labels(path: Path, names: Sequence[str]) -> dict[str, list[str]]:
    """Which signs a person saw in each picture: a .json object from names to lists of signs.

    Raises:
      ValueError: for a file that can't be read, lacks a picture, or names an unknown sign.
    """
    labels = read_json(path)
    if not isinstance(labels, dict) or not all(isinstance(s, list) for s in labels.values()):
        raise ValueError(f"{path}: expected an object from picture names to lists of signs")
    missing = [name for name in names if name not in labels]
    if missing:
        raise ValueError(f"{path}: says nothing of {', '.join(missing)}")
    for name in names:
        if unknown := [sign for sign in labels[name] if sign not in SIGNS]:
            raise ValueError(
                f"{path}: {name}: unknown signs {', '.join(map(str, unknown))}; "
                f"the choices are {', '.join(SIGNS)}"
            )
    return {name: labels[name] for name in names}
