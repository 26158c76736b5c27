from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.reconstruction.boxes import box_areas, distinct_boxes, intersection_over_union

UNIT = np.array([0.0, 0.0, 10.0, 10.0])


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([0.0, 0.0, 10.0, 10.0], 1.0),
        ([5.0, 0.0, 15.0, 10.0], 50.0 / 150.0),
        ([2.0, 2.0, 4.0, 4.0], 4.0 / 100.0),
        ([10.0, 0.0, 20.0, 10.0], 0.0),
        ([40.0, 40.0, 50.0, 50.0], 0.0),
    ],
)
def test_intersection_over_union(other, expected):
    assert intersection_over_union(UNIT, np.array(other)) == pytest.approx(expected)
    assert intersection_over_union(np.array(other), UNIT) == pytest.approx(expected)


def test_areas():
    np.testing.assert_array_equal(box_areas(np.array([[1.0, 2, 4, 10], [0, 0, 1, 1]])), [24, 1])


def test_the_better_of_two_overlapping_boxes_is_kept():
    boxes = np.array([UNIT, UNIT + 1.0, UNIT + 30.0])
    assert distinct_boxes(boxes, np.array([1.0, 2.0, 0.5])) == [1, 2]


def test_a_box_within_a_better_one_is_dropped():
    boxes = np.array([UNIT, [2.0, 2.0, 4.0, 4.0]])
    assert distinct_boxes(boxes, np.array([2.0, 1.0])) == [0]


def test_no_box_at_all():
    assert distinct_boxes(np.zeros((0, 4)), np.zeros(0)) == []
