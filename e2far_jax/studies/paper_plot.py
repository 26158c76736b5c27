"""The paper's ablation as a picture: every seed, means with standard deviations, differences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from e2far_jax.evaluation.face_errors import MEAN_FACE
from e2far_jax.evaluation.report import SHAPES
from e2far_jax.files import replacing
from e2far_jax.studies.paper_table import mean_face_errors
from e2far_jax.studies.runs import Result
from e2far_jax.studies.seeds import Variant, seed_difference, spread_over_seeds, variants_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = {"marker": "o", "s": 22, "color": "tab:blue", "alpha": 0.6, "linewidths": 0}
_BARS = {"fmt": "|", "color": "black", "markersize": 11, "capsize": 4, "zorder": 3}
_LIFT = 0.24  # of the points over the bars; variants are 1 apart


def plot_paper(results: Sequence[Result], path: Path) -> None:
    """Draw the errors of all variants, and below how each differs from the first, as a PNG file.

    Args:
      results: of all runs so far, at least one, as for `paper_table`.
      path: of the picture.
    """
    from matplotlib.figure import Figure

    variants, mean_face = variants_of(results), mean_face_errors(results)
    figure = Figure(figsize=(10, 6), layout="constrained")
    figure.suptitle("RMSE over the face after a similarity fit; a point is a training")
    panels = figure.subplots(2, len(SHAPES), height_ratios=(len(variants) + 1, len(variants)))
    for number, shape in enumerate(SHAPES):
        _draw_errors(panels[0, number], variants, shape, mean_face[shape])
        _draw_differences(panels[1, number], variants, shape)
    for panel in panels[:, 1:].flat:
        panel.set_yticklabels([])
    with replacing(path) as file:
        figure.savefig(file, format="png", dpi=110)


def _draw_errors(panel: Axes, variants: Sequence[Variant], shape: str, mean_face: float) -> None:
    """Points, means and standard deviations of a kind of shape, and the mean face as a line."""
    for height, variant in enumerate(variants):
        _draw_points(panel, [*variant.errors[shape].values()], height)
        spread = spread_over_seeds(variant.errors[shape])
        panel.errorbar(spread.mean, height, xerr=spread.deviation, **_BARS)
    panel.axvline(mean_face, color="tab:red", linestyle="--")
    panel.annotate(MEAN_FACE, (mean_face, 0.02), (-4, 0), xycoords=("data", "axes fraction"),
                   textcoords="offset points", ha="right", color="tab:red")  # fmt: skip
    panel.set(title=f"{shape} shape", xlabel="RMSE, mm: mean ± standard deviation")
    _name_rows(panel, [variant.name for variant in variants])


def _draw_differences(panel: Axes, variants: Sequence[Variant], shape: str) -> None:
    """How far each variant is from the first, seed by seed, with 95 % intervals."""
    method, *others = variants
    baseline = method.errors[shape]
    for height, variant in enumerate(others):
        errors = variant.errors[shape]
        shared = [seed for seed in errors if seed in baseline]
        _draw_points(panel, [errors[seed] - baseline[seed] for seed in shared], height)
        if (difference := seed_difference(errors, baseline)) is not None:
            half = difference.high - difference.mean
            panel.errorbar(difference.mean, height, xerr=half, **_BARS)
    panel.axvline(0.0, color="0.5", linewidth=1)
    title = f"minus {method.name} (right: worse)"
    panel.set(title=title, xlabel="difference by seed, mm: mean and 95 % interval")
    _name_rows(panel, [variant.name for variant in others])


def _draw_points(panel: Axes, values: Sequence[float], height: int) -> None:
    panel.scatter(values, [height - _LIFT] * len(values), **_POINTS)


def _name_rows(panel: Axes, names: Sequence[str]) -> None:
    """One row a name, the first on top."""
    panel.set_yticks(range(len(names)), names)
    panel.set_ylim(len(names) - 0.4, -0.6)
    panel.grid(axis="x", color="0.9")
    panel.set_axisbelow(True)
