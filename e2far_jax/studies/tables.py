"""The results of a study's runs side by side; the first one is what the others are held against."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from e2far_jax.evaluation.face_errors import MEAN_FACE, NETWORK
from e2far_jax.evaluation.report import SHAPES
from e2far_jax.evaluation.statistics import Interval, bootstrap_mean, paired_difference
from e2far_jax.studies.runs import Result

NONE = "-"


def study_dictionary(results: Sequence[Result]) -> dict[str, Any]:
    """Everything that was measured, as plain values for a .json file.

    Args:
      results: of all runs so far, at least one.
    """
    return {
        "runs": [
            {
                "name": result.name,
                "synthetic": result.synthetic,
                "photographs": _photographs(result, results[0]),
            }
            for result in results
        ]
    }


def study_table(results: Sequence[Result]) -> str:
    """A Markdown table: a row a run, and the mean face's below.

    NME on photographs and its difference from the first run come with 95 % intervals over the
    photographs; the other columns are about the rendered test, those of levels the RMSE of the
    neutral and of the expressive shape.

    Args:
      results: of all runs so far, at least one.
    """
    levels = sorted(results[0].synthetic.get("levels", {}))
    header = ["trained on", "photographs, NME %", f"minus {results[0].name}"]
    header += ["test, NME %", "rotation, °", "neutral, mm", "expressive, mm"]
    header += [f"level {level}, mm" for level in levels]
    rows = [header, ["---"] + ["--:"] * (len(header) - 1)]
    for result in results:
        rows.append([result.name, *photograph_cells(result, results[0])])
        rows[-1] += _synthetic_cells(result.synthetic, NETWORK, levels)
    rows.append([f"({MEAN_FACE})", NONE, NONE])
    rows[-1] += _synthetic_cells(results[0].synthetic, MEAN_FACE, levels)
    return markdown(rows)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as a Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _photographs(result: Result, first: Result) -> dict[str, Any] | None:
    if result.photographs is None:
        return None
    mean, difference = _intervals(result, first)
    return {
        "nme_percent": dataclasses.asdict(mean),
        "minus_first": None if difference is None else dataclasses.asdict(difference),
        "each": result.photographs,
    }


def photograph_cells(result: Result, first: Result) -> list[str]:
    """The NME on photographs and its difference from the first run's, with intervals."""
    if result.photographs is None:
        return [NONE, NONE]
    mean, difference = _intervals(result, first)
    return [str(mean), NONE if difference is None else str(difference)]


def _intervals(result: Result, first: Result) -> tuple[Interval, Interval | None]:
    """The mean over the photographs, and the mean difference from the first run."""
    errors = np.array(list(result.photographs.values()))
    mean = bootstrap_mean(errors, np.random.default_rng(0))
    if result is first:
        return mean, None
    baseline = np.array([first.photographs[name] for name in result.photographs])
    return mean, paired_difference(errors, baseline, np.random.default_rng(0))


def _synthetic_cells(figures: dict[str, Any], system: str, levels: Sequence[str]) -> list[str]:
    neutral, expressive = (_rmse(figures, system, shape) for shape in SHAPES)
    camera = (figures["landmark_percent"], figures["rotation_degrees"])
    known = [system == NETWORK and error is not None for error in camera]
    cells = [f"{error:.2f}" if yes else NONE for error, yes in zip(camera, known, strict=True)]
    cells += [neutral, expressive]
    for level in levels:
        graded = figures["levels"][level]
        cells.append(" / ".join(_rmse(graded, system, shape) for shape in SHAPES))
    return cells


def _rmse(figures: dict[str, Any], system: str, shape: str) -> str:
    return f"{figures['shape_rmse_mm']['errors'][system][shape]['mean']:.2f}"
