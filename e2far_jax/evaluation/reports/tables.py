"""Tables of plain text cells, the same for Markdown and for HTML: figures, failures, items."""

from __future__ import annotations

import dataclasses

from e2far_jax.evaluation.reports.contents import Report

NONE = "–"  # noqa: RUF001


@dataclasses.dataclass(frozen=True)
class Table:
    """Cells without any markup.

    Attributes:
      title: what it shows, with units.
      header: a cell a column.
      rows: as wide as the header; their first cells name them.
      note: what a reader has to know about the numbers.
      plot: the file of the plot that shows the same, where there is one.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    plot: str = ""


def figures_table(report: Report) -> Table:
    """The headline numbers of all systems."""
    rows = tuple(
        (
            system.name,
            figure.name,
            f"{figure.interval} {figure.unit}",
            str(figure.count),
            figure.protocol,
            figure.comparison or NONE,
        )
        for system in report.systems
        for figure in system.figures
    )
    header = ("system", "figure", "value [95 % interval]", "items", "protocol", "published")
    return Table("Headline numbers", header, rows)


def failures_table(report: Report) -> Table:
    """What has no result, and why."""
    rows = [(item, "all", reason) for item, reason in report.failures.items()]
    for system in report.systems:
        rows += [(item, system.name, reason) for item, reason in system.failures.items()]
    places = {item: place for place, item in enumerate(report.items)}
    rows.sort(key=lambda row: places[row[0]])
    return Table("Items without a result", ("item", "system", "reason"), tuple(rows))


def items_table(report: Report) -> Table:
    """Every error of every item."""
    columns = [
        (f"{system.name}: {measure.name}, {measure.unit}", measure.values)
        for key in report.measure_keys
        for system, measure in report.measured(key)
    ]
    header = ("item", *report.strata, *(name for name, _ in columns))
    rows = tuple(
        (
            item,
            *(labels[number] for labels in report.strata.values()),
            *(number_cell(float(values[number]), 3) for _, values in columns),
        )
        for number, item in enumerate(report.items)
    )
    return Table("Every item", header, rows)


def number_cell(value: float | None, decimals: int = 2) -> str:
    """A number, or a dash for None and NaN."""
    return NONE if value is None or value != value else f"{value:z.{decimals}f}"
