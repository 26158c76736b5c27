from __future__ import annotations

import json

import jax
import numpy as np
import pytest

from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.morphable import open_morphable_model
from e2far_jax.reconstruction import detection
from e2far_jax.reconstruction.boxes import intersection_over_union
from e2far_jax.reconstruction.detection import FRONTAL, PROFILE, detect_faces
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.rendering.scene import render_pairs
from e2far_jax.rendering.settings import SceneConfig


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    """A public-domain portrait, 512 x 512, that scikit-image carries along."""
    data = pytest.importorskip("skimage.data")
    return data.astronaut().astype(np.float32) / 255.0


# Where eyebrows, jaw and chin of the portrait are, read off it by eye.
ASTRONAUT_BOX = np.array([178.0, 82.0, 268.0, 172.0])


def test_the_astronaut_is_found_once(astronaut):
    (box,) = detect_faces(astronaut)
    assert intersection_over_union(box, ASTRONAUT_BOX) > 0.65


def test_a_mirrored_picture_gives_the_mirrored_box(astronaut):
    (box,) = detect_faces(astronaut)
    ((x0, y0, x1, y1),) = detect_faces(np.ascontiguousarray(astronaut[:, ::-1]))
    assert intersection_over_union(box, np.array([512.0 - x1, y0, 512.0 - x0, y1])) > 0.85


def test_the_largest_face_comes_first(astronaut):
    small = astronaut[::2, ::2]
    both = np.full((512, 800, 3), 0.5, np.float32)
    both[:256, :256], both[:, 288:] = small, astronaut
    first, second = detect_faces(both)
    assert intersection_over_union(first, ASTRONAUT_BOX + np.array([288, 0, 288, 0])) > 0.65
    assert intersection_over_union(second, ASTRONAUT_BOX / 2.0) > 0.6


def test_a_large_photograph_gives_boxes_in_its_own_pixels(astronaut):
    (box,) = detect_faces(np.repeat(np.repeat(astronaut, 4, axis=0), 4, axis=1))
    assert intersection_over_union(box / 4.0, ASTRONAUT_BOX) > 0.65


def test_a_face_that_fills_the_picture_is_found(astronaut):
    x0, y0, x1, y1 = ASTRONAUT_BOX.astype(int)
    (box,) = detect_faces(astronaut[y0 - 15 : y1 + 5, x0 - 8 : x1 + 8])
    corner = np.array([x0 - 8, y0 - 15] * 2)
    assert intersection_over_union(box + corner, ASTRONAUT_BOX) > 0.6


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 900, 3), (9000, 1, 3), (64, 64, 3)])
def test_plain_pictures_have_no_faces(shape):
    assert detect_faces(np.full(shape, 0.4, np.float32)).shape == (0, 4)


class FixedCascade:
    """Finds its squares whatever the picture; stands in for an OpenCV classifier."""

    def __init__(self, *squares):
        self.squares = squares

    def detectMultiScale2(self, gray, **_):  # noqa: N802 - OpenCV's name
        self.size = gray.shape
        return np.array(self.squares, np.int32).reshape(-1, 4), np.arange(len(self.squares))


def _mapped(cascade, square, mirror_at=None):
    """The documented map, on paper: the square's centre, moved, and half its scaled sides."""
    x, y, side, _ = square
    shift, size = np.array(cascade.shift), np.array(cascade.size)
    centre = np.array([x + side / 2, y + side / 2]) + side * shift
    low, high = centre - side * size / 2, centre + side * size / 2
    if mirror_at is not None:
        low[0], high[0] = mirror_at - high[0], mirror_at - low[0]
    return np.concatenate([low, high])


def test_squares_become_landmark_boxes(monkeypatch):
    square = (60, 40, 50, 50)
    monkeypatch.setattr(detection, "_classifier", lambda file: FixedCascade(square))
    (box,) = detect_faces(np.zeros((100, 200, 3), np.float32))
    np.testing.assert_allclose(box, _mapped(FRONTAL, square) - 50.0)  # a border of a quarter of 200


def test_profiles_are_looked_for_both_ways_when_no_front_is_found(monkeypatch):
    square = (60, 40, 50, 50)
    cascades = {FRONTAL.file: FixedCascade(), PROFILE.file: FixedCascade(square)}
    monkeypatch.setattr(detection, "_classifier", cascades.__getitem__)
    boxes = detect_faces(np.zeros((100, 200, 3), np.float32))
    expected = [_mapped(PROFILE, square) - 50.0, _mapped(PROFILE, square, mirror_at=300) - 50.0]
    np.testing.assert_allclose(sorted(boxes.tolist()), sorted(map(list, expected)))


@pytest.mark.slow
def test_real_photographs(real_data):
    """Real faces, boxes around the landmarks that another network gives them."""
    folder = real_data / "photos" / "five_point"
    landmarks = json.loads((folder / "landmarks.json").read_text())
    found = wrong = 0
    for name, marks in landmarks.items():
        points = np.array(marks["peer_landmarks_68"])
        true = np.concatenate([points.min(axis=0), points.max(axis=0)])
        overlaps = [
            intersection_over_union(box, true)
            for box in detect_faces(read_photograph(folder / name))
        ]
        found += any(overlap > 0.5 for overlap in overlaps)
        wrong += sum(overlap <= 0.5 for overlap in overlaps)
    assert len(landmarks) == 25
    assert found >= 24
    assert wrong <= 1


@pytest.mark.slow
def test_boxes_fit_rendered_faces():
    """The fixed map from squares to boxes, on faces whose landmarks are known."""
    keys = jax.random.split(jax.random.key(0), 40)
    pairs = render_pairs(keys, open_morphable_model("default"), SceneConfig.at_level(0))
    found = [
        (faces[0], np.asarray(box))
        for image, box in zip(np.asarray(pairs.image), bounding_box(pairs.landmarks), strict=True)
        if len(faces := detect_faces(image))
    ]
    assert len(found) >= 35
    assert np.median([intersection_over_union(*pair) for pair in found]) > 0.75
    sizes = [(face[2:] - face[:2]) / (box[2:] - box[:2]) for face, box in found]
    np.testing.assert_allclose(np.median(sizes, axis=0), 1.0, atol=0.08)
