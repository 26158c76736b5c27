"""A report as Markdown (GitHub's, for its tables)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence

from e2far_jax.evaluation.reports.contents import Report
from e2far_jax.evaluation.reports.error_tables import (
    comparisons_table,
    measure_tables,
    stratum_tables,
)
from e2far_jax.evaluation.reports.summaries import Summary
from e2far_jax.evaluation.reports.tables import Table, failures_table, figures_table
from e2far_jax.evaluation.reports.wording import (
    FACES,
    paragraphs,
    printable,
    printable_lines,
    resampling,
    subject,
)

# A bracket alone is no link.
_MARKS = re.compile(r"[\\`*|~$]|^#|\](?=[(\[:])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def markdown(report: Report, summary: Summary, plots: Mapping[str, str]) -> str:
    """The report as text; every item's errors are in report.json and report.html.

    Args:
      report: what was measured.
      summary: what it comes to.
      plots: file names, each with what it shows.
    """
    blocks = [f"# {escaped(report.title)}", *_subject(report), *_table(figures_table(report))]
    blocks += ["## Errors", *_tables(measure_tables(report, summary), plots)]
    if summary.comparisons:
        blocks += ["## Comparisons", *_table(comparisons_table(report, summary))]
    if summary.by_stratum:
        blocks += ["## By stratum", *_tables(stratum_tables(report, summary), plots)]
    if FACES in plots:
        blocks += ["## Faces", _picture(FACES, plots)]
    failures = failures_table(report)
    blocks += ["## Failures", *(_table(failures) if failures.rows else ["None."])]
    return "\n\n".join([*blocks, resampling(summary)]) + "\n"


def escaped(text: str) -> str:
    """One line of text without any meaning to Markdown or HTML."""
    text = _MARKS.sub(lambda mark: f"\\{mark[0]}", printable(text))
    return html.escape(text, quote=False)


def _subject(report: Report) -> Iterator[str]:
    yield "\n".join(f"- **{escaped(name)}**: {escaped(text)}" for name, text in subject(report))
    yield from (escaped(text) for text in paragraphs(report.protocol_text))
    if report.command:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", report.command)), default=0))
        yield f"{fence}\n{printable_lines(report.command)}\n{fence}"
    yield "## Figures"


def _tables(tables: Sequence[Table], plots: Mapping[str, str]) -> Iterator[str]:
    for table in tables:
        yield f"### {escaped(table.title)}"
        yield from _table(table)
        if table.plot in plots:
            yield _picture(table.plot, plots)


def _table(table: Table) -> Iterator[str]:
    lines = [_cells(table.header), _rule(len(table.header)), *map(_cells, table.rows)]
    yield "\n".join(lines) if table.rows else "None."
    if table.note:
        yield escaped(table.note)


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"


def _rule(columns: int) -> str:
    return f"|{'---|' * columns}"


def _picture(name: str, plots: Mapping[str, str]) -> str:
    return f"![{escaped(plots[name])}]({name})"
