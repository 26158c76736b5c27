from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.gltf.animation import quaternions
from e2far_jax.gltf.writer import glb_bytes
from tests.gltf.conftest import motion, pyramid
from tests.gltf.read_back import read_glb


def test_all_that_moves_comes_back(everything):
    mesh, animation = everything
    file = read_glb(glb_bytes(mesh, animation))
    for path, expected in (
        ("weights", animation.weights.reshape(-1)),
        ("translation", animation.translations),
    ):
        times, values = file.channel(path)
        np.testing.assert_array_equal(times, np.float32(animation.seconds))
        np.testing.assert_array_equal(values, np.float32(expected))
    _, turns = file.channel("rotation")
    back = Rotation.from_quat(turns).as_matrix()
    np.testing.assert_allclose(back, animation.rotations, atol=1e-6)
    assert file.document["animations"][0]["name"] == "animation"


def test_only_what_moves_is_written():
    animation = motion(rotations=None, translations=None)
    file = read_glb(glb_bytes(pyramid(), animation))
    assert len(file.document["animations"][0]["channels"]) == 1


def test_one_picture_is_an_animation():
    still = motion(
        seconds=np.array([1.5]),
        weights=np.ones((1, 3)),
        rotations=None,
        translations=None,
    )
    times, values = read_glb(glb_bytes(pyramid(), still)).channel("weights")
    assert (times.tolist(), values.tolist()) == ([1.5], [1.0, 1.0, 1.0])


def test_quaternions_go_the_short_way_through_several_turns():
    angles = np.linspace(0.0, 5.0 * np.pi, 60)
    rotations = Rotation.from_rotvec(angles[:, None] * [0.0, 0.6, 0.8]).as_matrix()
    turns = quaternions(rotations)
    np.testing.assert_allclose(np.linalg.norm(turns, axis=1), 1.0)
    assert (np.sum(turns[1:] * turns[:-1], axis=1) > 0.9).all()
    np.testing.assert_allclose(Rotation.from_quat(turns).as_matrix(), rotations, atol=1e-9)


@pytest.mark.parametrize("targets", [None, "one more"])
def test_weights_need_the_meshs_targets(targets):
    mesh = pyramid(targets=None) if targets is None else pyramid()
    animation = motion(weights=np.zeros((3, 4)))
    expected = 0 if targets is None else 3
    with pytest.raises(ValueError, match=f"of 4 morph targets, the mesh has {expected}"):
        glb_bytes(mesh, animation)
