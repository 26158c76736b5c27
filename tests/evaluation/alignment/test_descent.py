"""The descent on offsets whose best transformation numpy knows."""

from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.evaluation.alignment.descent import Offsets, descend
from e2far_jax.evaluation.alignment.transformations import (
    IDENTITY,
    Transformation,
    fit_transformation,
)
from tests.evaluation.alignment.shapes import motion


def towards(points: np.ndarray, targets: np.ndarray):
    """Offsets along all three axes: the descent then does what the closed form does at once."""

    def offsets_of(transformation: Transformation) -> Offsets:
        placed = transformation.apply(points)
        axes = np.tile(np.eye(3), (len(points), 1))
        lengths = (targets - placed).reshape(-1)
        return Offsets(np.repeat(placed, 3, axis=0), axes, lengths)

    return offsets_of


@pytest.mark.parametrize("with_scale", [False, True])
@pytest.mark.parametrize("degrees", [5.0, 120.0])
def test_the_closed_form_is_reached(with_scale: bool, degrees: float):
    rng = np.random.default_rng(0)
    points = 50.0 * rng.normal(size=(30, 3))
    targets = motion(1, degrees, scale=1.3).apply(points) + rng.normal(size=(30, 3))
    found = descend(
        towards(points, targets), IDENTITY, with_scale=with_scale, iterations=200, tolerance=1e-12
    )
    expected = fit_transformation(points, targets, with_scale=with_scale)
    assert found.converged
    np.testing.assert_allclose(
        found.transformation.apply(points), expected.apply(points), atol=1e-3
    )


def test_exact_offsets_end_it():
    points = np.random.default_rng(2).normal(size=(9, 3))
    found = descend(
        towards(points, points), IDENTITY, with_scale=True, iterations=50, tolerance=0.0
    )
    assert (found.converged, found.iterations) == (True, 1)
    np.testing.assert_allclose(found.transformation.apply(points), points, atol=1e-12)


def test_the_tolerance_ends_it_early():
    rng = np.random.default_rng(3)
    points = rng.normal(size=(30, 3))
    targets = motion(4, 60.0).apply(points) + 0.3 * rng.normal(size=(30, 3))
    counts = [
        descend(
            towards(points, targets), IDENTITY, with_scale=False, iterations=200, tolerance=part
        ).iterations
        for part in (0.5, 1e-3, 1e-9)
    ]
    assert counts[0] < counts[-1]
    assert counts == sorted(counts)
