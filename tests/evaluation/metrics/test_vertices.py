"""Aligned distances against scipy's Kabsch, and what they must not depend on."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.metrics.batches import aligned_rmse
from e2far_jax.evaluation.metrics.vertices import (
    aligned_distances,
    average_errors,
    region_errors,
    true_areas,
)
from tests.evaluation.metrics.shapes import REGION, RNG, faces, float32, slow_distances

WEIGHTS = RNG.gamma(0.5, 1.0, (4, 300))


@pytest.mark.parametrize("with_scale", [True, False])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_distances_agree_with_scipys_alignment(with_scale, weights):
    predicted, true = faces()
    rows = [None] * 4 if weights is None else weights
    expected = [
        slow_distances(p, t, REGION, with_scale=with_scale, weights=w)
        for p, t, w in zip(predicted, true, rows, strict=True)
    ]
    actual = aligned_distances(predicted, true, REGION, with_scale, weights)
    np.testing.assert_allclose(actual, expected, rtol=1e-9)


def test_doubles_agree_with_the_device():
    predicted, true = faces()
    expected = aligned_rmse(float32(predicted), float32(true), jnp.asarray(REGION))
    errors = average_errors(aligned_distances(predicted, true, REGION), REGION)
    np.testing.assert_allclose(errors.rmse, expected, rtol=1e-4)


def test_whole_numbers_of_weight_are_copies_of_vertices():
    predicted, true = faces()
    weights = RNG.integers(0, 4, 300)
    copies = np.repeat(np.arange(300), weights)
    everywhere = np.ones(300, bool)
    found = region_errors(
        predicted, true, {"all": everywhere}, weights=np.tile(weights.astype(float), (4, 1))
    )["all"]
    repeated = region_errors(
        predicted[:, copies], true[:, copies], {"all": np.ones(len(copies), bool)}
    )["all"]
    np.testing.assert_allclose(found.rmse, repeated.rmse)
    np.testing.assert_allclose(found.mean, repeated.mean)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("with_scale", [True, False])
def test_where_the_prediction_lies_does_not_matter(weights, with_scale):
    predicted, true = faces()
    before = aligned_distances(predicted, true, REGION, with_scale, weights)
    turned = np.stack([Rotation.random(rng=b).apply(face) for b, face in enumerate(predicted)])
    moved = (0.3 if with_scale else 1.0) * turned + [1e4, 20.0, -300.0]
    after = aligned_distances(moved, true, REGION, with_scale, weights)
    np.testing.assert_allclose(after, before, rtol=1e-7)


def test_the_order_of_vertices_and_the_unit_do_not_matter():
    predicted, true = faces()
    before = aligned_distances(predicted, true, REGION, False, WEIGHTS)
    order = RNG.permutation(300)
    shuffled = aligned_distances(
        predicted[:, order], true[:, order], REGION[order], False, WEIGHTS[:, order]
    )
    np.testing.assert_allclose(shuffled, before[:, order], rtol=1e-9)
    metres = aligned_distances(1e-3 * predicted, 1e-3 * true, REGION, False, WEIGHTS)
    np.testing.assert_allclose(metres, 1e-3 * before, rtol=1e-9)


def test_a_larger_face_is_right_only_with_scale():
    _, true = faces(1)
    assert aligned_distances(1.1 * true, true, REGION).max() < 1e-9
    rigid = aligned_distances(1.1 * true, true, REGION, with_scale=False)
    centre = true[0][REGION].mean(axis=0)
    np.testing.assert_allclose(rigid[0], 0.1 * np.linalg.norm(true[0] - centre, axis=1))


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_a_mirrored_face_is_wrong(weights):
    _, true = faces()
    mirrored = true * [-1.0, 1.0, 1.0]
    assert aligned_distances(mirrored, true, REGION, weights=weights).mean() > 10.0


def test_no_other_motion_is_better():
    predicted, true = faces(1)
    best = average_errors(aligned_distances(predicted, true, REGION), REGION).rmse[0]
    for seed in range(20):
        turn = Rotation.from_rotvec(1e-2 * np.random.default_rng(seed).normal(size=3))
        other = np.linalg.norm(turn.apply(predicted[0]) - true[0], axis=1)
        assert np.sqrt(np.mean(other[REGION] ** 2)) > best


def test_a_region_is_wrong_in_place_or_in_shape():
    _, true = faces(1)
    nose = np.arange(300) < 30
    moved = true.copy()
    moved[0, nose] += [0.0, 0.0, 6.0]
    regions = {"nose": nose, "rest": ~nose}
    alone = region_errors(moved, true, regions)
    assert alone["nose"].rmse[0] < 1e-9
    assert alone["rest"].rmse[0] < 1e-9
    together = region_errors(moved, true, regions, aligned_over=~nose)
    np.testing.assert_allclose([together["nose"].rmse[0], together["nose"].mean[0]], 6.0)
    assert together["rest"].rmse[0] < 1e-9
    everywhere = region_errors(moved, true, regions, aligned_over=np.ones(300, bool))
    assert 4.0 < everywhere["nose"].rmse[0] < 6.0
    assert 0.1 < everywhere["rest"].rmse[0] < 2.0


def test_averages_by_hand():
    distances = np.array([[3.0, 4.0, 100.0], [0.0, 2.0, 100.0]])
    region = np.array([True, True, False])
    plain = average_errors(distances, region)
    np.testing.assert_allclose(plain.mean, [3.5, 1.0])
    np.testing.assert_allclose(plain.rmse, [np.sqrt(12.5), np.sqrt(2.0)])
    weighted = average_errors(distances, region, np.array([[3.0, 1.0, 9.0], [0.0, 0.5, 9.0]]))
    np.testing.assert_allclose(weighted.mean, [3.25, 2.0])
    np.testing.assert_allclose(weighted.rmse, [np.sqrt(43 / 4), 2.0])


def test_areas_by_hand():
    square = np.array([[0, 0, 0], [4, 0, 0], [4, 4, 0], [0, 4, 0], [9, 9, 9.0]])
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    expected = np.array([16, 8, 16, 8, 0]) / 3
    both = true_areas(np.stack([square, 10 * square]), triangles)
    np.testing.assert_allclose(both, [expected, 100 * expected], rtol=1e-6)
    assert true_areas(np.zeros((0, 5, 3)), triangles).shape == (0, 5)


def test_areas_make_the_mean_independent_of_the_sampling():
    """Of x + 1 over a sheet that is sampled ten times as densely on one side."""
    coarse, fine = np.linspace(-1, 0, 11)[:-1], np.linspace(0, 1, 101)
    x = np.concatenate([coarse, fine])
    columns, across = len(x), 3
    grid = np.stack(np.meshgrid(x, np.arange(across), indexing="ij"), axis=-1).reshape(-1, 2)
    sheet = np.concatenate([grid, np.zeros((len(grid), 1))], axis=1)[None]
    corner = np.arange((columns - 1) * across).reshape(-1, across)[:, :-1].reshape(-1)
    quads = [corner, corner + across, corner + across + 1, corner + 1]
    triangles = np.concatenate(
        [np.stack([quads[0], quads[1], quads[2]], 1), np.stack([quads[0], quads[2], quads[3]], 1)]
    ).astype(np.int32)
    distances = np.abs(sheet[..., 0] + 1.0)  # 1 on average over the sheet
    everywhere = np.ones(len(grid), bool)
    weighted = average_errors(distances, everywhere, true_areas(sheet, triangles)).mean[0]
    assert weighted == pytest.approx(1.0, abs=0.01)
    assert average_errors(distances, everywhere).mean[0] > 1.3


def test_one_face_and_none():
    predicted, true = faces()
    every = aligned_distances(predicted, true, REGION, True, WEIGHTS)
    one = aligned_distances(predicted[2:3], true[2:3], REGION, True, WEIGHTS[2:3])
    np.testing.assert_array_equal(one[0], every[2])
    none = region_errors(
        predicted[:0], true[:0], {"face": REGION}, aligned_over=REGION, weights=WEIGHTS[:0]
    )
    assert none["face"].rmse.shape == none["face"].mean.shape == (0,)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_a_broken_face_shows_and_spoils_no_other(weights):
    predicted, true = faces()
    inside, outside = np.flatnonzero(REGION)[0], np.flatnonzero(~REGION)[0]
    whole = aligned_distances(predicted, true, REGION, True, weights)
    predicted[0, inside, 1], true[1, inside, 2], predicted[2, outside, 0] = np.nan, np.inf, np.nan
    found = aligned_distances(predicted, true, REGION, True, weights)
    assert np.isnan(found[:2]).all()
    np.testing.assert_array_equal(found[3], whole[3])
    assert np.isnan(found[2, outside])
    np.testing.assert_array_equal(found[2, REGION], whole[2, REGION])


def test_a_point_as_prediction_is_moved_to_the_centre():
    _, true = faces(1)
    for with_scale in (True, False):
        found = aligned_distances(np.full_like(true, 7.0), true, REGION, with_scale)
        spread = np.linalg.norm(true[0] - true[0][REGION].mean(axis=0), axis=1)
        np.testing.assert_allclose(found[0], spread, rtol=1e-9)


def test_regions_and_weights_that_say_nothing_are_refused():
    predicted, true = faces()
    with pytest.raises(ValueError, match="none of 300 vertices"):
        aligned_distances(predicted, true, np.zeros(300, bool))
    with pytest.raises(ValueError, match="no weight in the region"):
        aligned_distances(predicted, true, REGION, weights=np.where(REGION, 0.0, WEIGHTS))
    with pytest.raises(ValueError, match="the smallest is -2"):
        average_errors(np.ones((4, 300)), REGION, np.where(REGION, -2.0, WEIGHTS))
