"""What can be reported, and that what contradicts itself is refused."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from e2far_jax.evaluation.reports.contents import FacePictures, Measure, System
from tests.evaluation.reports.made_up import errors, face, report, system


def test_keys_are_in_order_of_first_use() -> None:
    extra = System("third", "", (), {"pose": Measure("pose", "°", errors(24, 3)), "nme": nme()})
    made = report()
    whole = dataclasses.replace(made, systems=(*made.systems, extra))
    assert whole.measure_keys == ("nme", "rmse", "pose")
    assert [one.name for one, _ in whole.measured("pose")] == ["third"]
    assert [one.name for one, _ in whole.measured("nme")] == ["ours", "theirs", "third"]
    assert whole.measure("pose").unit == "°"


def nme() -> Measure:
    return Measure("NME of landmarks", "%", errors(24, 2), 3.0)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"items": ("a",) * 24}, "items are named twice: 'a'"),
        ({"systems": (system("x", errors(24, 0)),) * 2}, "systems are named twice: 'x'"),
        ({"systems": (system("x", errors(23, 0)),)}, "23 values of x, nme for 24 items"),
        ({"strata": {"yaw": ("front",)}}, "1 labels of yaw for 24 items"),
        ({"strata": {"../yaw": ("front",) * 24}}, "the stratum '../yaw' names files"),
        ({"failures": {"nobody": "?"}}, "'nobody' is none of the 24 items"),
        ({"pictures": (face("nobody"),)}, "'nobody' is none of the 24 items"),
        (
            {"systems": (system("x", errors(24, 0)), system("y", errors(24, 0), 3.0))},
            "disagree about the name, unit or limit of nme",
        ),
    ],
)
def test_contradictions_are_refused(changes: dict, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        report(**changes)


def test_failures_and_keys_of_systems_are_checked() -> None:
    one = system("x", errors(24, 0))
    with pytest.raises(ValueError, match="'nobody' is none"):
        report(systems=(dataclasses.replace(one, failures={"nobody": "?"}),))
    with pytest.raises(ValueError, match="the measure 'a/b' names files"):
        report(systems=(dataclasses.replace(one, measures={"a/b": one.measures["nme"]}),))


@pytest.mark.parametrize("value", [-1e-9, math.inf])
def test_errors_are_at_least_zero_and_finite(value: float) -> None:
    with pytest.raises(ValueError, match="at least 0, finite or NaN"):
        Measure("nme", "%", np.array([1.0, value]))


@pytest.mark.parametrize("limit", [0.0, -1.0, math.inf, math.nan])
def test_a_limit_is_above_zero(limit: float) -> None:
    with pytest.raises(ValueError, match="expected one above 0"):
        Measure("nme", "%", np.ones(2), limit)


def test_each_picture_has_a_label() -> None:
    with pytest.raises(ValueError, match="1 labels for 2 pictures"):
        FacePictures("a", "", "best", (np.zeros((2, 2, 3), np.uint8),) * 2, ("one",))
