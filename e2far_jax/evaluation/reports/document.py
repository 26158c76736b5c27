"""A report as numbers and texts for programs: what report.json holds."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

from e2far_jax.evaluation.reports.contents import Measure, Report, System
from e2far_jax.evaluation.reports.summaries import Summary

SCHEMA = (
    "e2far-jax evaluation report 1. items: names; the labels of strata and the values of "
    "systems[].measures are one an item in this order, null where an item has no error. Errors and "
    "all that is computed from them (averages, by_stratum, curves, comparisons; by the measure's "
    "key and the system's name) are in the unit of the measure; area and failures of curves are "
    "shares within [0, 1], p values too. Intervals are 95 %. Comparisons are system minus "
    "baseline; test holds p values, adjusted is test.sign_flip after Holm over all comparisons."
)


def document(report: Report, summary: Summary) -> dict[str, Any]:
    """Everything but the pixels, as dictionaries, lists, finite numbers, texts and None."""
    return _without_nan(
        {
            "schema": SCHEMA,
            "title": report.title,
            "data_set": report.data_set,
            "protocol": report.protocol_text,
            "command": report.command,
            "versions": report.versions,
            "items": report.items,
            "strata": report.strata,
            "systems": [_system(system) for system in report.systems],
            "failures": report.failures,
            **dataclasses.asdict(summary),
            "pictures": [
                {"item": face.item, "caption": face.caption, "group": face.group}
                for face in report.pictures
            ],
        }
    )


def as_json(report: Report, summary: Summary) -> str:
    """The document as a JSON text."""
    return json.dumps(document(report, summary), indent=1, allow_nan=False) + "\n"


def _system(system: System) -> dict[str, Any]:
    return {
        "name": system.name,
        "description": system.description,
        "figures": [dataclasses.asdict(figure) for figure in system.figures],
        "measures": {key: _measure(measure) for key, measure in system.measures.items()},
        "failures": system.failures,
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return dataclasses.asdict(measure) | {"values": measure.values.tolist()}


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(one) for one in value]
    return value
