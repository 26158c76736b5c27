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


def test_pillows_images_are_taken_as_they_are_meant(reconstructor, photograph):
    """Upright by their orientation, in their colours, and not changed."""
    levels = np.rint(photograph * 255.0).astype(np.uint8)
    turned = Image.fromarray(np.rot90(levels))
    turned.getexif()[0x0112] = 6
    (face,) = reconstructor(turned, BOXES[:1])
    np.testing.assert_array_equal(face.photograph, np.float32(levels) / np.float32(255.0))
    assert turned.size == (200, 240)
    (face,) = reconstructor(jnp.asarray(photograph), BOXES[:1])
    np.testing.assert_array_equal(face.photograph, photograph)


def test_lists_and_single_boxes_are_taken(reconstructor, photograph):
    faces = reconstructor(photograph, BOXES.tolist())
    (alone,) = reconstructor(photograph, BOXES[1].tolist())
    np.testing.assert_allclose(alone.landmarks_2d, faces[1].landmarks_2d, atol=1e-3)
    (face,) = reconstructor(photograph, landmarks=faces[1].landmarks_2d.tolist())
    np.testing.assert_allclose(face.landmarks_2d, faces[1].landmarks_2d, atol=8.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"boxes": [1.0, 2.0, 3.0]}, r"boxes have the shape \(3,\), expected rows"),
        ({"boxes": np.zeros((1, 2, 4))}, r"the shape \(1, 2, 4\)"),
        ({"boxes": [[0.0, 0.0, np.nan, 9.0]]}, "not finite"),
        ({"boxes": [[90.0, 0.0, 10.0, 90.0]]}, "at least 1 pixel beyond"),
        ({"landmarks": np.zeros((5, 2))}, r"the shape \(5, 2\), expected 68"),
        ({"landmarks": np.full((68, 2), np.nan)}, "not finite"),
    ],
)
def test_what_are_no_boxes_or_landmarks_is_refused(reconstructor, photograph, given, message):
    with pytest.raises(ValueError, match=message):
        reconstructor(photograph, **given)


def test_a_bad_picture_comes_after_the_faces_before_it(reconstructor, photograph, monkeypatch):
    found = Detections(BOXES[:1], np.ones(1), np.zeros(1))
    monkeypatch.setattr(module, "find_detections", lambda _: found)
    pictures = [photograph, photograph, "missing.png", photograph]
    faces = reconstructor.many(pictures)
    assert [len(next(faces)) for _ in range(2)] == [1, 1]
    with pytest.raises(PhotographError, match="missing"):
        next(faces)
    failures = []
    faces = reconstructor.many(pictures, lambda *failure: failures.append(failure))
    assert [len(found) for found in faces] == [1, 1, 0, 1]
    ((picture, error),) = failures
    assert (picture, error.kind) == ("missing.png", "not usable")


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
