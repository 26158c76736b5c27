"""Scenes of a published mask: the Surrey Face Model has no eyeballs, mouth, ears or scalp."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable import open_morphable_model
from e2far_jax.rendering.scene import render_pairs
from e2far_jax.rendering.settings import SceneConfig

pytestmark = pytest.mark.slow
SIZE, COUNT = 72, 8
EASY = SceneConfig.at_level(0, SIZE).without("hair", "glasses", "clothes", "objects")


@pytest.fixture(scope="module")
def keys():
    return jax.random.split(jax.random.key(3), COUNT)


@pytest.fixture(scope="module")
def mask(real_data):
    """The model, with a region that tests can paint: every scene has the same program."""
    model = open_morphable_model(f"sfm:{real_data / 'sfm' / 'sfm_shape_3448.bin'}")
    return painted(model, jnp.zeros(len(model.mean), bool))


@pytest.fixture(scope="module")
def easy(keys, mask):
    return render_pairs(keys, mask, EASY)


def painted(model, vertices):
    return dataclasses.replace(model, regions={**model.regions, "teeth": vertices})


def changed(keys, easy, model):
    """Where a repainted model gives other pixels."""
    return np.abs(np.asarray(render_pairs(keys, model, EASY).image - easy.image)).max(-1) > 0.02


def brightness(picture, points):
    """The darkest pixel within one of each point."""
    gray = np.pad(np.asarray(picture).mean(-1), 1, mode="edge")
    columns, rows = np.floor(np.asarray(points)).astype(int).T
    return np.array([gray[r : r + 3, c : c + 3].min() for r, c in zip(rows, columns, strict=True)])


@pytest.mark.parametrize("level", [0, 3])
def test_pictures_of_both_ends_of_the_difficulty_are_sound(level, keys, mask):
    pairs = render_pairs(keys, mask, SceneConfig.at_level(level, SIZE))
    for leaf in jax.tree.leaves(pairs):
        assert jnp.isfinite(leaf).all()
    assert 0.0 <= pairs.image.min() < pairs.image.max() <= 1.0
    assert (np.asarray(pairs.image).std(axis=(1, 2, 3)) > 0.02).all()
    inside = (pairs.landmarks > 0.0) & (pairs.landmarks < SIZE)
    assert inside.all(axis=-1).mean() > 0.9
    assert pairs.expression.shape == (COUNT, 6)
    assert (pairs.expression > 0.0).any()


def test_the_face_fills_most_of_its_crop(keys, mask, easy):
    everywhere = jnp.ones(len(mask.mean), bool)
    cover = changed(keys, easy, painted(mask, everywhere)).mean(axis=(1, 2))
    assert (cover > 0.35).all()
    assert (cover < 0.9).all()


@pytest.mark.parametrize("landmark", [30, 36, 45, 48, 54])
def test_vertices_show_at_their_projected_landmark(landmark, keys, mask, easy):
    place = mask.landmarks.on(mask.mean)[landmark]
    near = jnp.linalg.norm(mask.mean - place, axis=1) < 6.0
    spots = changed(keys, easy, painted(mask, near))
    x, y = np.meshgrid(np.arange(SIZE) + 0.5, np.arange(SIZE) + 0.5)
    for spot, expected in zip(spots, np.asarray(easy.landmarks[:, landmark]), strict=True):
        assert 3 < spot.sum() < 0.1 * SIZE**2
        np.testing.assert_allclose([x[spot].mean(), y[spot].mean()], expected, atol=2.5)


def test_eyes_are_painted_where_the_landmarks_say(easy):
    """The subject's right eye is on the left of the picture; both have dark pupils."""
    for lids, side in ((range(36, 42), -1.0), (range(42, 48), 1.0)):
        eyes = easy.landmarks[:, np.array(lids)].mean(axis=1)
        assert (side * (eyes[:, 0] - easy.landmarks[:, 27, 0]) > 0.0).all()
        cheek = eyes + 0.45 * (easy.landmarks[:, 33] - easy.landmarks[:, 27])
        for picture, eye, below in zip(easy.image, eyes, cheek, strict=True):
            pupil, skin = brightness(picture, np.stack([eye, below]))
            assert pupil < 0.75 * skin
