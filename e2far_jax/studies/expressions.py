"""What a reconstruction says of a face that anybody could tell by looking at it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, median_low

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy.stats import spearmanr

from e2far_jax.files import read_json
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.rendering.eyes import lids_closed

# A sign is there where its measure, below, is above this (ours).
THRESHOLDS = {"smile": 0.3, "open mouth": 0.1, "closed eyes": 0.5}
SIGNS = tuple(THRESHOLDS)
DEGREES = ("none", "slight", "clear")

Ratings = Mapping[str, tuple[int, ...]]  # by sign, each rater's number of a degree

_SMILE = ("mouthSmile_L", "mouthSmile_R")
_INNER_LIPS, _MOUTH_CORNERS = ((61, 67), (62, 66), (63, 65)), (48, 54)


@dataclasses.dataclass(frozen=True)
class Confusion:
    """How often a sign was measured in faces that show it not at all, slightly and clearly.

    Attributes:
      faces: how many there are of each, by what the middle rater says, of two the lower one.
      measured: how many of them were measured to show the sign.
      rank_correlation: Spearman's, of measures and mean ratings; NaN where either never differ.
    """

    faces: tuple[int, ...]
    measured: tuple[int, ...]
    rank_correlation: float


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
    measured: Mapping[str, Mapping[str, float]], ratings: Mapping[str, Ratings]
) -> dict[str, Confusion]:
    """Compare measures with what people saw.

    Args:
      measured: signs' measures, by the picture's name.
      ratings: from `read_ratings`.
    """
    return {sign: _confusion(sign, measured, ratings) for sign in SIGNS}


def _confusion(
    sign: str, measured: Mapping[str, Mapping[str, float]], ratings: Mapping[str, Ratings]
) -> Confusion:
    measures = np.array([measures[sign] for measures in measured.values()])
    rated = [ratings[name].get(sign, (0,)) for name in measured]
    degrees = np.array([median_low(numbers) for numbers in rated])
    faces = tuple(int((degrees == degree).sum()) for degree in range(len(DEGREES)))
    shown = degrees[measures > THRESHOLDS[sign]]
    seen = tuple(int((shown == degree).sum()) for degree in range(len(DEGREES)))
    means = np.array([mean(numbers) for numbers in rated])
    differ = np.ptp(measures) > 0 and np.ptp(means) > 0
    return Confusion(faces, seen, float(spearmanr(measures, means)[0]) if differ else np.nan)


def read_ratings(path: Path, names: Sequence[str]) -> dict[str, Ratings]:
    """How clearly people saw which signs in each picture.

    Args:
      path: a .json object from names of pictures to objects from signs to a list of numbers, one
        for each person who looked: 0 for a sign that isn't there, 1 for a slight one, 2 for a clear
        one. Signs that nobody saw can be left out.
      names: of the pictures.
    Raises:
      ValueError: for a file that can't be read, lacks a picture, or says something else.
    """
    everything = read_json(path)
    if not isinstance(everything, dict):
        raise ValueError(f"{path}: expected an object from picture names to ratings")
    missing = [name for name in names if name not in everything]
    if missing:
        raise ValueError(f"{path}: says nothing of {', '.join(missing)}")
    return {name: _ratings(everything[name], f"{path}: {name}") for name in names}


def _ratings(said: object, where: str) -> Ratings:
    if not isinstance(said, dict):
        raise ValueError(f"{where}: expected an object from signs to lists of ratings")
    if unknown := [sign for sign in said if sign not in SIGNS]:
        raise ValueError(
            f"{where}: unknown signs {', '.join(unknown)}; the choices are {', '.join(SIGNS)}"
        )
    for sign, numbers in said.items():
        if not isinstance(numbers, list) or not numbers or not all(map(_is_degree, numbers)):
            raise ValueError(
                f"{where}: {sign}: {numbers!r}; expected a list of 0 (none), 1 (slight), 2 (clear)"
            )
    return {sign: tuple(numbers) for sign, numbers in said.items()}


def _is_degree(number: object) -> bool:
    return type(number) is int and number in range(len(DEGREES))
