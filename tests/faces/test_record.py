"""The record written, read back, and damaged."""

from __future__ import annotations

import dataclasses
import json

import jax
import numpy as np
import pytest

from e2far_jax.faces.record import RecordError, read_record, record_bytes
from e2far_jax.morphable.formats.npz import write_npz
from tests.outputs.read_back import reproject
from tests.reconstruction.conftest import dome

KEYS = [
    "image",
    "picture_size",
    "box",
    "score",
    "weights",
    "model",
    "units",
    "identity",
    "expression",
    "camera",
    "landmarks_2d",
    "landmarks_3d",
]


@pytest.fixture
def path(face, tmp_path):
    (tmp_path / "face.json").write_bytes(record_bytes(face))
    return tmp_path / "face.json"


def _change(path, change) -> None:
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def test_the_record_says_it_all(face, path):
    record = json.loads(path.read_text())
    assert list(record) == KEYS
    assert set(record["units"]) < set(KEYS)
    assert record["picture_size"] == [600, 400]
    assert list(record["expression"]) == list(face.expression_weights)
    landmarks = np.array(record["landmarks_3d"])
    np.testing.assert_allclose(reproject(record, landmarks), record["landmarks_2d"], atol=0.01)


def test_a_face_comes_back(face, path):
    again = read_record(path)
    for name in ("identity", "expression", "vertices", "landmarks_2d", "box"):
        np.testing.assert_allclose(getattr(again, name), getattr(face, name), rtol=1e-5, atol=1e-4)
    for leaf, other in zip(*(jax.tree.leaves(f.camera) for f in (again, face)), strict=True):
        np.testing.assert_allclose(leaf, other, rtol=1e-6)
    for name in ("model_settings", "picture_size", "score", "image", "weights"):
        assert getattr(again, name) == getattr(face, name)
    assert again.photograph is None


def test_not_a_number_is_never_written(face):
    broken = dataclasses.replace(face, identity=np.full(4, np.nan, np.float32))
    with pytest.raises(ValueError, match="JSON compliant"):
        record_bytes(broken)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda record: record.pop("camera"), "'camera' is missing"),
        (lambda record: record.update(identity=[1.0, 2.0]), r"identity: has the shape \(2,\)"),
        (lambda record: record.update(box=["a"] * 4), "box: expected numbers"),
        (lambda record: record["expression"].popitem(), "expression: .* alone"),
        (lambda record: record.update(expression=3), "face.json: "),
        (lambda record: record["camera"].update(scale=None), "scale: "),
        (lambda record: record["camera"].update(scale=-1.0), "scale: -1 pixels per mm"),
        (lambda record: record["camera"].update(rotation=[[1.0] * 3] * 3), "no rotation"),
        (lambda record: record["camera"]["rotation"].reverse(), "no rotation"),
        (lambda record: record.update(picture_size=[0, 9]), "picture_size: 0 x 9"),
        (lambda record: record.update(picture_size=[1e30, 9]), "picture_size: 1e.30 x 9"),
        (lambda record: record["model"].update(spec="nowhere.npz"), "nowhere.npz"),
        (lambda record: record["model"].update(colour="red"), "no setting colour"),
        (lambda record: record.update(model=[]), "face.json: "),
    ],
)
def test_damage_is_named(path, change, message):
    _change(path, change)
    with pytest.raises(RecordError, match=message) as caught:
        read_record(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'"face"'])
def test_files_that_are_no_faces(tmp_path, content):
    (tmp_path / "face.json").write_bytes(content)
    with pytest.raises(RecordError, match=r"face\.json"):
        read_record(tmp_path / "face.json")
    with pytest.raises(RecordError, match=r"other\.json"):
        read_record(tmp_path / "other.json")


def test_another_model_is_refused(face, path, tmp_path):
    model = dome(named=face.model.expression_prior == "unit")
    write_npz(tmp_path / "other.npz", dataclasses.replace(model, mean=model.mean * 1.1))
    with pytest.raises(RecordError, match="gives other landmarks"):
        read_record(path, str(tmp_path / "other.npz"))
