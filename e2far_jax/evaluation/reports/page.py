"""A report as one HTML file that needs no other file, no network and no script."""

from __future__ import annotations

import base64
import dataclasses
import html
import io
import json
import re
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from e2far_jax.evaluation.reports.contents import FacePictures, Report
from e2far_jax.evaluation.reports.error_tables import (
    comparisons_table,
    measure_tables,
    stratum_tables,
)
from e2far_jax.evaluation.reports.extremes import GROUPS
from e2far_jax.evaluation.reports.page_parts import SCRIPT, STYLE
from e2far_jax.evaluation.reports.plots import Plot
from e2far_jax.evaluation.reports.summaries import Summary
from e2far_jax.evaluation.reports.tables import (
    NONE,
    Table,
    failures_table,
    figures_table,
    items_table,
)
from e2far_jax.evaluation.reports.wording import (
    paragraphs,
    printable,
    printable_lines,
    resampling,
    subject,
)

_LARGEST = 360  # pixels of a face's picture
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
# Such as "1.23 [1.11, 1.35] mm", "< 0.001" and "0.9 %".
_NUMBERS = re.compile(r"(< )?-?[\d.]+( \[[-\d., ]+\])?( \S{1,8})?")


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of the page under a heading; its body is HTML."""

    name: str
    title: str
    body: str


def page(report: Report, summary: Summary, plots: Sequence[Plot]) -> str:
    """The report as HTML.

    Args:
      report: what was measured.
      summary: what it comes to.
      plots: in the order of the page.
    """
    title = escaped(report.title)
    sections = list(_sections(report, summary, plots))
    links = "".join(f'<li><a href="#{one.name}">{one.title}</a></li>' for one in sections)
    bodies = "".join(
        f'<section id="{one.name}"><h2>{one.title}</h2>{one.body}</section>\n' for one in sections
    )
    script = SCRIPT.replace("NONE", json.dumps(NONE))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<header><h1>{title}</h1>\n<nav aria-label="Sections"><ul>{links}</ul></nav></header>\n'
        f"<main>\n{bodies}</main>\n<footer><p>{escaped(resampling(summary))}</p></footer>\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def escaped(text: str) -> str:
    """One line of text without any meaning to HTML, in attributes too."""
    return html.escape(printable(text), quote=True)


def _sections(report: Report, summary: Summary, plots: Sequence[Plot]) -> Iterator[Section]:
    yield Section("subject", "What was measured", _subject(report))
    yield Section("figures", "Figures", _table(figures_table(report)))
    errors = _tables(measure_tables(report, summary), plots)
    yield Section("errors", "Errors", errors or _none())
    if summary.comparisons:
        table = _table(comparisons_table(report, summary))
        yield Section("comparisons", "Comparisons", table)
    if summary.by_stratum:
        strata = _tables(stratum_tables(report, summary), plots)
        yield Section("strata", "By stratum", strata)
    if report.pictures:
        yield Section("faces", "Best, median and worst faces", _faces(report.pictures))
    yield Section("failures", "Failures", _table(failures_table(report)))
    items = _table(items_table(report), sortable=True)
    body = f"<details><summary>All {len(report.items)} items</summary>{items}</details>"
    yield Section("items", "Every item", body)


def _subject(report: Report) -> str:
    lines = "".join(
        f"<dt>{escaped(name)}</dt><dd>{escaped(text)}</dd>" for name, text in subject(report)
    )
    texts = "".join(f"<p>{escaped(text)}</p>" for text in paragraphs(report.protocol_text))
    command = html.escape(printable_lines(report.command))
    return f"<dl>{lines}</dl>{texts}" + (f"<pre><code>{command}</code></pre>" if command else "")


def _tables(tables: Sequence[Table], plots: Sequence[Plot]) -> str:
    """Each with the plot of the same numbers."""
    drawn = {plot.name: _plot(plot) for plot in plots}
    return "".join(_table(table) + drawn.get(table.plot, "") for table in tables)


def _table(table: Table, sortable: bool = False) -> str:
    if not table.rows:
        return _none()
    head = "".join(f'<th scope="col">{escaped(cell)}</th>' for cell in table.header)
    rows = "".join(
        f'<tr><th scope="row">{escaped(first)}</th>' + "".join(map(_cell, cells)) + "</tr>\n"
        for first, *cells in table.rows
    )
    title, kind = escaped(table.title), ' class="sortable"' if sortable else ""
    note = f'<p class="note">{escaped(table.note)}</p>' if table.note else ""
    return (
        f'<div class="wide" role="region" aria-label="{title}" tabindex="0"><table{kind}>'
        f"<caption>{title}</caption><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody>"
        f"</table></div>{note}\n"
    )


def _cell(text: str) -> str:
    kind = ' class="number"' if _NUMBERS.fullmatch(text) else ""
    return f"<td{kind}>{escaped(text)}</td>"


def _none() -> str:
    return "<p>None.</p>\n"


def _plot(plot: Plot) -> str:
    dark = _data_uri(plot.dark, "png")
    return (
        '<figure class="plot"><picture>'
        f'<source media="screen and (prefers-color-scheme: dark)" srcset="{dark}">'
        f'<img src="{_data_uri(plot.light, "png")}" alt="{escaped(plot.shows)}"></picture>'
        f"</figure>\n"
    )


def _faces(faces: Sequence[FacePictures]) -> str:
    parts = []
    for group in GROUPS:
        figures = "".join(_face(face) for face in faces if face.group == group)
        if figures:
            parts.append(f'<h3>{group.capitalize()}</h3><div class="faces">{figures}</div>\n')
    return "".join(parts)


def _face(face: FacePictures) -> str:
    strip = "".join(
        f'<div><img src="{_picture_uri(picture)}" alt="{escaped(f"{label} of {face.item}")}">'
        f"<span>{escaped(label)}</span></div>"
        for picture, label in zip(face.pictures, face.labels, strict=True)
    )
    name = f"<strong>{escaped(face.item)}</strong>"
    caption = f"<figcaption>{name}: {escaped(face.caption)}</figcaption>"
    return f'<figure><div class="strip">{strip}</div>{caption}</figure>\n'


def _picture_uri(picture: UInt8[np.ndarray, "_ _ 3"]) -> str:
    image, file = Image.fromarray(picture), io.BytesIO()
    image.thumbnail((_LARGEST, _LARGEST))
    image.save(file, "JPEG", quality=90)
    return _data_uri(file.getvalue(), "jpeg")


def _data_uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
