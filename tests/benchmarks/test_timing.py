from __future__ import annotations

import time

import pytest

from e2far_jax.benchmarks.timing import rates_by_turns


def test_contestants_take_turns() -> None:
    calls: list[str] = []

    def contestant(name: str):
        def run() -> None:
            calls.append(name)
            time.sleep(0.02)

        return run

    values = rates_by_turns({"a": contestant("a"), "b": contestant("b")}, 3, 2, seconds=0.01)
    assert calls == ["a", "a", "b", "b", "a", "b", "a", "b"]  # warmed and tried, then by turns
    assert {len(rates) for rates in values.values()} == {2}


def test_rates_are_items_a_second() -> None:
    values = rates_by_turns({"ours": lambda: time.sleep(0.05)}, 10, 3, seconds=0.1)["ours"]
    assert max(values) == pytest.approx(200, rel=0.1)  # 10 items in 50 ms, and never faster
    assert max(values) <= 200
