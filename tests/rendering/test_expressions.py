"""Random expressions: ranges, shares, groups and sides."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from e2far_jax.rendering.expressions import ExpressionRanges, random_expression

NAMES = (
    "jawOpen",
    "mouthClose",
    "mouthSmile_L",
    "mouthSmile_R",
    "cheekSquint_L",
    "cheekSquint_R",
    "eyeLookOut_L",
    "eyeLookIn_R",
    "wiggle",
    "puff_L",
    "puff_R",
)


ALWAYS = {"neutral_share": 0.0, "clear_share": 0.0}


def draw(
    count: int = 4000, names: tuple[str, ...] = NAMES, prior: str = "unit", **ranges
) -> np.ndarray:
    def one(key):
        return random_expression(key, names, prior, len(NAMES), ExpressionRanges(**ranges))

    return np.asarray(jax.jit(jax.vmap(one))(jax.random.split(jax.random.key(0), count)))


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return dict(zip(NAMES, draw(**ALWAYS).T, strict=True))


def test_weights_stay_within_range(weights):
    drawn = np.stack(list(weights.values()))
    assert drawn.min() == 0.0
    assert 0.9 < drawn.max() <= 1.0
    assert draw(strength=0.5).max() <= 0.5


def test_a_share_of_faces_is_neutral():
    quarter = (draw(prior="normal", neutral_share=0.25) == 0).all(axis=1).mean()
    assert abs(quarter - 0.25) < 0.03


def test_groups_are_active_as_often_as_they_say(weights):
    for name, share in {"jawOpen": 0.40, "mouthSmile_L": 0.35, "wiggle": 0.08}.items():
        assert abs((weights[name] > 0).mean() - share) < 0.04


def test_a_group_moves_together(weights):
    smile, gaze = ("mouthSmile_L", "cheekSquint_L"), ("eyeLookOut_L", "eyeLookIn_R")
    for one, other in (smile, gaze, ("puff_L", "puff_R")):
        assert (weights[one] > 0).any()
        np.testing.assert_array_equal(weights[one] > 0, weights[other] > 0)


def test_sides_are_mostly_alike(weights):
    active = weights["mouthSmile_L"] > 0
    alike = np.isclose(weights["mouthSmile_L"], weights["mouthSmile_R"])[active].mean()
    assert 0.75 < alike < 0.95


def test_lips_close_only_over_an_open_jaw(weights):
    assert (weights["mouthClose"] > 0).any()
    assert (weights["mouthClose"] <= weights["jawOpen"]).all()


def test_many_smiles_show_teeth_and_few_of_them_a_wrinkled_nose():
    names = ("mouthSmile_L", "mouthUpperUp_L", "mouthLowerDown_L", "noseSneer_L")
    active = draw(names=names, **ALWAYS) > 0
    smile, upper, lower, nose = active.T
    np.testing.assert_array_equal(upper, lower)
    assert 0.3 < upper[smile].mean() < 0.5
    assert nose[smile & upper].mean() < 0.25


def test_the_tongue_comes_out_as_far_as_there_is_room():
    names = ("tongueOut", "mouthPucker", "jawOpen", "mouthShrugLower")
    tongue, pucker, jaw, shrug = draw(names=names, **ALWAYS).T
    assert (tongue > 0.3).any()
    assert (tongue <= jaw * (1 - pucker) * (1 - shrug) + 1e-6).all()
    assert draw(names=("tongueOut",), **ALWAYS).max() > 0.7, "a model without a jaw"


def test_whitened_coefficients_are_normal():
    drawn = draw(names=(), prior="normal", strength=2.0, **ALWAYS)
    assert abs(drawn.mean()) < 0.05
    assert abs(drawn.std() - 2.0) < 0.05


def test_nameless_blendshapes_are_drawn_alone():
    drawn = draw(names=(), **ALWAYS)
    assert abs((drawn > 0).mean() - 0.08) < 0.02


def test_some_pictures_show_one_expression_clearly():
    weights = dict(zip(NAMES, draw(neutral_share=0.0, clear_share=1.0).T, strict=True))
    strong = weights["jawOpen"] >= 0.7, weights["mouthSmile_L"] >= 0.7
    assert np.logical_or(*strong).all(), "of the six kinds these names have two"
    assert min(kind.mean() for kind in strong) > 0.45
    assert (weights["mouthSmile_R"][strong[1] & ~strong[0]] >= 0.7).all()


def test_some_faces_move_little_and_some_a_lot():
    moving = (draw(**ALWAYS) > 0).sum(axis=1)
    assert (moving == 0).mean() > 0.1
    assert (moving >= 7).mean() > 0.05


def test_left_out_means_neutral():
    names_and_ranges = NAMES, "unit", len(NAMES), ExpressionRanges.off()
    assert not random_expression(jax.random.key(0), *names_and_ranges).any()
