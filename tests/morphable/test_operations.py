"""Cropping, truncation, and what is left of a basis without its similarity part."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.morphable import crop, truncate, without_similarity
from e2far_jax.morphable.operations import variance_kept, with_expressions_of


def region_motions(model):
    """What small similarities do to the face region, by central differences: [3 N, 7]."""
    mask = np.asarray(model.regions["face"])
    points = np.asarray(model.mean, np.float64)[mask]
    step = 1e-6

    def moved(parameters):
        turned = Rotation.from_rotvec(parameters[3:6]).apply(points - 1.0) + 1.0
        return np.exp(parameters[6]) * turned + parameters[:3]

    columns = [(moved(step * unit) - moved(-step * unit)) / (2 * step) for unit in np.eye(7)]
    return np.stack(columns, -1).reshape(-1, 7)


def region_basis(model):
    mask = np.asarray(model.regions["face"])
    return np.asarray(model.identity_basis, np.float64)[mask].reshape(-1, model.identity_size)


def test_crop_keeps_the_geometry(small_model):
    landmarks = small_model.landmarks.nearest
    keep = np.ones(144, bool)
    keep[np.setdiff1d(np.arange(144), landmarks)[::3]] = False
    cropped = crop(small_model, jnp.asarray(keep))
    np.testing.assert_array_equal(cropped.mean, np.asarray(small_model.mean)[keep])
    np.testing.assert_array_equal(
        cropped.landmarks.on(cropped.mean), small_model.landmarks.on(small_model.mean)
    )
    whole = [triangle for triangle in np.asarray(small_model.triangles) if keep[triangle].all()]
    np.testing.assert_array_equal(
        cropped.mean[cropped.triangles], np.asarray(small_model.mean)[np.array(whole)]
    )
    assert 0 < len(whole) < len(small_model.triangles)
    assert cropped.texture_triangles.shape == cropped.triangles.shape
    np.testing.assert_array_equal(
        cropped.regions["lips"], np.asarray(small_model.regions["lips"])[keep]
    )
    np.testing.assert_array_equal(
        cropped.identity_basis, np.asarray(small_model.identity_basis)[keep]
    )


def test_crop_of_everything_changes_nothing(small_model):
    cropped = crop(small_model, jnp.ones(144, bool))
    np.testing.assert_array_equal(cropped.triangles, small_model.triangles)
    np.testing.assert_array_equal(cropped.landmarks.nearest, small_model.landmarks.nearest)


def test_crop_names_the_landmarks_it_would_lose(small_model):
    keep = np.ones(144, bool)
    keep[small_model.landmarks.nearest[[5, 60]]] = False
    with pytest.raises(ValueError, match=r"landmarks \[5, 60\]"):
        crop(small_model, jnp.asarray(keep))


def test_truncate_keeps_what_is_named(small_model):
    short = truncate(small_model, 4, ["größer", "jawOpen"])
    np.testing.assert_array_equal(short.identity_basis, small_model.identity_basis[..., :4])
    np.testing.assert_array_equal(
        short.expression_basis, np.asarray(small_model.expression_basis)[..., [2, 0]]
    )
    assert short.expression_names == ("größer", "jawOpen")
    same = truncate(small_model)
    assert (same.identity_size, same.expression_names) == (12, small_model.expression_names)
    assert truncate(small_model, expression_names=[]).expression_size == 0


def test_truncate_keeps_unnamed_expressions(small_model):
    unnamed = dataclasses.replace(small_model, expression_names=())
    assert truncate(unnamed, 2).expression_size == 3


@pytest.mark.parametrize("size", [0, -1, 13])
def test_truncate_refuses_sizes_it_does_not_have(small_model, size):
    with pytest.raises(ValueError, match="'dome' has 1 to 12 modes"):
        truncate(small_model, size)


def test_truncate_names_unknown_expressions(small_model):
    with pytest.raises(ValueError, match="no expression frown; it has jawOpen, mouthSmile_L"):
        truncate(small_model, expression_names=["jawOpen", "frown"])


def test_without_similarity_leaves_no_similarity(small_model):
    motions = region_motions(small_model)
    before = np.linalg.lstsq(motions, region_basis(small_model), rcond=None)[0]
    after = np.linalg.lstsq(motions, region_basis(without_similarity(small_model)), rcond=None)[0]
    scale = np.abs(before).max(axis=1)
    assert (scale > 1e-4).all()
    assert (np.abs(after).max(axis=1) < 1e-5 * scale).all()


def test_without_similarity_keeps_the_covariance_of_the_rest(small_model):
    motions = region_motions(small_model)
    projector = np.eye(len(motions)) - motions @ np.linalg.pinv(motions)
    left_over = projector @ region_basis(small_model)
    reduced = region_basis(without_similarity(small_model))
    np.testing.assert_allclose(reduced @ reduced.T, left_over @ left_over.T, atol=1e-4)


def test_without_similarity_sorts_orthogonal_modes(small_model):
    reduced = region_basis(without_similarity(small_model))
    gram = reduced.T @ reduced
    assert (np.diff(np.diag(gram)) <= 1e-3).all()
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-3)


def test_modes_of_pure_similarity_are_dropped(small_model):
    centred = np.asarray(small_model.mean) - np.asarray(small_model.mean).mean(0)
    turned = np.cross([0.0, 1.0, 0.0], centred)
    moved = np.broadcast_to([0.0, 0.0, 1.0], centred.shape)
    pure = np.stack([0.1 * centred, 0.1 * turned, 3.0 * moved], -1)
    basis = np.concatenate([pure, np.asarray(small_model.identity_basis)], -1)
    larger = dataclasses.replace(small_model, identity_basis=jnp.asarray(basis, jnp.float32))
    assert without_similarity(larger).identity_size == 12


def test_vertices_outside_the_region_follow_the_region(small_model):
    """A mode that grows the whole head must vanish outside the region too."""
    growth = np.asarray(small_model.mean)[..., None] * 0.05
    basis = np.concatenate([growth, np.asarray(small_model.identity_basis)[..., :2]], -1)
    grown = dataclasses.replace(small_model, identity_basis=jnp.asarray(basis, jnp.float32))
    reduced = without_similarity(grown)
    assert reduced.identity_size == 2
    plain = without_similarity(
        dataclasses.replace(small_model, identity_basis=small_model.identity_basis[..., :2])
    )
    np.testing.assert_allclose(
        np.abs(reduced.identity_basis), np.abs(plain.identity_basis), atol=1e-3
    )


def test_the_signs_of_the_new_modes_do_not_hang_on_rounding(small_model):
    noise = 1e-6 * np.random.default_rng(1).normal(size=small_model.identity_basis.shape)
    nudged = dataclasses.replace(
        small_model, identity_basis=small_model.identity_basis + jnp.asarray(noise, jnp.float32)
    )
    np.testing.assert_allclose(
        without_similarity(nudged).identity_basis,
        without_similarity(small_model).identity_basis,
        atol=1e-2,
    )
    order = np.random.default_rng(2).permutation(144)  # another order of the same equations
    mixed = dataclasses.replace(
        small_model,
        mean=small_model.mean[order],
        identity_basis=small_model.identity_basis[order],
        regions={"face": small_model.regions["face"][order]},
    )
    np.testing.assert_allclose(
        without_similarity(mixed).identity_basis,
        without_similarity(small_model).identity_basis[order],
        atol=1e-3,
    )


def test_a_list_of_vertices_crops_like_their_mask(small_model):
    keep = np.ones(144, bool)
    keep[np.setdiff1d(np.arange(144), small_model.landmarks.nearest)[::3]] = False
    by_mask, by_list = crop(small_model, keep), crop(small_model, np.flatnonzero(keep)[::-1])
    np.testing.assert_array_equal(by_mask.mean, by_list.mean)
    np.testing.assert_array_equal(by_mask.triangles, by_list.triangles)
    for wrong, message in (
        ([0, 144], "vertices 0 to 144 of a model that has 144"),
        ([-1, 3], "vertices -1 to 3"),
        (np.zeros((2, 2), int), "expected 144 booleans or a list"),
        (np.ones(143, bool), "expected 144 booleans or a list"),
        (np.array([0.5]), "expected 144 booleans or a list"),
    ):
        with pytest.raises(ValueError, match=message):
            crop(small_model, wrong)


def test_variance_kept_is_the_share_of_squares(small_model):
    squares = [
        np.sum(np.asarray(small_model.identity_basis)[24:, :, mode].astype(np.float64) ** 2)
        for mode in range(12)
    ]
    kept = variance_kept(small_model)
    assert kept.shape == (12,)
    assert kept[-1] == 1.0
    np.testing.assert_allclose(kept[4], sum(squares[:5]) / sum(squares))


def test_expressions_go_over_where_the_mesh_is_the_same(small_model):
    other = dataclasses.replace(
        truncate(small_model, 2, ["jawOpen"]), expression_basis=jnp.ones((144, 3, 1))
    )
    swapped = with_expressions_of(small_model, other)
    np.testing.assert_array_equal(swapped.expression_basis, 1.0)
    assert swapped.expression_names == ("jawOpen",)
    np.testing.assert_array_equal(swapped.identity_basis, small_model.identity_basis)
    turned = dataclasses.replace(other, triangles=jnp.roll(other.triangles, 1, axis=0))
    with pytest.raises(ValueError, match="have different meshes: 144 and 144 vertices"):
        with_expressions_of(small_model, turned)
