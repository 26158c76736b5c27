"""All plots of a report."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from e2far_jax.evaluation.reports.contents import Report
from e2far_jax.evaluation.reports.curve_plot import describe_curves, plot_curves
from e2far_jax.evaluation.reports.drawing import DARK, LIGHT
from e2far_jax.evaluation.reports.stratum_plot import plot_stratum
from e2far_jax.evaluation.reports.summaries import Summary
from e2far_jax.evaluation.reports.wording import curve_file, stratum_file


@dataclasses.dataclass(frozen=True)
class Plot:
    """A plot for light and dark pages.

    Attributes:
      name: of its file.
      shows: what is to be seen, in words.
      light: a PNG file.
      dark: the same in the other colours.
    """

    name: str
    shows: str
    light: bytes
    dark: bytes


def draw_plots(report: Report, summary: Summary) -> Iterator[Plot]:
    """Draw curves and strata of every measure with at least one error.

    Args:
      report: what was measured.
      summary: what it comes to.
    """
    drawn = dict.fromkeys(curve.measure for curve in summary.curves)
    for key in drawn:
        light, dark = (plot_curves(report, summary, key, theme) for theme in (LIGHT, DARK))
        measure = report.measure(key)
        shows = describe_curves(summary, key, measure.name, measure.unit)
        yield Plot(curve_file(key), shows, light, dark)
    for stratum in report.strata:
        for key in drawn:
            light, dark = (
                plot_stratum(report, summary, stratum, key, theme) for theme in (LIGHT, DARK)
            )
            what = f"{report.measure(key).name} by {stratum}"
            shows = f"{what}: the means of the table above, and every item"
            yield Plot(stratum_file(stratum, key), shows, light, dark)
