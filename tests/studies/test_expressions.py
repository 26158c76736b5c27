from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from e2far_jax.morphable import open_morphable_model
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.studies.expressions import Confusion, confusion, measure_signs, read_labels


def face(model: MorphableModel, **weights: float) -> tuple[MorphableModel, np.ndarray, np.ndarray]:
    expression = np.zeros(model.expression_size, np.float32)
    for name, weight in weights.items():
        expression[model.expression_names.index(name)] = weight
    vertices = np.asarray(model.mean) + np.asarray(model.expression_basis) @ expression
    return model, expression, vertices


def test_signs_are_measured_on_the_face() -> None:
    model = open_morphable_model("default")
    neutral = measure_signs(*face(model))
    assert neutral["smile"] == neutral["closed eyes"] == 0.0
    assert neutral["open mouth"] < 0.05
    open_mouth = measure_signs(*face(model, jawOpen=0.6))
    assert open_mouth["open mouth"] > 0.2
    one_eye = measure_signs(*face(model, eyeBlink_L=1.0, mouthSmile_R=0.5))
    assert one_eye["closed eyes"] == pytest.approx(0.5)
    assert one_eye["smile"] == pytest.approx(0.25)


def test_eyes_are_closed_where_lids_meet_whatever_closed_them() -> None:
    model = open_morphable_model("default")

    def closed(**weights: float) -> float:
        both = {f"{name}_{side}": weight for name, weight in weights.items() for side in "LR"}
        return measure_signs(*face(model, **both))["closed eyes"]

    assert closed(eyeSquint=0.5) == 0.0
    assert 0.0 < closed(eyeBlink=0.5) < closed(eyeBlink=0.5, eyeSquint=0.5)
    assert closed(eyeBlink=1.0) == 1.0


def test_a_model_without_names_shows_no_smile() -> None:
    model = open_morphable_model("default")
    names = tuple(f"expression {number}" for number in range(model.expression_size))
    nameless = dataclasses.replace(model, expression_names=names)
    smiling = np.ones(model.expression_size, np.float32)
    assert measure_signs(nameless, smiling, np.asarray(model.mean))["smile"] == 0.0


def test_the_confusion_counts_faces() -> None:
    low, high = 0.0, 1.0
    measured = {
        "a": {"smile": high, "open mouth": low, "closed eyes": low},
        "b": {"smile": high, "open mouth": high, "closed eyes": low},
        "c": {"smile": low, "open mouth": high, "closed eyes": low},
    }
    labels = {"a": ["smile"], "b": ["open mouth"], "c": ["smile", "closed eyes"]}
    assert confusion(measured, labels) == {
        "smile": Confusion(right=1, missed=1, false=1, absent=0),
        "open mouth": Confusion(right=1, missed=0, false=1, absent=1),
        "closed eyes": Confusion(right=0, missed=1, false=0, absent=2),
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "expected an object"),
        ('{"a.jpg": 5, "b.jpg": []}', "expected an object from picture names to lists"),
        ('{"a.jpg": []}', r"says nothing of b\.jpg"),
        ('{"a.jpg": ["grin"], "b.jpg": []}', "a.jpg: unknown signs grin; the choices are smile"),
    ],
)
def test_bad_labels_are_refused(tmp_path, content: str, message: str) -> None:
    path = tmp_path / "labels.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        read_labels(path, ["a.jpg", "b.jpg"])
    path.write_text(json.dumps({"a.jpg": ["smile"], "b.jpg": [], "more.jpg": ["grin"]}))
    assert read_labels(path, ["a.jpg", "b.jpg"]) == {"a.jpg": ["smile"], "b.jpg": []}
