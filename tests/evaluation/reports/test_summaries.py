"""Summaries against the functions of statistics, curves drawn by hand, and plain loops."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from e2far_jax.evaluation.reports.comparisons import Comparison, with_holm
from e2far_jax.evaluation.reports.contents import Measure, in_order
from e2far_jax.evaluation.reports.curve_plot import curve_line
from e2far_jax.evaluation.reports.stratum_plot import axis_end, spread_across
from e2far_jax.evaluation.reports.summaries import curve_limit, summarise
from e2far_jax.evaluation.statistics import (
    PairedTest,
    bootstrap_mean,
    paired_difference,
    paired_test,
)
from tests.evaluation.reports.made_up import report, system

REPORT = report()
SUMMARY = summarise(REPORT, seed=5)
OURS, THEIRS = (one.measures["nme"].values for one in REPORT.systems)
FOUND = ~np.isnan(THEIRS)


def test_averages_are_those_of_the_statistics() -> None:
    average = next(
        one for one in SUMMARY.averages if (one.system, one.measure) == ("theirs", "nme")
    )
    assert average.interval == bootstrap_mean(THEIRS[FOUND], np.random.default_rng(5))
    assert (average.count, average.missing) == (23, 1)
    assert average.median == sorted(THEIRS[FOUND].tolist())[11]
    assert sum(THEIRS[FOUND] <= average.high) in (20, 21)


def test_strata_hold_their_own_items_in_order() -> None:
    chosen = [one for one in SUMMARY.by_stratum if (one.system, one.measure) == ("theirs", "nme")]
    assert [one.label for one in chosen] == ["front", "half", "side"]
    assert [(one.count, one.missing) for one in chosen] == [(8, 0), (7, 1), (8, 0)]
    assert chosen[2].interval == bootstrap_mean(THEIRS[2::3], np.random.default_rng(5))
    total = sum(one.interval.mean * one.count for one in chosen)
    assert total == pytest.approx(np.nansum(THEIRS))


def test_numbers_in_labels_are_sorted_by_their_value() -> None:
    labels = ("60-90", "light 10", "light 9", "0-30", "light", "30-60", "2")
    expected = ["0-30", "2", "30-60", "60-90", "light", "light 9", "light 10"]
    assert in_order(labels) == expected


def test_comparisons_pair_the_items_that_both_have() -> None:
    one = next(one for one in SUMMARY.comparisons if one.measure == "nme")
    pair = THEIRS[FOUND], OURS[FOUND]
    assert (one.system, one.baseline, one.count) == ("theirs", "ours", 23)
    assert one.difference == paired_difference(*pair, np.random.default_rng(5))
    assert one.test == paired_test(*pair, np.random.default_rng(5))
    assert one.difference.mean == pytest.approx(np.mean(pair[0]) - np.mean(pair[1]))


def test_what_only_others_measured_is_not_compared() -> None:
    ours, theirs = REPORT.systems
    ours = dataclasses.replace(ours, measures={"rmse": ours.measures["rmse"]})
    alone = summarise(report(systems=(ours, theirs)))
    assert [one.measure for one in alone.comparisons] == ["rmse"]
    assert [one.system for one in alone.averages if one.measure == "nme"] == ["theirs"]


def test_curves_count_missing_items_as_failures() -> None:
    curve = next(one for one in SUMMARY.curves if (one.system, one.measure) == ("theirs", "nme"))
    within = sum(1 for value in THEIRS.tolist() if value <= 3.0)
    assert curve.limit == 3.0
    assert curve.failures == pytest.approx(1.0 - within / 24)
    grid = (np.arange(30000) + 0.5) / 10000  # the area by its definition
    shares = (THEIRS[:, None] <= grid).mean(axis=0)
    assert curve.area == pytest.approx(shares.mean(), abs=1e-4)


def test_a_line_goes_from_none_to_the_limit() -> None:
    line = curve_line(np.array([0.0, 1.0, 2.0, 2.0, 7.0, math.nan]), 5.0)
    assert line.errors.tolist() == [0.0, 1.0, 2.0, 5.0]
    assert line.fractions.tolist() == [1 / 6, 2 / 6, 4 / 6, 4 / 6]
    end = curve_line(np.array([1.0, 5.0]), 5.0)
    assert end.errors.tolist() == [0.0, 1.0, 5.0]
    assert end.fractions.tolist() == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("largest", "limit"), [(0.0, 1.0), (1.0, 1.0), (1.01, 1.5), (0.047, 0.05), (87.0, 100.0)]
)
def test_limits_are_round(largest: float, limit: float) -> None:
    measures = [Measure("", "", np.full(40, largest)), Measure("", "", np.full(2, math.nan))]
    assert curve_limit(measures) == pytest.approx(limit)


def test_limits_leave_outliers_out_and_obey_the_measure() -> None:
    values = np.append(np.full(99, 2.0), 500.0)
    assert curve_limit([Measure("", "", values)]) == 2.0
    assert curve_limit([Measure("", "", values, 7.0)]) == 7.0
    assert curve_limit([Measure("", "", np.full(3, math.nan), 7.0)]) is None


def holm(ps: list[float | None]) -> list[float | None]:
    tests = [None if p is None else PairedTest(p, 1.0, 9) for p in ps]
    pairs = [
        Comparison("m", str(place), "b", None, test, None, 9) for place, test in enumerate(tests)
    ]
    return [one.adjusted for one in with_holm(pairs)]


def test_holm_multiplies_by_what_is_left() -> None:
    # 0.005 * 4, 0.01 * 3, 0.03 * 2; 0.04 * 1 is less than the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.7, None, 0.6]) == [1.0, None, 1.0]
    assert holm([]) == []


def test_the_axis_shows_every_interval_and_most_items() -> None:
    values = np.append(np.linspace(0.0, 1.0, 999), 300.0)
    averages = [one for one in SUMMARY.by_stratum if one.measure == "nme"]
    assert axis_end(values, []) == pytest.approx(1.05, abs=0.02)
    assert axis_end(values, averages) == 1.05 * max(one.interval.high for one in averages)
    assert axis_end(np.zeros(3), []) == 1.0


def test_points_spread_inside_their_place() -> None:
    places = spread_across(1000, 2.0, 0.5)
    counts, _ = np.histogram(places, 10, (1.75, 2.25))
    assert counts.sum() == 1000
    assert np.ptp(counts) <= 3  # evenly
    assert spread_across(0, 2.0, 0.5).shape == (0,)


def test_nothing_measured() -> None:
    empty = summarise(report(0))
    assert all(one.interval is None and one.count == 0 for one in empty.averages)
    assert empty.curves == ()
    assert [one.test for one in empty.comparisons] == [None, None]
    lone = summarise(report(systems=(system("x", np.full(24, math.nan)),), strata={}))
    assert lone.comparisons == lone.curves == lone.by_stratum == ()
    assert {one.missing for one in lone.averages} == {24}
    assert summarise(report(systems=())).averages == ()
