from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from e2far_jax.evaluation.jobs.network import NetworkSystem, outer_triangles
from e2far_jax.evaluation.jobs.systems import Failure, Picture, System
from e2far_jax.morphable.open import open_morphable_model
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.reconstruction.faces import reconstruct_faces
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.weights import TrainedNetwork
from tests.random_faces import TINY_NETWORK

BOXES = np.array([[30.0 + 5 * i, 40.0, 130.0 + 5 * i, 150.0] for i in range(11)])


@pytest.fixture
def pictures(photograph: np.ndarray, tmp_path: Path) -> list[Picture]:
    """Eleven, more than a batch; the fourth is damaged."""
    levels = (255 * photograph).astype(np.uint8)
    Image.fromarray(levels).save(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    return [
        Picture(f"{i}", tmp_path / ("bad.png" if i == 3 else "good.png"), box)
        for i, box in enumerate(BOXES)
    ]


@pytest.mark.parametrize("neutral", [False, True])
def test_every_picture_has_its_face_or_a_reason(network, pictures, neutral: bool) -> None:
    """The faces are those that are reconstructed one by one."""
    system = NetworkSystem("n", network, "1", neutral)
    assert isinstance(system, System)
    faces = [*system.faces(pictures)]
    assert isinstance(faces[3], Failure)
    assert "bad.png" in faces[3].reason
    for i in (0, 4, 10):
        photograph = read_photograph(pictures[i].path)
        (alone,) = reconstruct_faces(network, photograph, BOXES[i : i + 1].astype(np.float32))
        np.testing.assert_allclose(faces[i].landmarks_2d, alone.landmarks_2d, atol=1e-4)
        np.testing.assert_allclose(faces[i].camera.rotation, alone.camera.rotation, atol=1e-6)
        vertices = alone.neutral_vertices if neutral else alone.vertices
        np.testing.assert_allclose(faces[i].mesh.vertices, vertices, atol=1e-4)
        expected = network.face_model.landmarks.on(vertices)
        np.testing.assert_allclose(faces[i].landmarks_3d, expected, atol=1e-4)


def test_a_detectors_box_is_refined_and_no_face_is_a_reason(network, pictures, tmp_path) -> None:
    (given,) = NetworkSystem("n", network, "1").faces(pictures[:1])
    guessed = Picture("0", pictures[0].path, BOXES[0], detected=True)
    (refined,) = NetworkSystem("n", network, "1").faces([guessed])
    assert np.abs(refined.landmarks_2d - given.landmarks_2d).max() > 0.1
    (none,) = NetworkSystem("n", network, "1").faces([Picture("0", pictures[0].path)])
    assert none == Failure("no face was found")


def test_other_weights_have_another_fingerprint(model) -> None:
    def fingerprint(value: float, neutral: bool = False) -> str:
        variables = {"params": {"kernel": np.full(3, value)}}
        network = TrainedNetwork(TINY_NETWORK, model, FaceModelSettings(), variables, "tiny")
        return NetworkSystem.of_weights("n", network, neutral).fingerprint

    assert fingerprint(1.0) == fingerprint(1.0)
    assert len({fingerprint(1.0), fingerprint(1.5), fingerprint(1.0, neutral=True)}) == 3


def test_scanners_see_no_teeth() -> None:
    model = open_morphable_model("default")
    triangles = outer_triangles(model)
    assert 0 < len(triangles) < len(model.triangles)
    used = np.unique(triangles)
    for inside in ("teeth", "mouth_cavity"):
        assert not np.asarray(model.regions[inside])[used].any()
    assert np.asarray(model.regions["face"])[used].sum() > 6000
