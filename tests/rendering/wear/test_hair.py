"""Hair covers the skull and not the face."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable.model import neutral_shape
from e2far_jax.morphable.open import open_morphable_model
from e2far_jax.rendering.rasteriser import rasterise
from e2far_jax.rendering.wear.hair import HairRanges, hair_triangles, random_hair
from e2far_jax.rendering.wear.hair_shell import INNER, OUTSIDE, ROWS
from e2far_jax.rendering.wear.hair_styles import KINDS
from e2far_jax.rendering.wear.head import head_of

COUNT, SIDE = 12, 120  # people; pixels, two millimetres each
BARE = ("receding",)


def only(kind):
    return HairRanges(**{name: float(name == kind) for name in KINDS})


@pytest.fixture(scope="module")
def people():
    model = open_morphable_model("default")
    identity = jax.random.normal(jax.random.key(0), (COUNT, model.identity_size))
    vertices = neutral_shape(model, identity)
    return model, vertices, jax.vmap(lambda shape: head_of(shape, model))(vertices)


@jax.jit
def draw(keys, heads, ranges):
    colour = jnp.array([0.1, 0.05, 0.02])
    return jax.vmap(lambda key, head: random_hair(key, head, colour, ranges))(keys, heads)


@pytest.fixture(scope="module")
def styles(people):
    keys = jax.random.split(jax.random.key(1), COUNT)
    return {kind: draw(keys, people[2], only(kind)) for kind in KINDS}


@functools.partial(jax.jit, static_argnames="faces")
def _part_seen(vertices, triangles, faces):
    """-1 for nothing, 0 for the face, 1 for hair, at each pixel from the front."""
    seen = 0.5 * vertices * jnp.array([1.0, -1.0, 2.0]) + jnp.array([SIDE / 2, SIDE * 0.6, 0.0])
    triangle = rasterise(seen, triangles, SIDE, SIDE).triangle
    return jnp.where(triangle < 0, -1, jnp.where(triangle < faces, 0, 1))


def seen_from_the_front(people, piece):
    model, vertices, _ = people
    triangles = jnp.concatenate([model.triangles, len(model.mean) + hair_triangles()])
    both = jnp.concatenate([vertices, piece.vertices], axis=1)
    parts = jax.lax.map(lambda mesh: _part_seen(mesh, triangles, len(model.triangles)), both)
    return np.asarray(parts)


@pytest.mark.parametrize("kind", KINDS)
def test_eyes_nose_and_mouth_stay_free(kind, people, styles):
    model, vertices, _ = people
    parts = seen_from_the_front(people, styles[kind][0])
    marks = np.asarray(model.landmarks.on(vertices)[:, 27:])
    columns = (0.5 * marks[..., 0] + SIDE / 2).astype(int)
    rows = (-0.5 * marks[..., 1] + SIDE * 0.6).astype(int)
    covered = parts[np.arange(COUNT)[:, None], rows, columns] == 1
    assert covered.mean() < (0.06 if kind == "fringe" else 0.02)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in BARE])
def test_the_skull_does_not_show(kind, people, styles):
    parts = seen_from_the_front(people, styles[kind][0])
    for person in range(COUNT):
        row = int(-0.5 * float(people[2].hairline[person] + 20.0) + SIDE * 0.6)
        above = parts[person, :row]
        assert (above == 0).sum() < 0.12 * max((above == 1).sum(), 1)


@pytest.mark.parametrize("kind", ["cropped", "tied", "long"])
@pytest.mark.parametrize("direction", [(0, 1, 2), (2, 1, 0), (0, 2, 1)])  # behind, beside, over
def test_no_scalp_comes_through(kind, direction, people, styles):
    model, vertices, heads = people
    turn = np.eye(3)[list(direction)] * (1.0, 1.0, -1.0 if direction == (0, 1, 2) else 1.0)
    turn[0] *= np.linalg.det(turn)  # no mirror image
    triangles = jnp.concatenate([model.triangles, len(model.mean) + hair_triangles()])
    corners = np.asarray(vertices)[:, np.asarray(model.triangles)]
    for person in range(0, COUNT, 3):
        both = jnp.concatenate([vertices[person], styles[kind][0].vertices[person]])
        seen = 0.5 * both @ turn.T * jnp.array([1.0, -1.0, 2.0]) + jnp.array([60.0, 75.0, 0.0])
        shown = np.asarray(rasterise(seen, triangles, SIDE, SIDE).triangle)
        behind = corners[person, ..., 2].max(axis=1) < heads.centre[person, 2] - 20.0
        high = corners[person, ..., 1].min(axis=1) > heads.eyes[person, :, 1].mean() + 45.0
        faces = shown[(shown >= 0) & (shown < len(model.triangles))]
        hair = (shown >= len(model.triangles)).sum()
        assert hair > 1000
        assert (behind & high)[faces].sum() < 0.003 * hair


@pytest.mark.parametrize("kind", KINDS)
def test_both_sides_meet_at_the_ends(kind, styles):
    vertices = np.asarray(styles[kind][0].vertices)
    outer = vertices[:, :OUTSIDE].reshape(COUNT, -1, ROWS, 3)
    inner = vertices[:, OUTSIDE:].reshape(COUNT, -1, ROWS - INNER, 3)
    np.testing.assert_array_equal(outer[..., -1, :], inner[..., -1, :])
    assert (np.abs(outer[..., 8, :] - inner[..., 8 - INNER, :]).max(axis=(1, 2)) > 0.5).all()


def test_kinds_are_as_long_as_they_say(styles):
    length = {kind: float(factors["hair.length"].mean()) for kind, (_, factors) in styles.items()}
    assert length["cropped"] < length["medium"] < length["long"]
    assert length["long"] > 120.0
    for number, kind in enumerate(KINDS):
        assert (styles[kind][1]["hair.kind"] == number + 1).all()


def test_left_out_there_is_none(people):
    keys = jax.random.split(jax.random.key(1), COUNT)
    piece, factors = draw(keys, people[2], HairRanges.off())
    assert jnp.isnan(piece.vertices).all()
    assert all((factor == 0).all() for factor in factors.values())
    assert all(jnp.isfinite(part).all() for part in (piece.colours, piece.gloss, piece.coordinates))


def test_a_head_s_hair_depends_on_its_own_key(people, styles):
    key = jax.random.split(jax.random.key(1), COUNT)[5]
    head = jax.tree.map(lambda leaf: leaf[5], people[2])
    alone, _ = random_hair(key, head, jnp.array([0.1, 0.05, 0.02]), only("short"))
    np.testing.assert_allclose(alone.vertices, styles["short"][0].vertices[5], atol=1e-2)
