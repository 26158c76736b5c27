from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from e2far_jax.data_sets.photographs import read_annotations
from e2far_jax.reconstruction.faces import reconstruct_faces
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.studies.photographs import landmark_errors
from tests.reconstruction.conftest import MeanColourNetwork, dome

POINTS = np.random.default_rng(1).uniform(40, 120, (68, 2)).round(2)


def write(folder, entries) -> None:
    for name in entries:
        pixels = np.random.default_rng(0).integers(0, 256, (150, 160, 3), np.uint8)
        Image.fromarray(pixels).save(folder / name)
    (folder / "landmarks.json").write_text(json.dumps(entries))


def test_photographs_keep_their_order_and_landmarks(tmp_path):
    shifted = (POINTS + 7).tolist()
    write(
        tmp_path,
        {"b.png": {"peer_landmarks_68": POINTS.tolist()}, "a.png": {"peer_landmarks_68": shifted}},
    )
    first, second = read_annotations(tmp_path)
    assert [first.path.name, second.path.name] == ["b.png", "a.png"]
    np.testing.assert_allclose(first.landmarks, POINTS, rtol=1e-6)
    np.testing.assert_allclose(second.landmarks, POINTS + 7, rtol=1e-6)


def test_errors_are_those_of_the_reconstruction(tmp_path):
    """Against the definition, computed here: mean distance over the root of the box's area."""
    write(tmp_path, {"a.png": {"peer_landmarks_68": POINTS.tolist()}})
    network = MeanColourNetwork(dome())
    errors = landmark_errors(network, read_annotations(tmp_path))
    low, high = POINTS.min(axis=0), POINTS.max(axis=0)
    box = np.concatenate([low, high]).astype(np.float32)
    (face,) = reconstruct_faces(network, read_photograph(tmp_path / "a.png"), box[None])
    distance = np.linalg.norm(face.landmarks_2d - POINTS, axis=1).mean()
    expected = 100.0 * distance / np.sqrt(np.prod(high - low))
    assert list(errors) == ["a.png"]
    assert errors["a.png"] == pytest.approx(expected, rel=1e-3)
    assert expected > 1.0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "landmarks.json: No such file"),
        ("words", "landmarks.json: not valid JSON"),
        ("[]", "landmarks.json: expected an object"),
        ('{"a.png": {}}', "landmarks.json: a.png: expected peer_landmarks_68"),
        ('{"a.png": 7}', "landmarks.json: a.png: expected peer_landmarks_68"),
        ('{"a.png": {"peer_landmarks_68": [[1, 2]]}}', r"has the shape \(1, 2\)"),
        ('{"a.png": {"peer_landmarks_68": [["x", "y"]]}}', "expected peer_landmarks_68"),
        ('{"b.png": {}}', "there is no picture b.png"),
    ],
)
def test_what_is_wrong_with_an_index_is_told(tmp_path, content, message):
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    if content is not None:
        (tmp_path / "landmarks.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        read_annotations(tmp_path)


def test_the_real_photographs_can_be_read(real_data):
    photographs = read_annotations(real_data / "photos" / "five_point")
    assert len(photographs) == 25
    for photograph in photographs:
        width, height = Image.open(photograph.path).size
        assert (photograph.landmarks.mean(axis=0) > 0).all()
        assert (photograph.landmarks.mean(axis=0) < [width, height]).all()
