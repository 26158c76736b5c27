"""Reports about nothing, to write and to read."""

from __future__ import annotations

import math

import numpy as np

from e2far_jax.evaluation.reports.contents import FacePictures, Figure, Measure, Report, System
from e2far_jax.evaluation.statistics import Interval

NASTY = '<script>alert("x")</script> | `a` *b* [c](http://d) $e$ & "f"'

VIOLET = (90, 0, 200)


def errors(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).gamma(4.0, 0.5, count)


def system(name: str, nme: np.ndarray, limit: float | None = None) -> System:
    figure = Figure("NME, mean", "%", "its box", Interval(1.234, 1.1, 1.456), len(nme), "paper: 2")
    measures = {
        "nme": Measure("NME of landmarks", "%", nme, limit),
        "rmse": Measure("RMSE of the shape", "mm", nme * 0.5 + 0.1),
    }
    return System(name, f"{name}, made up", (figure,), measures)


def report(count: int = 24, **changes: object) -> Report:
    """Two systems, the second of which has no result for item 1."""
    items = tuple(f"face_{number}" for number in range(count))
    other = errors(count, 1)
    other[1:2] = math.nan
    yaw = tuple(("front", "half", "side")[number % 3] for number in range(count))
    values = {
        "title": "A report",
        "data_set": "made up",
        "protocol_text": "First the rules.\n\nThen more of them.",
        "items": items,
        "systems": (system("ours", errors(count, 0), 3.0), system("theirs", other, 3.0)),
        "strata": {"yaw": yaw},
        "command": "python evaluate.py \\\n    --all",
        "versions": {"numpy": "2.0"},
    }
    return Report(**(values | changes))


def face(item: str, group: str = "best", caption: str = "NME 1 %") -> FacePictures:
    mesh = np.full((40, 40, 3), VIOLET, np.uint8)
    pictures = np.full((20, 30, 3), 200, np.uint8), mesh
    return FacePictures(item, caption, group, pictures, ("photograph", "mesh"))
