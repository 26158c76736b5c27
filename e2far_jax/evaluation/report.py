"""Tables of an evaluation, for the terminal and as plain dictionaries for a .json file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.metrics.coefficients import CoefficientStatistics
from e2far_jax.evaluation.statistics import Interval, bootstrap_mean, paired_difference

SHAPES = ("neutral", "expressive")


@dataclasses.dataclass(frozen=True)
class ShapeErrors:
    """One system's errors on the same faces in the same order as every other system's.

    Attributes:
      neutral: RMSE of the neutral shape, mm.
      expressive: RMSE of the shape with its expression, mm.
    """

    neutral: Float[np.ndarray, "B"]
    expressive: Float[np.ndarray, "B"]


@dataclasses.dataclass(frozen=True)
class ShapeReport:
    """Mean shape errors and how they differ from the baseline's; intervals are 95 %.

    Attributes:
      count: how many faces.
      baseline: the system that the others are compared with.
      errors: system -> "neutral" and "expressive" -> RMSE, mm.
      differences: the same for system minus baseline, face by face; without the baseline.
    """

    count: int
    baseline: str
    errors: dict[str, dict[str, Interval]]
    differences: dict[str, dict[str, Interval]]


def shape_report(
    errors: Mapping[str, ShapeErrors], *, baseline: str = "mean face", seed: int = 0
) -> ShapeReport:
    """Summarise the errors of several systems on one test set.

    Args:
      errors: per-face errors by the system's name, in the order of the table.
      baseline: the name among them to compare with.
      seed: of the resampling.
    Returns:
      The means, the differences and their intervals.
    Raises:
      ValueError: for an unknown baseline, different numbers of faces, none, or errors that are
        not finite.
    """
    if baseline not in errors:
        raise ValueError(f"there is no system {baseline!r}; there are {', '.join(errors)}")
    generator = np.random.default_rng(seed)
    means: dict[str, dict[str, Interval]] = {}
    differences: dict[str, dict[str, Interval]] = {}
    for name, system in errors.items():
        means[name], differences[name] = {}, {}
        for shape in SHAPES:
            values, reference = getattr(system, shape), getattr(errors[baseline], shape)
            means[name][shape] = bootstrap_mean(values, generator)
            differences[name][shape] = paired_difference(values, reference, generator)
    del differences[baseline]
    return ShapeReport(len(errors[baseline].neutral), baseline, means, differences)


def shape_table(report: ShapeReport) -> str:
    """The report as text: a row a system, then a line a comparison.

    Returns:
      Lines without a newline at the end.
    """
    header = ["RMSE, mm [95 % interval]", *SHAPES, "faces"]
    rows = [
        [name, *(str(intervals[shape]) for shape in SHAPES), str(report.count)]
        for name, intervals in report.errors.items()
    ]
    comparisons = [
        f"{name} minus {report.baseline}, {shape}: {interval} mm, {_verdict(interval)}"
        for name, intervals in report.differences.items()
        for shape, interval in intervals.items()
    ]
    return "\n".join([aligned([header, *rows]), *comparisons])


def _verdict(interval: Interval) -> str:
    if not interval.excludes_zero:
        return "no clear difference"
    return "better" if interval.mean < 0.0 else "worse"


@dataclasses.dataclass(frozen=True)
class CoefficientRow:
    """One line of the table of coefficients; see `CoefficientStatistics`."""

    name: str
    correlation: float
    slope: float


def coefficient_rows(
    statistics: CoefficientStatistics, names: Sequence[str] = (), *, kind: str = "coefficient"
) -> list[CoefficientRow]:
    """Put names to statistics.

    Args:
      statistics: of one basis.
      names: one a coefficient; without them they are numbered from 1.
      kind: what to call numbered coefficients.
    Returns:
      A row a coefficient.
    Raises:
      ValueError: for another number of names than of coefficients.
    """
    correlation = np.asarray(statistics.correlation, np.float64).tolist()
    slope = np.asarray(statistics.slope, np.float64).tolist()
    names = list(names) or [f"{kind} {number}" for number in range(1, len(slope) + 1)]
    if len(names) != len(slope):
        raise ValueError(f"{len(names)} names for {len(slope)} coefficients")
    return [CoefficientRow(*row) for row in zip(names, correlation, slope, strict=True)]


def coefficient_table(
    identity: Sequence[CoefficientRow], expression: Sequence[CoefficientRow], *, first: int = 10
) -> str:
    """The first identity coefficients, every expression, and the mean of each kind, as text.

    Args:
      identity: the rows of the identity coefficients.
      expression: the rows of the expression coefficients.
      first: how many identity coefficients to show one by one.
    Returns:
      Lines without a newline at the end.
    """
    shown = [*identity[:first], *_mean_row("identity", identity)]
    shown += [*expression, *_mean_row("expression", expression)]
    cells = [[row.name, f"{row.correlation:z.2f}", f"{row.slope:z.2f}"] for row in shown]
    return aligned([["coefficient", "correlation", "slope"], *cells])


def _mean_row(kind: str, rows: Sequence[CoefficientRow]) -> list[CoefficientRow]:
    if not rows:
        return []
    correlation = float(np.mean([row.correlation for row in rows]))
    slope = float(np.mean([row.slope for row in rows]))
    return [CoefficientRow(f"mean of {len(rows)} {kind} coefficients", correlation, slope)]


def report_dictionary(
    shapes: ShapeReport, identity: Sequence[CoefficientRow], expression: Sequence[CoefficientRow]
) -> dict[str, Any]:
    """Everything that the tables show, as dictionaries, lists, numbers and strings only."""
    return {
        "shape_rmse_mm": dataclasses.asdict(shapes),
        "identity": [dataclasses.asdict(row) for row in identity],
        "expression": [dataclasses.asdict(row) for row in expression],
    }


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns of text: the first flush left, the others flush right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells))
    return "\n".join(lines)
