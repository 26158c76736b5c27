from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.maps.unwrapping import position_map, unwrapped
from tests.maps.faces import ball, face_of
from tests.reconstruction.conftest import dome


def test_positions_follow_from_the_texture_coordinates():
    model = dome()
    positions, covered = position_map(face_of(model), 40)
    rows, columns = np.mgrid[:40, :40] + 0.5
    assert covered.all()
    np.testing.assert_allclose(positions[..., 0], 160.0 * (columns / 40.0 - 0.5), atol=1e-2)
    np.testing.assert_allclose(positions[..., 1], 200.0 * (0.5 - rows / 40.0), atol=1e-2)


def test_charts_that_are_mirrored_are_drawn_too():
    model = dome()
    mirrored = dataclasses.replace(
        model,
        texture_coordinates=model.texture_coordinates * jnp.array([-1.0, 1.0]) + jnp.eye(2)[0],
    )
    straight, _ = unwrapped(model, np.asarray(model.mean), 40, 40)
    turned, covered = unwrapped(mirrored, np.asarray(model.mean), 40, 40)
    assert covered.all()
    np.testing.assert_allclose(turned[:, ::-1], straight, atol=1e-2)


def test_a_cylinder_serves_models_without_coordinates():
    positions, covered = unwrapped(ball(False), np.asarray(ball().mean), 64, 128)
    assert covered.mean() > 0.98
    assert np.linalg.norm(positions[covered], axis=-1).min() > 98.0
    # The texture's middle column is the front, its ends are the back.
    assert positions[32, 64, 2] == pytest.approx(100.0, abs=1.0)
    assert positions[32, 1, 2] == pytest.approx(-100.0, abs=1.5)
