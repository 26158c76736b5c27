"""How much of the shape each run of a study got right, as a share of the mean face's error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from e2far_jax.evaluation.face_errors import MEAN_FACE, NETWORK
from e2far_jax.evaluation.report import SHAPES
from e2far_jax.studies.runs import Result
from e2far_jax.studies.tables import NONE, markdown, photograph_cells

# What people look for in a face that moves, and the coefficients that say it.
SIGNS = {
    "jaw": ("jawOpen",),
    "smile": ("mouthSmile_L", "mouthSmile_R"),
    "blink": ("eyeBlink_L", "eyeBlink_R"),
    "brow": ("browInnerUp_L", "browInnerUp_R", "browOuterUp_L", "browOuterUp_R"),
    "pucker": ("mouthPucker",),
}
FIRST_MODES = 10


def shape_study_table(results: Sequence[Result]) -> str:
    """A Markdown table: a row a run.

    Shares are the RMSE of the neutral and of the expressive shape divided by the mean face's, both
    after a similarity fit: 1 has learnt nothing. r are correlations over all levels: of the first
    ten identity coefficients on average, and of some expressions.

    Args:
      results: of all runs so far, at least one.
    """
    levels = sorted(results[0].synthetic.get("levels", {}))
    header = ["run", *(f"level {level}, share" for level in levels), "all, share", "rotation, °"]
    header += ["identity r", *(f"{sign} r" for sign in SIGNS), "photographs, NME %"]
    rows = [header, ["---"] + ["--:"] * (len(header) - 1)]
    for result in results:
        figures = result.synthetic
        shares = [_shares(figures["levels"][level]) for level in levels]
        rotation = figures["rotation_degrees"]
        cells = [*shares, _shares(figures), NONE if rotation is None else f"{rotation:.2f}"]
        cells += _correlations(figures)
        rows.append([result.name, *cells, photograph_cells(result, results[0])[0]])
    return markdown(rows)


def _shares(figures: dict[str, Any]) -> str:
    errors = figures["shape_rmse_mm"]["errors"]
    shares = (errors[NETWORK][kind]["mean"] / errors[MEAN_FACE][kind]["mean"] for kind in SHAPES)
    return " / ".join(f"{share:.3f}" for share in shares)


def _correlations(figures: dict[str, Any]) -> list[str]:
    identity = [row["correlation"] for row in figures["identity"][:FIRST_MODES]]
    expression = {row["name"]: row["correlation"] for row in figures["expression"]}
    groups = [identity]
    for names in SIGNS.values():
        groups.append([expression[name] for name in names if name in expression])
    return [f"{np.mean(group):.2f}" if group else NONE for group in groups]
