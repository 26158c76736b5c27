"""Systems on a data set: measure every item of every one, and write the report."""

from __future__ import annotations

import importlib.metadata
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import e2far_jax
from e2far_jax.evaluation.jobs.runner import run_system
from e2far_jax.evaluation.jobs.sets import EvaluationSet
from e2far_jax.evaluation.jobs.summary import column
from e2far_jax.evaluation.jobs.systems import PredictedFace, System
from e2far_jax.evaluation.reports.contents import FacePictures, Report
from e2far_jax.evaluation.reports.extremes import extremes
from e2far_jax.evaluation.reports.write import write_report
from e2far_jax.journal import Finding, Journal

PACKAGES = ("jax", "numpy", "scipy", "libigl")


def evaluate_set(evaluation: EvaluationSet, systems: Sequence[System], folder: Path) -> Report:
    """Measure every system on every item and write report.html, .md, .json and plots.

    Interrupted and called again, it goes on where it was. The first system is the one that the
    others are compared with, and whose best, median and worst faces are shown.

    Args:
      evaluation: the data set with its rules.
      systems: with different names.
      folder: for the report; findings/ in it holds what was measured of each item.
    Returns:
      What was written.
    Raises:
      ValueError: for no systems, or two of one name.
    """
    names = [system.name for system in systems]
    if not names or len({*names}) < len(names):
        raise ValueError(f"the systems are called {names}; expected one or more, all different")
    items = tuple(truth.picture.name for truth in evaluation.truths)
    parts, found = [], {}
    for system in systems:
        kept = folder / "findings" / system.name
        found[system.name] = _measured(evaluation, system, kept)
        parts.append(evaluation.system(system.name, system.description, found[system.name], kept))
    first, unit = systems[0], parts[0].measures[evaluation.main].unit
    report = Report(
        title=f"{', '.join(names)} on {evaluation.title}",
        data_set=f"{evaluation.data_set}; {len(items)} pictures",
        protocol_text=evaluation.rules,
        items=items,
        systems=tuple(parts),
        strata=evaluation.strata,
        command=shlex.join(["python", *sys.argv]),
        versions=_versions(),
        pictures=tuple(_worth_a_look(evaluation, first, found[first.name], unit)),
    )
    write_report(report, folder)
    return report


def _measured(evaluation: EvaluationSet, system: System, folder: Path) -> dict[str, Finding]:
    subject = {
        "set": evaluation.title,
        "pictures": len(evaluation.truths),
        "system": system.fingerprint,
        "version": e2far_jax.__version__,
    }
    with Journal(folder / "items.jsonl", subject) as journal:
        run_system(system, evaluation.truths, evaluation.measure(folder), journal)
        return journal.findings


def _worth_a_look(
    evaluation: EvaluationSet, system: System, findings: Mapping[str, Finding], unit: str
) -> list[FacePictures]:
    """The system's best, median and worst faces; captions have their errors."""
    truths = evaluation.truths
    errors = column(findings, [truth.picture.name for truth in truths], evaluation.main)
    chosen = [(group, i) for group, rows in extremes(errors).items() for i in rows]
    faces = system.faces([truths[i].picture for _, i in chosen])
    shown = []
    for (group, i), face in zip(chosen, faces, strict=True):
        if isinstance(face, PredictedFace):
            pictures = evaluation.pictures(face, truths[i])
            caption, images, labels = f"{errors[i]:.2f} {unit}", pictures.values(), pictures
            name = truths[i].picture.name
            shown.append(FacePictures(name, caption, group, tuple(images), tuple(labels)))
    return shown


def _versions() -> dict[str, str]:
    """Of this package and those that compute."""
    versions = {"e2far-jax": e2far_jax.__version__}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
