"""Things in front of faces: geometry of plates, shares, and how much they cover."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.objects import ObjectsRanges, draw_objects, random_objects
from e2far_jax.rendering.plates import EMPTY, PLATES, Plates, draw_plates, plate_distance
from e2far_jax.rendering.things import THINGS
from tests.rendering.heads import ball_head

SKIN = jnp.array([0.7, 0.5, 0.4])
EVERY = ObjectsRanges(**dict.fromkeys(THINGS, 0.125))


@pytest.fixture(scope="module")
def landmarks():
    """Of a frontal face in a picture of 120 pixels."""
    head = ball_head()
    return jnp.array([60.0, 60.0]) + 0.65 * head.landmarks.on(head.mean)[:, :2] * jnp.array([1, -1])


def one_plate(**fields) -> Plates:
    """A gray rod of 40 x 12 about (30, 25), and empty ones."""
    values = {
        "centres": (30.0, 25.0),
        "directions": (1.0, 0.0),
        "halves": (20.0, 6.0),
        "corners": 6.0,
        "edges": 6.0,
        "colours": (0.5, 0.5, 0.5),
        **fields,
    }
    empty = {"halves": (EMPTY, EMPTY)}

    def column(name: str) -> jnp.ndarray:
        size = 2 if name in ("centres", "directions", "halves") else 3 if name == "colours" else 1
        rows = [values] + [empty] * (PLATES - 1)
        table = np.array([np.broadcast_to(row.get(name, 0.0), size) for row in rows])
        return jnp.asarray(table if size > 1 else table[:, 0], jnp.float32)

    return Plates(**{field.name: column(field.name) for field in dataclasses.fields(Plates)})


@pytest.mark.parametrize("angle", [0.0, 0.7, -2.0])
def test_distance_to_a_rod_is_that_to_its_axis(angle):
    points = jax.random.uniform(jax.random.key(0), (500, 2), maxval=60.0)
    plates = one_plate(directions=(np.cos(angle), np.sin(angle)))
    first = jax.tree.map(lambda field: field[0], plates)
    distance, _ = plate_distance(first, points[:, 0], points[:, 1])
    axis = np.array([np.cos(angle), np.sin(angle)])
    offset = np.asarray(points) - [30.0, 25.0]
    along = np.clip(offset @ axis, -14.0, 14.0)
    expected = np.linalg.norm(offset - along[:, None] * axis, axis=1) - 6.0
    np.testing.assert_allclose(distance, expected, atol=1e-3)


def test_a_rod_is_bright_towards_the_light_and_round():
    light = jnp.array([0.0, -0.8, 0.6])
    picture = draw_plates(jnp.ones((50, 60, 3)), one_plate(), light, jnp.float32(1.0))
    profile = np.asarray(picture[19:31, 30, 0])
    assert profile[:3].mean() > profile[-3:].mean() + 0.2
    assert np.abs(np.diff(profile)).max() < 0.2, "no steps across"
    np.testing.assert_allclose(picture[45, 3], 1.0, atol=0.02)


def test_empty_plates_leave_the_picture_alone():
    image = jax.random.uniform(jax.random.key(0), (50, 60, 3))
    plates = one_plate(halves=(EMPTY, EMPTY))
    light = jnp.array([0.0, 0.0, 1.0])
    np.testing.assert_array_equal(draw_plates(image, plates, light, jnp.float32(2.0)), image)


@pytest.fixture(scope="module")
def drawn(landmarks):
    """Things of every kind, what is said of them, and pictures brighter than anything drawn."""
    keys = jax.random.split(jax.random.key(2), 400)
    image = jnp.full((120, 120, 3), 5.0)
    draw = jax.jit(jax.vmap(lambda key: random_objects(key, landmarks, SKIN, EVERY)))
    objects, factors = draw(keys)
    some = jnp.array([jnp.argmax(factors["objects.kind"] == kind) for kind in range(8)])
    objects, chosen = jax.tree.map(lambda leaf: leaf[some], (objects, factors))
    pictures = jax.jit(jax.vmap(draw_objects, (None, 0)))(image, objects)
    return factors, chosen, objects, image, pictures


def test_shares_are_probabilities_and_cover_is_bounded(drawn):
    factors = drawn[0]
    kinds, cover = np.asarray(factors["objects.kind"]), np.asarray(factors["objects.cover"])
    for kind in range(8):
        assert abs((kinds == kind).mean() - 0.125) < 0.06, kind
    assert cover.max() <= EVERY.cover
    assert (cover[kinds == 0] == 0).all()
    assert 0.05 < cover[kinds == 1].mean() < 0.5


@pytest.mark.parametrize("kind", range(8))
def test_cover_is_the_share_of_landmarks_behind(kind, drawn, landmarks):
    _, chosen, _, _, pictures = drawn
    brightness = np.asarray(pictures[kind, ..., 0])
    column, row = np.asarray(landmarks).astype(int).T
    behind = brightness[row, column] < 2.5
    assert abs(behind.mean() - chosen["objects.cover"][kind]) < 0.06
    assert np.isfinite(brightness).all()
    assert ((brightness < 2.5).sum() > 100) == (kind > 0)


def test_a_batch_is_its_pictures(drawn):
    _, _, objects, image, pictures = drawn
    single = jax.jit(draw_objects)
    np.testing.assert_array_equal(single(image, jax.tree.map(lambda x: x[0], objects)), image)
    for kind in (1, 4):
        one = single(image, jax.tree.map(lambda leaf, kind=kind: leaf[kind], objects))
        np.testing.assert_allclose(one, pictures[kind], atol=1e-3)


def test_nothing_comes_where_everything_is_left_out(landmarks):
    keys = jax.random.split(jax.random.key(1), 50)
    draw = jax.jit(jax.vmap(lambda key: random_objects(key, landmarks, SKIN, ObjectsRanges.off())))
    objects, factors = draw(keys)
    assert not objects.present.any()
    assert not factors["objects.kind"].any()
    assert not factors["objects.cover"].any()
