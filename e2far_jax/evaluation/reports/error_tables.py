"""Tables of errors: over all items, by stratum, and of systems against the first one."""

from __future__ import annotations

from e2far_jax.evaluation.reports.comparisons import Comparison
from e2far_jax.evaluation.reports.contents import Report
from e2far_jax.evaluation.reports.summaries import Average, Curve, Summary
from e2far_jax.evaluation.reports.tables import NONE, Table, number_cell
from e2far_jax.evaluation.reports.wording import curve_file, stratum_file
from e2far_jax.evaluation.statistics import Interval


def measure_tables(report: Report, summary: Summary) -> list[Table]:
    """A table a measure: every system's errors over all items."""
    return [_measure_table(report, summary, key) for key in report.measure_keys]


def stratum_tables(report: Report, summary: Summary) -> list[Table]:
    """A table a stratum and measure: means by label, a column a system."""
    return [
        _stratum_table(report, summary, stratum, key)
        for stratum in report.strata
        for key in report.measure_keys
    ]


def comparisons_table(report: Report, summary: Summary) -> Table:
    """How the other systems differ from the first."""
    rows = tuple(
        (
            f"{one.system} minus {one.baseline}",
            report.measure(one.measure).name,
            f"{one.difference} {report.measure(one.measure).unit}" if one.difference else NONE,
            str(one.count),
            _p(one.test.sign_flip if one.test else None),
            _p(one.adjusted),
            _p(one.test.wilcoxon if one.test else None),
            _verdict(one),
        )
        for one in summary.comparisons
    )
    header = ("systems", "measure", "mean difference [95 % interval]", "common items")
    header += ("p", "p after Holm", "p of Wilcoxon", "by the interval")
    tests = sum(one.test is not None for one in summary.comparisons)
    note = (
        "Differences are item by item, over the items where both systems have a result. "
        "p is that of the two-sided sign-flip test of the mean difference; "
        f"Holm's allows for {tests} comparison{'s' if tests != 1 else ''}."
    )
    return Table("Paired differences", header, rows, note)


def _measure_table(report: Report, summary: Summary, key: str) -> Table:
    measure = report.measure(key)
    curves = {curve.system: curve for curve in summary.curves if curve.measure == key}
    end = f"{next(iter(curves.values())).limit:g} {measure.unit}" if curves else "the limit"
    header = ("system", "mean [95 % interval]", "median", "90th percentile")
    header += (f"area up to {end}", f"above {end} or missing", "items", "missing")
    rows = tuple(
        (
            one.system,
            _interval(one.interval),
            number_cell(one.median),
            number_cell(one.high),
            *_curve_cells(curves.get(one.system)),
            str(one.count),
            str(one.missing),
        )
        for one in summary.averages
        if one.measure == key
    )
    title = f"{measure.name}, {measure.unit}"
    return Table(title, header, rows, _missing_note(summary, key), curve_file(key))


def _curve_cells(curve: Curve | None) -> tuple[str, str]:
    if curve is None:
        return NONE, NONE
    return f"{curve.area:.3f}", f"{100.0 * curve.failures:.1f} %"


def _stratum_table(report: Report, summary: Summary, stratum: str, key: str) -> Table:
    cells: dict[str, dict[str, Average]] = {}
    for one in summary.by_stratum:
        if (one.stratum, one.measure) == (stratum, key):
            cells.setdefault(one.label, {})[one.system] = one
    systems = [system.name for system, _ in report.measured(key)]
    rows = tuple(
        (label, *(_with_count(averages[name]) for name in systems))
        for label, averages in cells.items()
    )
    measure = report.measure(key)
    title = f"{measure.name} by {stratum}, {measure.unit}"
    note = "Mean [95 % interval] (items with a result)."
    return Table(title, (stratum, *systems), rows, note, stratum_file(stratum, key))


def _missing_note(summary: Summary, key: str) -> str:
    missing = [one for one in summary.averages if one.measure == key and one.missing]
    if not missing:
        return ""
    counts = ", ".join(f"{one.system}: {one.missing}" for one in missing)
    return (
        f"Without a result ({counts}); means, medians and percentiles leave these items out, the "
        "area counts them as above the limit."
    )


def _with_count(average: Average) -> str:
    return f"{_interval(average.interval)} ({average.count})"


def _interval(interval: Interval | None) -> str:
    return NONE if interval is None else str(interval)


def _p(value: float | None) -> str:
    if value is None:
        return NONE
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def _verdict(comparison: Comparison) -> str:
    if comparison.difference is None:
        return NONE
    if not comparison.difference.excludes_zero:
        return "no clear difference"
    better = comparison.difference.mean < 0.0
    return f"{comparison.system if better else comparison.baseline} is better"
