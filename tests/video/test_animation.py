from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.faces.face import Face
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.video.animation import animated_glb
from e2far_jax.video.motion import Motion
from tests.gltf.read_back import read_glb

COUNT, RATE = 12, 30000 / 1001


@pytest.fixture(scope="module")
def motion() -> Motion:
    random = np.random.default_rng(0)
    frames = np.arange(20, 20 + COUNT)
    return Motion(
        frames=frames,
        seconds=frames / RATE,
        expression=random.uniform(size=(COUNT, 4)),
        rotation=Rotation.from_rotvec(0.3 * random.normal(size=(COUNT, 3))).as_matrix(),
        scale=random.uniform(1.0, 1.2, COUNT),
        translation=random.uniform(40.0, 60.0, (COUNT, 2)),
    )


@pytest.fixture(scope="module")
def face(model, motion) -> Face:
    return Face(
        model=model,
        model_settings=FaceModelSettings("dome"),
        identity=np.ones(5, np.float32),
        expression=np.float32(motion.expression[3]),
        camera=motion.camera_at(3),
        picture_size=(120, 80),
        box=np.array([10.0, 10.0, 90.0, 70.0]),
    )


@pytest.fixture(scope="module")
def file(face, motion):
    return read_glb(animated_glb(face, motion))


def test_it_keeps_the_videos_time(file, motion):
    for path in ("weights", "rotation", "translation"):
        np.testing.assert_allclose(file.channel(path)[0], motion.seconds, atol=1e-5)
    seconds = file.channel("weights")[0]
    assert seconds[-1] - seconds[0] == pytest.approx((COUNT - 1) / RATE, abs=1e-5)


def test_weights_go_by_the_expressions_names(file, motion, model):
    assert tuple(file.mesh["extras"]["targetNames"]) == model.expression_names
    weights = file.channel("weights")[1].reshape(COUNT, 4)
    np.testing.assert_allclose(weights, motion.expression, atol=1e-6)


def test_each_frame_is_seen_where_the_camera_puts_it(file, face, motion):
    """What a viewer computes from the file, against the camera's own formula."""
    weights = file.channel("weights")[1].reshape(COUNT, 4)
    turns = Rotation.from_quat(file.channel("rotation")[1]).as_matrix()
    places = file.channel("translation")[1]
    for row in (0, 5, 11):
        moved = dataclasses.replace(
            face,
            expression=np.float32(motion.expression[row]),
            camera=motion.camera_at(row),
        )
        metres = file.attribute("POSITION") + np.tensordot(weights[row], file.targets(), 1)
        shown = 1000.0 * (metres @ turns[row].T + places[row])
        expected = moved.posed(moved.vertices)
        np.testing.assert_allclose(shown, expected, atol=0.1)  # small motions are left out


def test_a_photograph_gives_colours(face, motion):
    grey = dataclasses.replace(face, photograph=np.full((80, 120, 3), 0.5, np.float32))
    colours = read_glb(animated_glb(grey, motion)).attribute("COLOR_0")
    np.testing.assert_allclose(colours, 0.2140, atol=1e-3)  # linear light of 0.5
