"""3DDFA_V2's vector of 62 numbers, there and back."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.geometry.cameras import project
from e2far_jax.morphable import shape
from e2far_jax.morphable.formats.tddfa import Statistics, read_tddfa, read_tddfa_statistics
from e2far_jax.morphable.formats.tddfa_coefficients import (
    camera_from_tddfa,
    join_tddfa,
    split_tddfa,
    tddfa_pose,
)
from tests.morphable.files_tddfa import tddfa_fields, write_tddfa


@pytest.fixture
def statistics(tmp_path) -> Statistics:
    return read_tddfa_statistics(write_tddfa(tmp_path))


def random_pose(seed: int) -> np.ndarray:
    """A face of about 60 pixels in the middle of the crop."""
    turn = Rotation.from_rotvec(0.5 * np.random.default_rng(seed).normal(size=3)).as_matrix()
    return np.concatenate([5e-4 * turn, [[62.0], [55.0], [-40.0]]], axis=1).astype(np.float32)


def test_the_vector_goes_there_and_back(statistics):
    vector = np.random.default_rng(0).normal(size=(3, 62)).astype(np.float32)
    parts = split_tddfa(jnp.asarray(vector), statistics)
    assert parts.pose.shape == (3, 3, 4)
    np.testing.assert_array_equal(parts.identity, vector[:, 12:52])
    np.testing.assert_allclose(join_tddfa(parts, statistics), vector, atol=1e-5)


def test_a_camera_goes_there_and_back():
    pose = jnp.asarray(np.stack([random_pose(seed) for seed in range(5)]))
    again = tddfa_pose(camera_from_tddfa(pose), depth=pose[:, 2, 3])
    np.testing.assert_allclose(again[..., :3], pose[..., :3], rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(again[..., 3], pose[..., 3], rtol=1e-5)


def test_points_fall_where_3ddfa_puts_them(tmp_path, statistics):
    """Its formula on its own arrays: s R (u + w_shp a_I + w_exp a_E) + t, then pixels from 0."""
    model, fields, rng = read_tddfa(write_tddfa(tmp_path)), tddfa_fields(), np.random.default_rng(1)
    pose = random_pose(9)
    whitened = rng.normal(size=50).astype(np.float32)
    native = statistics.mean[12:] + statistics.deviation[12:] * whitened
    flat = fields["u"][:, 0].astype(float) + np.concatenate(
        [fields["w_shp"], fields["w_exp"]], axis=1
    ) @ native.astype(float)
    placed = flat.reshape(-1, 3) @ pose[:, :3].T.astype(float) + pose[:, 3]
    expected = np.stack([placed[:, 0] - 1.0, 120.0 - placed[:, 1]], axis=-1)  # pixels' middles
    vertices = shape(model, jnp.asarray(whitened[:40]), jnp.asarray(whitened[40:]))
    seen = project(camera_from_tddfa(jnp.asarray(pose)), vertices)[:, :2]
    np.testing.assert_allclose(seen, expected + 0.5, atol=2e-3)
