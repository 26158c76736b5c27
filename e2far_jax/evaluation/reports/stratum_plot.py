"""Errors by stratum, such as yaw: means with intervals, every item behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.reports.contents import Report, in_order
from e2far_jax.evaluation.reports.drawing import (
    Style,
    Theme,
    add_legend,
    new_panel,
    plain,
    png,
    system_styles,
)
from e2far_jax.evaluation.reports.summaries import Average, Summary

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_GROUP_WIDTH = 0.8  # of a label's systems; labels are 1 apart
_POINTS_WIDTH = 0.56  # of the points of all of them together
_GOLDEN = 0.6180339887498949  # whose multiples, without whole parts, spread evenly
_REACH = 99.0  # percentile of all errors that the axis shows
_MANY = 7  # labels that no longer stand side by side


def plot_stratum(report: Report, summary: Summary, stratum: str, key: str, theme: Theme) -> bytes:
    """Draw the means of all systems by label, with intervals and items, as a PNG file.

    Args:
      report: what was measured.
      summary: what it comes to.
      stratum: whose labels stand below the axis.
      key: of a measure with at least one error.
      theme: the page's colours.
    """
    measured = {system.name: measure for system, measure in report.measured(key)}
    averages = [one for one in summary.by_stratum if (one.stratum, one.measure) == (stratum, key)]
    measure = report.measure(key)
    figure, panel = new_panel(theme, "", stratum, f"{measure.name}, {measure.unit}")
    labels, handles = np.array(report.strata[stratum]), []
    looks = system_styles((system.name for system in report.systems), theme)
    for (name, one), shift in zip(measured.items(), _shifts(len(measured)), strict=True):
        own = [average for average in averages if average.system == name]
        for place, average in enumerate(own):
            width = _POINTS_WIDTH / len(measured)
            _draw_items(
                panel, one.values[labels == average.label], place + shift, width, looks[name]
            )
        handles.append(_draw_means(panel, own, shift, looks[name], theme))
    _limit(panel, [one.values for one in measured.values()], averages, theme)
    _name_labels(panel, labels)
    add_legend(figure, theme, handles, list(measured))
    return png(figure)


def axis_end(values: Float[np.ndarray, "B"], averages: Sequence[Average]) -> float:
    """How far up the axis goes: over all intervals and 99 % of the errors.

    Outliers beyond that would press the rest together.

    Args:
      values: of all systems, at least one of them no NaN.
      averages: drawn with their intervals.
    """
    highest = [one.interval.high for one in averages if one.interval is not None]
    return 1.05 * max([float(np.nanpercentile(values, _REACH)), *highest]) or 1.0


def spread_across(count: int, middle: float, width: float) -> Float[np.ndarray, "B"]:
    """Places about a middle for points that would cover one another; the same ones every time."""
    return middle + width * ((np.arange(count) * _GOLDEN) % 1.0 - 0.5)


def _shifts(count: int) -> Float[np.ndarray, "K"]:
    """Where systems stand beside the middle of a label."""
    return (np.arange(count) - (count - 1) / 2.0) * _GROUP_WIDTH / count


def _limit(
    panel: Axes, values: Sequence[np.ndarray], averages: Sequence[Average], theme: Theme
) -> None:
    """End the axis and say what lies beyond."""
    together = np.concatenate(values)
    top = axis_end(together, averages)
    above = int(np.sum(together > top))
    title = "Means with 95 % intervals, and every item"
    title += f" but {above} above the axis" if above else ""
    panel.set_title(title, color=theme.ink, loc="left", fontsize=12)
    panel.set_ylim(0.0, top)


def _draw_items(
    panel: Axes, values: Float[np.ndarray, "B"], middle: float, width: float, style: Style
) -> None:
    found = values[~np.isnan(values)]
    opacity = float(np.clip(30.0 / max(1, len(found)), 0.2, 0.5))
    looks = {"s": 9, "color": style.colour, "alpha": opacity, "linewidths": 0}
    panel.scatter(spread_across(len(found), middle, width), found, **looks)


def _draw_means(
    panel: Axes, averages: Sequence[Average], shift: float, style: Style, theme: Theme
) -> Artist:
    """The means of a system's labels that have any error."""
    found = [(place, one.interval) for place, one in enumerate(averages) if one.interval]
    means = np.array([interval.mean for _, interval in found])
    below = means - [interval.low for _, interval in found]
    above = [interval.high for _, interval in found] - means
    return panel.errorbar(
        [place + shift for place, _ in found],
        means,
        yerr=np.maximum([below, above], 0.0),
        fmt=style.marker,
        color=style.colour,
        ecolor=theme.ink,
        markeredgecolor=theme.paper,
        markersize=8,
        capsize=4,
        zorder=3,
    )


def _name_labels(panel: Axes, labels: np.ndarray) -> None:
    names = in_order(set(labels.tolist()))
    counts = [int(np.sum(labels == name)) for name in names]
    many = len(names) > _MANY
    gap = ", " if many else "\n"
    texts = [
        f"{plain(name, 24)}{gap}{count} items" for name, count in zip(names, counts, strict=True)
    ]
    slant = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if many else {}
    panel.set_xticks(range(len(names)), texts, **slant)
    panel.set_xlim(-0.6, len(names) - 0.4)
    panel.grid(visible=False, axis="x")
