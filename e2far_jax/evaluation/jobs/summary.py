"""Findings, item by item, as one system of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.reports.contents import Figure
from e2far_jax.evaluation.statistics import bootstrap_mean
from e2far_jax.journal import Finding

SEED = 0  # of all resampling


def column(
    findings: Mapping[str, Finding], items: Sequence[str], name: str
) -> Float[np.ndarray, "B"]:
    """One number of each item's finding; NaN where it has none."""
    return np.array([findings.get(item, {}).get(name, math.nan) for item in items], np.float64)


def failures_of(findings: Mapping[str, Finding]) -> dict[str, str]:
    """Why items have no result."""
    return {item: finding["failure"] for item, finding in findings.items() if "failure" in finding}


def mean_figure(
    name: str, unit: str, protocol: str, values: Float[np.ndarray, "B"]
) -> Figure | None:
    """The mean over the items that have a value, with its interval; None where none has one."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    interval = bootstrap_mean(known, np.random.default_rng(SEED))
    return Figure(name, unit, protocol, interval, len(known))


def present(figures: Sequence[Figure | None]) -> tuple[Figure, ...]:
    """The figures that there are."""
    return tuple(figure for figure in figures if figure is not None)
