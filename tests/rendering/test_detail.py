"""Detail of the skin, pixel by pixel."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.rendering.detail import skin_detail
from e2far_jax.rendering.facial_hair import FacialHair
from e2far_jax.rendering.features import FACE_WIDTH, face_coordinates
from e2far_jax.rendering.noise import cell_spots, value_noise
from e2far_jax.rendering.paint import face_paint
from e2far_jax.rendering.shading import normalise
from e2far_jax.rendering.skin import random_skin
from e2far_jax.rendering.skin_ranges import SkinRanges
from tests.rendering.heads import ball_head

FINE, COARSE = jnp.float32(0.2), jnp.float32(60.0)
OPEN, SHUT = jnp.zeros(2), jnp.ones(2)
ROTATION = rotation_from_euler(jnp.float32(0.1), jnp.float32(0.4), jnp.float32(-0.2))


def by_points(position, normals, *rest):
    """`skin_detail` with coordinates last."""
    planes = (jnp.moveaxis(values, -1, 0) for values in (position, normals))
    return tuple(jnp.moveaxis(values, 0, -1) for values in skin_detail(*planes, *rest))


detailed = jax.jit(by_points)


@pytest.fixture(scope="module")
def head():
    return ball_head()


@pytest.fixture(scope="module")
def draw(head):
    paint = jax.jit(face_paint)(head)
    return jax.jit(lambda key, ranges: random_skin(key, paint, ranges)[0].detail, static_argnums=1)


@pytest.fixture(scope="module")
def everything(draw):
    """A freckled old face with moles."""
    ranges = SkinRanges(freckled=1.0, tone=(0.1, 0.2), age=(0.9, 1.0), moles=0.1, pores=0.3)
    return draw(jax.random.key(0), ranges)


def patch(head, landmark: int, size: float = 0.1, shift=(0.0, 0.0)) -> jnp.ndarray:
    """A square of points about a landmark, as large as a share of the face."""
    middle = head.landmarks.on(face_coordinates(head))[landmark] + jnp.array([*shift, 0.0])
    step = jnp.linspace(-size / 2, size / 2, 120)
    across, up = jnp.meshgrid(step, step)
    return middle + jnp.stack([across, up, jnp.zeros_like(up)], axis=-1)


def facing(position: jnp.ndarray) -> jnp.ndarray:
    return jnp.broadcast_to(normalise(jnp.array([0.2, -0.1, 1.0])), position.shape)


def test_normals_stay_unit_vectors_and_are_bent(head, everything):
    position = patch(head, 27, 1.0)
    colour, normals = detailed(position, facing(position), everything, ROTATION, FINE, OPEN)
    np.testing.assert_allclose(jnp.linalg.norm(normals, axis=-1), 1.0, atol=1e-5)
    assert jnp.isfinite(colour).all()
    assert colour.min() >= 0.0
    turned = jnp.sum(normals * facing(position), axis=-1)
    assert turned.min() < 0.99


def test_detail_fades_where_pixels_are_coarse(head, everything):
    position = patch(head, 2, 0.15)
    _, normals = detailed(position, facing(position), everything, ROTATION, COARSE, OPEN)
    fine, _ = detailed(position, facing(position), everything, ROTATION, FINE, OPEN)
    coarse, _ = detailed(position, facing(position), everything, ROTATION, COARSE, OPEN)
    np.testing.assert_allclose(normals, facing(position), atol=0.2)
    assert coarse.std() < 0.3 * fine.std()


@pytest.mark.parametrize("landmark", [2, 14, 30])
def test_detail_keeps_the_mean_colour(head, draw, landmark):
    ranges = SkinRanges(freckled=1.0, tone=(0.1, 0.2), age=(0.0, 0.0))
    details = [draw(jax.random.key(seed), ranges) for seed in range(6)]
    position = patch(head, landmark, 0.25, (0.0, 0.05))
    means = [
        detailed(position, facing(position), one, ROTATION, FINE, OPEN)[0].mean(axis=(0, 1))
        for one in details
    ]
    np.testing.assert_allclose(np.mean(means, axis=0), 1.0, atol=0.02)


def test_plain_skin_is_left_alone(head, draw):
    position = patch(head, 2, 0.2)
    colour, normals = detailed(
        position, facing(position), draw(jax.random.key(0), SkinRanges.off()), ROTATION, FINE, OPEN
    )
    np.testing.assert_allclose(colour, 1.0, atol=1e-6)
    np.testing.assert_allclose(normals, facing(position), atol=1e-6)


def test_brows_are_painted_in_their_places_with_the_hair_colour(head, draw):
    detail = draw(jax.random.key(0), SkinRanges.off())
    position = jnp.stack([patch(head, mark, 0.02) for mark in (19, 24, 8, 30)])
    colour, _ = detailed(position, facing(position), detail, ROTATION, FINE, OPEN)
    right, left, chin, nose = colour.mean(axis=(1, 2))
    hair = detail.hair / detail.plain
    assert (right < 0.75).all()
    assert (left < 0.75).all()
    assert (right > hair).all()
    np.testing.assert_allclose(jnp.stack([chin, nose]), 1.0, atol=0.02)
    behind = position.at[..., 2].set(-1.0)
    colour, _ = detailed(behind, facing(position), detail, ROTATION, FINE, OPEN)
    np.testing.assert_allclose(colour, 1.0, atol=0.02)


def test_eyes_are_painted_where_there_are_no_eyeballs(head, draw):
    detail = draw(jax.random.key(0), SkinRanges.off())
    middle = head.landmarks.on(face_coordinates(head))[36:42].mean(axis=0)
    points = middle + jnp.array([[0.0, 0.0, 0.0], [0.056, 0.0, 0.0], [0.0, -0.2, 0.0]])
    colour, _ = detailed(points, facing(points), detail, ROTATION, FINE, OPEN)
    pupil, white, cheek = colour * detail.plain
    assert pupil.max() < 0.02
    assert white.min() > 0.1
    assert np.ptp(white) < 0.1
    np.testing.assert_allclose(cheek, detail.plain, rtol=0.02)


def test_lashes_lie_over_closed_lids(head, draw):
    detail = draw(jax.random.key(0), SkinRanges.off())
    marks = head.landmarks.on(face_coordinates(head))
    lower_lid = marks[jnp.array([41, 46])] - jnp.array([0.0, 0.5, 0.0]) / FACE_WIDTH
    points = jnp.concatenate([lower_lid, marks[jnp.array([29])]])
    one_shut = jnp.array([1.0, 0.0])
    shades = [
        detailed(points, facing(points), detail, ROTATION, FINE, closed)[0].mean(axis=-1)
        for closed in (OPEN, one_shut, SHUT)
    ]
    (right, left, nose), winking, closed = shades
    np.testing.assert_allclose(closed[:2], 1.0 - detail.lashes, atol=0.08)
    np.testing.assert_allclose(winking, [closed[0], left, nose], atol=1e-6)
    assert jnp.minimum(right, left) > 0.8 > 2.0 * closed[0]
    np.testing.assert_allclose(closed[2], nose, atol=1e-6)


def test_irises_turn_with_the_eyeballs(head, draw):
    middle = head.landmarks.on(head.mean)[36:42].mean(axis=0)
    ball = jnp.linalg.norm(head.mean - middle, axis=1) < 20.0
    with_eyes = dataclasses.replace(head, regions={**head.regions, "eyes": ball})
    places = face_coordinates(with_eyes)
    foremost = jnp.argmax(jnp.where(ball, head.mean[:, 2], -jnp.inf))
    rings = places[foremost] + jnp.array([[0.0, 0, 0], [4.0, 0, 0], [0, 5.6, 0], [9, 0, 0]]) / 144
    detail = draw(jax.random.key(0), SkinRanges.off())
    colour, _ = detailed(rings, facing(rings), detail, ROTATION, FINE, OPEN)
    pupil, iris, border, white = np.asarray(colour).mean(axis=1)
    assert pupil < border < iris < white == 1.0
    assert FACE_WIDTH == 144.0


@pytest.mark.parametrize("kind", ["full", "goatee"])
def test_beards_grow_where_they_should(head, draw, kind):
    growth = jnp.ones(11) if kind == "full" else jnp.zeros(11).at[2:5].set(1.0)
    beard = FacialHair(growth, jnp.float32(1.0), jnp.float32(0.2))
    detail = dataclasses.replace(draw(jax.random.key(0), SkinRanges.off()), facial_hair=beard)
    marks = head.landmarks.on(face_coordinates(head))
    places = {
        "chin": marks[57] + 0.7 * (marks[8] - marks[57]),
        "jaw": marks[4],
        "lips": (marks[51] + marks[57]) / 2 + jnp.array([0.04, 0.0, 0.0]),
        "nose": marks[30],
        "forehead": marks[27] + jnp.array([0.0, 0.4, 0.0]),
        "under the eye": marks[41] - jnp.array([0.0, 0.15, 0.0]),
    }
    points = jnp.stack(list(places.values()))
    colour, _ = detailed(points, facing(points), detail, ROTATION, FINE, OPEN)
    hair = detail.hair / detail.plain
    for name, seen in zip(places, colour, strict=True):
        hairy = name == "chin" or (name == "jaw" and kind == "full")
        bare = jnp.mean((seen - hair) / (1.0 - hair))
        assert bare < 0.3 if hairy else bare > 0.88, (name, bare)


def test_batches_are_as_one_by_one(head, everything):
    position = jnp.stack([patch(head, 30, 0.5), patch(head, 19, 0.5)])
    both = jax.jit(jax.vmap(by_points, in_axes=(0, 0, None, None, None, None)))(
        position, facing(position), everything, ROTATION, FINE, OPEN
    )
    for index in range(2):
        alone = detailed(position[index], facing(position[index]), everything, ROTATION, FINE, OPEN)
        for many, one in zip(both, alone, strict=True):
            np.testing.assert_allclose(many[index], one, atol=2e-4)


def test_noise_has_zero_mean_and_no_seams():
    place = jnp.linspace(0.0, 200.0, 200_001)
    noise, other = value_noise(place, 0.3 * place, jnp.uint32(7))
    assert abs(noise.mean()) < 0.05
    assert 0.2 < noise.std() < 0.7
    assert abs(np.corrcoef(noise, other)[0, 1]) < 0.1
    assert jnp.abs(jnp.diff(noise)).max() < 0.01


def test_spots_lie_inside_their_cells():
    step = jnp.arange(0.0, 20.0, 0.02)
    distance, number = cell_spots(*jnp.meshgrid(step, step), jnp.uint32(3))
    border = (jnp.mod(step, 1.0) < 0.01) | (jnp.mod(step, 1.0) > 0.99)
    assert distance[:, border].min() > 0.23
    assert abs(jnp.mean(distance < 0.2) - jnp.pi * 0.04) < 0.005
    assert 0.4 < number.mean() < 0.6
