"""A report as files."""

from __future__ import annotations

from pathlib import Path

from e2far_jax.evaluation.reports.contents import Report
from e2far_jax.evaluation.reports.document import as_json
from e2far_jax.evaluation.reports.faces_sheet import faces_sheet
from e2far_jax.evaluation.reports.markdown import markdown
from e2far_jax.evaluation.reports.page import page
from e2far_jax.evaluation.reports.plots import draw_plots
from e2far_jax.evaluation.reports.summaries import summarise
from e2far_jax.evaluation.reports.wording import FACES
from e2far_jax.files import replacing
from e2far_jax.gallery.sheet import write_sheet


def write_report(report: Report, folder: Path, *, seed: int = 0) -> Path:
    """Write report.html, report.md, report.json and the plots; each whole or not at all.

    Args:
      report: what was measured.
      folder: made where there is none; files of the same names are replaced.
      seed: of all resampling.
    Returns:
      The path of report.html, which is written last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    summary = summarise(report, seed)
    plots = list(draw_plots(report, summary))
    pictures = {plot.name: plot.shows for plot in plots}
    for plot in plots:
        _write(folder / plot.name, plot.light)
    if any(face.pictures for face in report.pictures):
        write_sheet(folder / FACES, faces_sheet(report.pictures))
        pictures[FACES] = "The best, the median and the worst faces"
    _write(folder / "report.json", as_json(report, summary).encode())
    _write(folder / "report.md", markdown(report, summary, pictures).encode())
    _write(folder / "report.html", page(report, summary, plots).encode())
    return folder / "report.html"


def _write(path: Path, data: bytes) -> None:
    with replacing(path) as file:
        file.write(data)
