"""The paper's ablation as a table: a row a variant, and what of it is more than chance."""

from __future__ import annotations

from collections.abc import Sequence

from e2far_jax.evaluation.face_errors import MEAN_FACE
from e2far_jax.evaluation.report import SHAPES
from e2far_jax.studies.runs import Result
from e2far_jax.studies.seeds import (
    PHOTOGRAPHS,
    Variant,
    seed_difference,
    spread_over_seeds,
    variants_of,
    verdict,
)
from e2far_jax.studies.tables import NONE, markdown

LEGEND = (
    "RMSE over the face after a similarity fit, mean ± standard deviation over seeds; its share of "
    "the mean face's; differences seed by seed, [95 % interval] of Student's paired t, of each "
    "comparison by itself. They are about other seeds on the same pictures."
)


def paper_table(results: Sequence[Result]) -> str:
    """A Markdown table, a row a variant and the mean face's below, and what its columns are.

    Args:
      results: of all runs so far, at least one; the first one's variant is what the others are held
        against.
    """
    variants = variants_of(results)
    photographed = PHOTOGRAPHS in variants[0].errors
    header = ["variant", "seeds"]
    for shape in SHAPES:
        header += [f"{shape}, mm", "share", f"minus {variants[0].name}, mm"]
    header += ["photographs, NME %"] * photographed
    rows = [header, ["---"] + ["--:"] * (len(header) - 1)]
    mean_face = mean_face_errors(results)
    for variant in variants:
        rows.append(_row(variant, variants[0], mean_face))
    rows.append([f"({MEAN_FACE})", NONE])
    for shape in SHAPES:
        rows[-1] += [f"{mean_face[shape]:.3f}", "1.000", NONE]
    rows[-1] += [NONE] * photographed
    return f"{markdown(rows)}\n\n{LEGEND}"


def mean_face_errors(results: Sequence[Result]) -> dict[str, float]:
    """The RMSE of the mean face, mm, which is the same in all runs, by the kind of shape."""
    errors = results[0].synthetic["shape_rmse_mm"]["errors"][MEAN_FACE]
    return {shape: errors[shape]["mean"] for shape in SHAPES}


def _row(variant: Variant, method: Variant, mean_face: dict[str, float]) -> list[str]:
    cells = [variant.name, str(len(variant.errors[SHAPES[0]]))]
    for shape in SHAPES:
        spread = spread_over_seeds(variant.errors[shape])
        difference = None
        if variant is not method:
            difference = seed_difference(variant.errors[shape], method.errors[shape])
        cells += [str(spread), f"{spread.mean / mean_face[shape]:.3f}", verdict(difference)]
    if PHOTOGRAPHS in method.errors:
        cells.append(str(spread_over_seeds(variant.errors[PHOTOGRAPHS])))
    return cells
