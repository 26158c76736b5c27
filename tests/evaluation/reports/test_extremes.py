"""Best, median and worst items against plain sorting."""

from __future__ import annotations

import math

import numpy as np
import pytest

from e2far_jax.evaluation.reports.extremes import extremes


def test_groups_are_the_ends_and_the_middle() -> None:
    values = np.array([5.0, 3.0, math.nan, 9.0, 1.0, 7.0, 2.0, 8.0, 4.0, 6.0])
    found = {group: values[chosen].tolist() for group, chosen in extremes(values).items()}
    assert found == {"best": [1.0, 2.0, 3.0], "median": [4.0, 5.0, 6.0], "worst": [9.0, 8.0, 7.0]}


@pytest.mark.parametrize("count", range(1, 40))
def test_no_item_is_in_two_groups_and_the_median_is_central(count: int) -> None:
    values = np.random.default_rng(count).permutation(count).astype(float)
    groups = extremes(values)
    chosen = np.concatenate(list(groups.values()))
    assert len(set(chosen.tolist())) == len(chosen)
    assert 0 in values[groups["best"]]
    if count >= 3:
        assert np.mean(values[groups["median"]]) == pytest.approx((count - 1) / 2, abs=0.5)
        assert values[groups["worst"][0]] == count - 1
    assert all(len(group) == 3 for group in groups.values()) == (count >= 9)


def test_few_items_and_none() -> None:
    sizes = [[len(group) for group in extremes(np.ones(count)).values()] for count in range(4)]
    assert sizes == [[0, 0, 0], [1, 0, 0], [1, 0, 1], [1, 1, 1]]
    assert not any(len(group) for group in extremes(np.full(5, math.nan)).values())


def test_equal_errors_keep_their_order() -> None:
    groups = extremes(np.tile([1.0, 0.0], 500), count=2)
    assert groups["best"].tolist() == [1, 3]
    assert groups["worst"].tolist() == [998, 996]
