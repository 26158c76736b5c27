"""The Python call, alone, over many pictures, and from several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.reconstruction import faces as module
from e2far_jax.reconstruction.detection import Detections
from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.faces import BATCH_SIZE
from e2far_jax.reconstruction.reconstructor import Reconstructor

BOXES = np.array([[40.0, 30.0, 140.0, 150.0], [100.0, 60.0, 220.0, 170.0]])


@pytest.fixture
def reconstructor(network) -> Reconstructor:
    return Reconstructor(network)


def test_files_and_arrays_of_every_kind_give_the_same_faces(reconstructor, photograph, tmp_path):
    levels = np.rint(photograph * 255.0).astype(np.uint8)
    Image.fromarray(levels).save(tmp_path / "x.png")
    kinds = [tmp_path / "x.png", str(tmp_path / "x.png"), levels, np.float32(levels / 255.0)]
    first, *others = [reconstructor(kind, BOXES) for kind in kinds]
    assert [face.image for face in first] == [str(tmp_path / "x.png")] * 2
    assert first[0].picture_size == (240, 200)
    for faces in others:
        for face, same in zip(first, faces, strict=True):
            np.testing.assert_allclose(face.landmarks_2d, same.landmarks_2d, atol=1e-3)


def test_given_landmarks_decide_the_camera(reconstructor, photograph):
    (face,) = reconstructor(photograph, BOXES[:1])
    true = Camera(
        rotation_from_euler(jnp.float32(0.2), jnp.float32(-0.5), jnp.float32(0.1)),
        jnp.float32(0.4),
        jnp.array([110.0, 95.0]),
    )
    seen = np.asarray(project(true, jnp.asarray(face.landmarks_3d)))[:, :2]
    (again,) = reconstructor(photograph, landmarks=seen)
    np.testing.assert_allclose(again.box, [*seen.min(0), *seen.max(0)])
    # The shape is another, for the crop is; the camera leaves what is left over small.
    assert np.abs(again.landmarks_2d - seen).mean() < 3.0
    assert np.abs(face.landmarks_2d - seen).mean() > 10.0


def test_many_pictures_share_batches(reconstructor, network, photograph, monkeypatch):
    calls = iter(range(100))

    def detections(_) -> Detections:
        count = next(calls) % 3
        return Detections(BOXES[:count], np.ones(count), np.zeros(count))

    monkeypatch.setattr(module, "find_detections", detections)
    pictures = [np.full((200, 240, 3), shade, np.float32) for shade in np.linspace(0, 1, 12)]
    found = list(reconstructor.many(pictures))
    assert sorted(map(len, found)) == sorted([0, 1, 2] * 4)
    assert len(network.batches) <= 2 * 2  # two passes for each batch of eight
    assert all(shape[0] == BATCH_SIZE for shape in network.batches)
    for picture, faces in zip(pictures, found, strict=True):
        assert all(np.array_equal(face.photograph, picture) for face in faces)


def test_no_pictures_and_no_faces(reconstructor):
    assert list(reconstructor.many([])) == []
    assert list(reconstructor.many([np.zeros((64, 64, 3), np.float32)] * 2)) == [[], []]


def test_threads_do_not_disturb_each_other(reconstructor, photograph):
    pictures = [np.roll(photograph, 7 * k, axis=1) for k in range(8)]
    alone = [reconstructor(picture, BOXES)[1].landmarks_2d for picture in pictures]
    with ThreadPoolExecutor(4) as threads:
        together = threads.map(lambda picture: reconstructor(picture, BOXES), pictures)
        for expected, faces in zip(alone, together, strict=True):
            np.testing.assert_array_equal(faces[1].landmarks_2d, expected)


def test_a_box_elsewhere_is_refused(reconstructor, photograph):
    with pytest.raises(PhotographError, match="outside the 240 x 200"):
        reconstructor(photograph, BOXES + 500.0)
