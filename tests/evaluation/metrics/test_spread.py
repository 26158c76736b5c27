"""Distances between and within people against those of shapes, and the ratio's interval."""

import itertools
import math

import numpy as np
import pytest

from e2far_jax.evaluation.metrics.spread import IdentitySpread, ratio_interval, spread

GRAM = np.diag([4.0, 1.0, 0.25])


def people(count=12, views=3, seed=0, within=0.3):
    generator = np.random.default_rng(seed)
    own = generator.normal(size=(count, 1, 3))
    return own + within * generator.normal(size=(count, views, 3))


def test_distances_are_those_of_the_shapes():
    basis = np.random.default_rng(0).normal(size=(50, 3, 4))
    identities = np.random.default_rng(1).normal(size=(3, 2, 4))
    found = spread(identities, np.einsum("nck,ncl->kl", basis, basis) / 50)
    shapes = np.einsum("nck,pvk->pvnc", basis, identities)

    def distance(a, b):
        return np.sqrt(((a - b) ** 2).sum(axis=-1).mean())

    within = [distance(shapes[person, 0], shapes[person, 1]) for person in range(3)]
    between = [
        distance(shapes[a, view], shapes[b, view])
        for view in range(2)
        for a, b in ((0, 1), (0, 2), (1, 2))
    ]
    assert found.within == pytest.approx(np.mean(within))
    assert found.between == pytest.approx(np.mean(between))
    assert found.ratio == pytest.approx(np.mean(between) / np.mean(within))


def slow_ratio(drawn):
    """Over pairs of draws that are not the same person."""
    between = [
        math.sqrt((a - b) @ GRAM @ (a - b))
        for one, other in itertools.combinations(drawn, 2)
        for a, b in zip(one, other, strict=True)
        if one is not other
    ]
    within = [
        math.sqrt((a - b) @ GRAM @ (a - b))
        for one in drawn
        for a, b in itertools.combinations(one, 2)
    ]
    return np.mean(between) / np.mean(within)


def test_the_interval_is_that_of_drawn_people():
    identities = list(people(8))
    generator = np.random.default_rng(1)
    picks = (generator.integers(8, size=8) for _ in range(600))
    ratios = [slow_ratio([identities[k] for k in pick]) for pick in picks]
    low, high = np.percentile(ratios, [2.5, 97.5])
    found = ratio_interval(np.stack(identities), GRAM, np.random.default_rng(2))
    assert found.mean == pytest.approx(slow_ratio(identities))
    assert found.low == pytest.approx(low, abs=0.1 * (high - low))
    assert found.high == pytest.approx(high, abs=0.1 * (high - low))


def test_one_draw_is_exactly_that_of_its_people():
    identities = people(5)
    counts = np.random.default_rng(3).multinomial(5, np.full(5, 0.2))
    assert counts.max() > 1  # somebody is drawn twice
    rows = list(identities)
    drawn = [rows[k] for k in np.repeat(np.arange(5), counts)]
    found = ratio_interval(identities, GRAM, np.random.default_rng(3), resamples=1)
    assert found.low == found.high == pytest.approx(slow_ratio(drawn))


def test_two_people_have_an_interval_of_the_draws_that_hold_both():
    identities = people(2)
    found = ratio_interval(identities, GRAM, np.random.default_rng(0))
    assert found.low == found.high == pytest.approx(found.mean)


def test_more_people_make_it_surer():
    few, many = (
        ratio_interval(people(count), GRAM, np.random.default_rng(0)) for count in (10, 160)
    )
    assert (many.high - many.low) < 0.5 * (few.high - few.low)


def test_the_ratio_keeps_its_value_in_other_units_and_frames():
    identities = people()
    before = spread(identities, GRAM)
    shifted = spread(identities + 100.0, 1e-6 * GRAM)
    assert shifted.between == pytest.approx(1e-3 * before.between)
    assert shifted.ratio == pytest.approx(before.ratio)
    shuffled = identities[::-1, [2, 0, 1]]
    assert spread(shuffled, GRAM).ratio == pytest.approx(before.ratio)


def test_single_precision_is_measured_in_double():
    identities = people().astype(np.float32)
    double = spread(identities.astype(np.float64), GRAM)
    assert spread(identities, GRAM) == double


def test_ratios_of_nothing():
    assert IdentitySpread(between=3.0, within=0.0).ratio == math.inf
    assert math.isnan(IdentitySpread(between=0.0, within=0.0).ratio)
    same_views = np.repeat(people(4, views=1), 2, axis=1)
    assert spread(same_views, GRAM).ratio == math.inf
    with pytest.raises(ValueError, match="no interval"):
        ratio_interval(same_views, GRAM, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("identities", "message"),
    [
        (people(1), "1 people in 3 views"),
        (people(4, views=1), "4 people in 1 views"),
        (np.zeros((0, 0, 3)), "0 people"),
        (np.full((3, 2, 3), np.nan), "not finite"),
    ],
)
def test_too_few_or_broken_ones_are_refused(identities, message):
    with pytest.raises(ValueError, match=message):
        spread(identities, GRAM)
