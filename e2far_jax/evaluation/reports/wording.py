"""The words and the file names that all forms of a report share."""

from __future__ import annotations

import re

from e2far_jax.evaluation.reports.contents import Report
from e2far_jax.evaluation.reports.summaries import Summary

FACES = "faces.png"


def printable(text: str) -> str:
    """One line of text that any file can hold; what no one can see becomes a space."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def printable_lines(text: str) -> str:
    """The same for several lines."""
    return "\n".join(printable(line) for line in text.splitlines())


def paragraphs(text: str) -> list[str]:
    """The paragraphs between empty lines, each one line."""
    return [printable(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def subject(report: Report) -> list[tuple[str, str]]:
    """What was measured on what, as names with texts."""
    lines = [("Data", report.data_set), ("Items", str(len(report.items)))]
    lines += [(system.name, system.description) for system in report.systems]
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    return lines + ([("Versions", versions)] if versions else [])


def resampling(summary: Summary) -> str:
    """How intervals and tests came about."""
    return (
        "Intervals of means and differences are 95 % bootstrap intervals by percentiles, from 4000 "
        f"resamples of the items, seed {summary.seed}; items count as independent of one another."
    )


def curve_file(key: str) -> str:
    """The name of the file with a measure's cumulative curves."""
    return f"curve.{key}.png"


def stratum_file(stratum: str, key: str) -> str:
    """The name of the file with a measure's means by stratum."""
    return f"by.{stratum}.{key}.png"
