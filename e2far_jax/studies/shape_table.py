"""How much of the shape each variant of a study got right, as a share of the mean face's error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from e2far_jax.evaluation.face_errors import MEAN_FACE, NETWORK
from e2far_jax.evaluation.report import SHAPES
from e2far_jax.studies.runs import Result
from e2far_jax.studies.seeds import (
    PHOTOGRAPHS,
    Variant,
    by_variant,
    seed_difference,
    spread_over_seeds,
    variants_of,
    verdict,
)
from e2far_jax.studies.tables import NONE, markdown

# What people look for in a face that moves, and the coefficients that say it.
SIGNS = {
    "jaw": ("jawOpen",),
    "smile": ("mouthSmile_L", "mouthSmile_R"),
    "blink": ("eyeBlink_L", "eyeBlink_R"),
    "brow": ("browInnerUp_L", "browInnerUp_R", "browOuterUp_L", "browOuterUp_R"),
    "pucker": ("mouthPucker",),
}
FIRST_MODES = 10
LEGEND = (
    "Shares are the RMSE of the neutral / of the expressive shape divided by the mean face's, both "
    "after a similarity fit: 1 has learnt nothing. r are correlations over all levels, of the "
    f"first {FIRST_MODES} identity coefficients on average, and of some expressions. All are means "
    "over seeds; differences are seed by seed, [95 % interval] of Student's paired t, of each "
    "comparison by itself."
)


def shape_study_table(results: Sequence[Result]) -> str:
    """A Markdown table, a row a variant, and what its columns are.

    Args:
      results: of all runs so far, at least one; the first one's variant is what the others are held
        against.
    """
    levels = sorted(results[0].synthetic.get("levels", {}))
    variants = variants_of(results)
    first, photographed = variants[0], PHOTOGRAPHS in variants[0].errors
    header = ["run", "seeds", *(f"level {level}, share" for level in levels), "all, share"]
    header += [f"{shape} minus {first.name}, mm" for shape in SHAPES]
    header += ["rotation, °", "identity r", *(f"{sign} r" for sign in SIGNS)]
    header += ["photographs, NME %"] * photographed
    rows = [header, ["---"] + ["--:"] * (len(header) - 1)]
    runs = by_variant(results)
    for variant in variants:
        figures = [result.synthetic for result in runs[variant.name].values()]
        rows.append([variant.name, str(len(figures))])
        rows[-1] += [_shares([each["levels"][level] for each in figures]) for level in levels]
        rows[-1] += [_shares(figures), *_differences(variant, first), _rotation(figures)]
        rows[-1] += _correlations(figures)
        if photographed:
            rows[-1].append(str(spread_over_seeds(variant.errors[PHOTOGRAPHS])))
    return f"{markdown(rows)}\n\n{LEGEND}"


def _shares(figures: Sequence[dict[str, Any]]) -> str:
    def error(of: str, kind: str) -> float:
        return np.mean([each["shape_rmse_mm"]["errors"][of][kind]["mean"] for each in figures])

    return " / ".join(f"{error(NETWORK, kind) / error(MEAN_FACE, kind):.3f}" for kind in SHAPES)


def _differences(variant: Variant, first: Variant) -> list[str]:
    if variant is first:
        return [NONE] * len(SHAPES)
    return [
        verdict(seed_difference(variant.errors[shape], first.errors[shape])) for shape in SHAPES
    ]


def _rotation(figures: Sequence[dict[str, Any]]) -> str:
    degrees = [each["rotation_degrees"] for each in figures]
    return NONE if None in degrees else f"{np.mean(degrees):.2f}"


def _correlations(figures: Sequence[dict[str, Any]]) -> list[str]:
    """Of identity, and of each sign."""
    groups: list[list[float]] = [[] for _ in range(1 + len(SIGNS))]
    for each in figures:
        groups[0] += [row["correlation"] for row in each["identity"][:FIRST_MODES]]
        expression = {row["name"]: row["correlation"] for row in each["expression"]}
        for group, names in zip(groups[1:], SIGNS.values(), strict=True):
            group += [expression[name] for name in names if name in expression]
    return [f"{np.mean(group):.2f}" if group else NONE for group in groups]
