from __future__ import annotations

import dataclasses
import math

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.gallery.studio import (
    BACKGROUND,
    lay_over,
    mesh_picture,
    part_colours,
    turntable_camera,
    view_camera,
)
from e2far_jax.geometry.cameras import project
from tests.rendering.heads import ball_head

POINTS = jnp.asarray(np.random.default_rng(0).uniform(-1, 1, (500, 3)) * [80, 120, 100] + [9, 5, 3])


@pytest.mark.parametrize("yaw", [-1.5, 0.0, 0.6])
def test_a_view_is_centred_and_filled(yaw):
    seen = np.asarray(project(view_camera(POINTS, yaw, 100, 1.25), POINTS))[:, :2]
    low, high = seen.min(axis=0), seen.max(axis=0)
    np.testing.assert_allclose((low + high) / 2, 50, atol=1e-3)
    assert max(high - low) == pytest.approx(100 / 1.25, abs=1e-3)


def test_a_turning_head_stays_inside_and_keeps_its_size():
    scales, extents = set(), []
    for yaw in np.linspace(-math.pi / 2, math.pi / 2, 13):
        camera = turntable_camera(POINTS, float(yaw), 100, 1.05)
        seen = np.asarray(project(camera, POINTS))[:, :2]
        assert seen.min() > 0.0
        assert seen.max() < 100.0
        scales.add(round(float(camera.scale), 6))
        extents.append(np.abs(seen - 50.0).max())
    assert len(scales) == 1
    assert max(extents) > 40.0  # not lost in the middle either


def test_the_subject_turns_to_their_left_with_positive_yaw():
    """A nose tip: at +90 degrees it points to the picture's right."""
    nose = jnp.array([[0.0, 0.0, 100.0], [0.0, 0.0, -100.0]])
    camera = turntable_camera(nose, math.pi / 2, 100, 1.0)
    assert project(camera, nose)[0, 0] == pytest.approx(100.0, abs=1e-3)


def test_layers_cover_by_their_fourth_channel():
    layer = np.array([[[1.0, 0.0, 0.5, 0.0], [1.0, 0.0, 0.5, 1.0], [1.0, 0.0, 0.5, 0.5]]])
    laid = lay_over(np.full((1, 3, 3), 0.2), layer)
    np.testing.assert_allclose(laid, [[[0.2] * 3, [1.0, 0.0, 0.5], [0.6, 0.1, 0.35]]])
    np.testing.assert_allclose(lay_over(np.full((1, 3, 3), 0.2), layer, 0.0), 0.2)


def test_what_is_not_opaque_is_not_drawn():
    head = ball_head()
    camera = view_camera(head.mean, 0.0, 32, 1.2)
    whole = mesh_picture(head, head.mean, camera, 32)
    assert np.abs(whole - BACKGROUND).max() > 0.2
    assert np.abs(whole[0, 0] - BACKGROUND).max() < 1e-6
    none = jnp.zeros(len(head.mean), bool)
    unseen = dataclasses.replace(head, regions={**head.regions, "opaque": none})
    np.testing.assert_allclose(mesh_picture(unseen, head.mean, camera, 32), BACKGROUND, atol=1e-6)


def test_pupils_are_told_from_irises_and_eyes():
    head = ball_head()
    masks = {name: jnp.arange(len(head.mean)) < n for name, n in
             (("eyes", 30), ("irises", 20), ("pupils", 10))}  # fmt: skip
    colours = part_colours(dataclasses.replace(head, regions={**head.regions, **masks}))
    shades = [colours[row].mean() for row in (5, 15, 25, 35)]
    assert shades[0] < shades[1] < shades[3] < shades[2]
