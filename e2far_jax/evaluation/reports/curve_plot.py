"""Cumulative error curves: which share of the items has at most an error."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.metrics.curves import cumulative_curve, fraction_within
from e2far_jax.evaluation.reports.contents import Report
from e2far_jax.evaluation.reports.drawing import (
    Theme,
    add_legend,
    new_panel,
    png,
    shortened,
    system_styles,
)
from e2far_jax.evaluation.reports.summaries import Curve, Summary


@dataclasses.dataclass(frozen=True)
class CurveLine:
    """The corners of a cumulative curve between no error and a limit.

    Attributes:
      errors: where it rises, from 0 to the limit.
      fractions: of all items that have at most this error, within [0, 1]; level up to the next.
    """

    errors: Float[np.ndarray, "K"]
    fractions: Float[np.ndarray, "K"]


def curve_line(values: Float[np.ndarray, "B"], limit: float) -> CurveLine:
    """What is drawn of a system's errors.

    Args:
      values: errors, at least one; a NaN counts as an item above every limit.
      limit: where the line ends, in their unit.
    """
    steps = cumulative_curve(values)
    inside = (steps.errors > 0.0) & (steps.errors < limit)
    ends = fraction_within(values, np.array([0.0, limit]))
    return CurveLine(
        np.concatenate([[0.0], steps.errors[inside], [limit]]),
        np.concatenate([ends[:1], steps.fractions[inside], ends[1:]]),
    )


def plot_curves(report: Report, summary: Summary, key: str, theme: Theme) -> bytes:
    """Draw the curves of all systems, with areas and failures in the legend, as a PNG file.

    Args:
      report: what was measured.
      summary: what it comes to, with curves of this measure.
      key: of the measure.
      theme: the page's colours.
    """
    measured = {system.name: measure for system, measure in report.measured(key)}
    curves = [curve for curve in summary.curves if curve.measure == key]
    measure, limit = report.measure(key), curves[0].limit
    unit = f"{measure.name}, {measure.unit}"
    title = f"Area up to {limit:g} {measure.unit}; failures lie above or have no result"
    figure, panel = new_panel(theme, title, unit, "items with at most this error, %")
    handles, looks_of = [], system_styles((system.name for system in report.systems), theme)
    for curve in curves:
        line, style = curve_line(measured[curve.system].values, limit), looks_of[curve.system]
        looks = {"color": style.colour, "linestyle": style.dash, "linewidth": 2.0}
        handles += panel.step(line.errors, 100.0 * line.fractions, where="post", **looks)
    panel.set(xlim=(0.0, limit), ylim=(0.0, 101.0))
    add_legend(figure, theme, handles, [_legend(curve) for curve in curves])
    return png(figure)


def describe_curves(summary: Summary, key: str, name: str, unit: str) -> str:
    """The plot in words, for those who do not see it."""
    curves = [curve for curve in summary.curves if curve.measure == key]
    shares = "; ".join(_legend(curve) for curve in curves)
    return f"Cumulative curves of {name} up to {curves[0].limit:g} {unit}. {shares}"


def _legend(curve: Curve) -> str:
    name = shortened(curve.system)
    return f"{name}: area {curve.area:.3f}, failures {100.0 * curve.failures:.1f} %"
