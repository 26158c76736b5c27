"""Random people's skin on faces with and without regions."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.facial_hair import FacialHairRanges, random_facial_hair
from e2far_jax.rendering.paint import face_paint
from e2far_jax.rendering.pigments import hair_reflectance
from e2far_jax.rendering.skin import random_skin
from e2far_jax.rendering.skin_ranges import SkinRanges
from tests.rendering.heads import ball_head

PEOPLE = 200


@pytest.fixture(scope="module")
def head():
    head = ball_head()
    middle = head.landmarks.on(head.mean)[36:42].mean(axis=0)
    ball = jnp.linalg.norm(head.mean - middle, axis=1) < 20.0
    top = head.mean[:, 1] > 80.0
    return dataclasses.replace(head, regions={**head.regions, "eyes": ball, "scalp": top})


@pytest.fixture(scope="module")
def paint(head):
    return jax.jit(face_paint)(head)


@pytest.fixture(scope="module")
def draw(paint):
    return jax.jit(
        jax.vmap(lambda key, ranges: random_skin(key, paint, ranges), in_axes=(0, None)),
        static_argnums=1,
    )


@pytest.fixture(scope="module")
def people(draw):
    return draw(jax.random.split(jax.random.key(0), PEOPLE), SkinRanges())


def cielab(linear: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* of linear sRGB, white D65."""
    xyz = linear @ np.array(
        [[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]]
    )
    x, y, z = np.cbrt(xyz / [0.9505, 1.0, 1.089]).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def test_skins_are_as_light_red_and_yellow_as_people(people):
    """The bounds are wide ones of ours about what is published of skin colours."""
    lightness, red, yellow = cielab(np.asarray(people[0].plain, np.float64)).T
    for values, low, high in ((lightness, 25, 76), (red, 4, 22), (yellow, 5, 28)):
        inside = np.mean((values > low) & (values < high))
        assert inside > 0.97, (values.min(), values.max())
    # The six classes of the individual typology angle (Chardon 1991), from very light to dark.
    angle = np.degrees(np.arctan2(lightness - 50.0, yellow))
    counts, _ = np.histogram(angle, [-90, -30, 10, 28, 41, 55, 90])
    assert counts.min() > 0.03 * PEOPLE, counts


def test_colours_are_reflectances(people):
    colours = np.asarray(people[0].colours)
    assert np.isfinite(colours).all()
    assert 0.0 < colours.min() <= colours.max() < 1.0
    assert 0.0 <= people[0].gloss.min() <= people[0].gloss.max() < 10.0


def test_people_differ_by_key_alone(draw, paint):
    keys = jax.random.split(jax.random.key(3), 4)
    first, again = draw(keys, SkinRanges()), draw(keys, SkinRanges())
    jax.tree.map(np.testing.assert_array_equal, first, again)
    alone = jax.jit(random_skin, static_argnums=2)(keys[2], paint, SkinRanges())
    jax.tree.map(
        lambda many, one: np.testing.assert_allclose(many[2], one, rtol=2e-4, atol=1e-5),
        first,
        alone,
    )
    assert np.asarray(first[0].plain).std(axis=0).min() > 0.01


def test_left_out_all_are_one(draw):
    skins, factors = draw(jax.random.split(jax.random.key(1), 5), SkinRanges.off())
    for leaf in jax.tree.leaves((skins, factors)):
        np.testing.assert_allclose(leaf[1:], leaf[:-1], atol=1e-6)


def test_levels_add_variety(draw):
    keys = jax.random.split(jax.random.key(2), 40)
    spreads = []
    for level in (0, 1, 2, 3):
        skins, factors = draw(keys, SkinRanges.at_level(level))
        spreads.append(float(skins.colours.std(axis=0).mean()))
        if level < 2:
            assert not factors["skin.freckles"].any()
            assert not factors["skin.made_up"].any()
    assert spreads[0] < 1e-6 < 0.03 < spreads[1]
    assert factors["skin.freckles"].any()
    assert factors["skin.made_up"].any()
    assert SkinRanges.at_level(3) == SkinRanges()


def test_parts_have_their_colours(people, head, paint):
    skins, factors = people
    natural = np.asarray(factors["skin.made_up"]) == 0
    lips, cheek = (int(jnp.argmax(layer)) for layer in (paint.lips, paint.flush))
    colours = np.asarray(skins.colours)[natural]
    redness = colours[:, :, 0] / colours[:, :, 1]
    assert (redness[:, lips] > redness[:, cheek]).mean() > 0.8, "blood shows in the lips"
    eyes = np.asarray(head.regions["eyes"])
    white = np.asarray(skins.colours)[:, np.flatnonzero(eyes)[paint.light[eyes].argmax()]]
    assert (np.ptp(white, axis=1) < 0.1).all(), "the white of the eye is nearly gray"
    top = int(jnp.argmax(paint.scalp))
    bald = np.linalg.norm(skins.colours[:, top] - skins.hair, axis=1) > 0.01
    assert 0.05 < bald.mean() < 0.6, "some heads are bald"
    assert (np.asarray(skins.gloss)[:, eyes].max(axis=1) > 2.5).all(), "eyes are wet"


def test_dark_skin_has_dark_hair_and_eyes(people):
    skins, factors = people
    tone, age = np.asarray(factors["skin.tone"]), np.asarray(factors["skin.age"])
    hair, iris = np.asarray(skins.hair).max(axis=1), np.asarray(skins.detail.eyes.iris)
    young = age < 0.5
    assert hair[young & (tone > 0.7)].max() < 0.08 < 0.2 < hair[young & (tone < 0.3)].max()
    assert iris[tone > 0.7].max() < 0.08 < 0.15 < iris[tone < 0.3].max()


def test_hair_goes_from_fair_to_black_and_gray():
    number = jnp.float32
    fair, black = (hair_reflectance(number(dark), number(0), number(0)) for dark in (0, 1))
    red, gray = (hair_reflectance(number(0.5), number(a), number(1 - a)) for a in (1, 0))
    brown = hair_reflectance(number(0.5), number(0), number(0))
    assert fair.min() > black.max()
    assert red[0] / red[2] > brown[0] / brown[2]
    assert gray.max() - gray.min() < 0.1


def test_beards_have_the_wanted_share_and_kinds():
    ranges = FacialHairRanges()
    keys = jax.random.split(jax.random.key(0), 2000)
    hair, factors = jax.vmap(lambda key: random_facial_hair(key, ranges))(keys)
    kinds = np.bincount(np.asarray(factors["facial_hair.kind"]).astype(int), minlength=6)
    np.testing.assert_allclose(kinds[0] / 2000, 1.0 - ranges.bearded, atol=0.04)
    np.testing.assert_allclose(kinds[1:] / 2000, ranges.bearded / 5, atol=0.03)
    bare = np.asarray(factors["facial_hair.kind"]) == 0
    assert not np.asarray(hair.density)[bare].any()
    assert np.asarray(hair.density)[~bare].min() > 0.1
    off = jax.vmap(lambda key: random_facial_hair(key, FacialHairRanges.off()))(keys[:50])
    assert not off[0].density.any()
    assert not off[1]["facial_hair.kind"].any()
