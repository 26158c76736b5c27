from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from e2far_jax.morphable import open_morphable_model
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.studies.expressions import confusion, measure_signs, read_ratings


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


def test_the_confusion_counts_faces_by_what_the_middle_rater_says() -> None:
    smiles = {"a": 0.0, "b": 0.1, "c": 0.4, "d": 0.2, "e": 0.9}
    measured = {
        name: {"smile": smile, "open mouth": 0.2, "closed eyes": 0.6 * (name == "a")}
        for name, smile in smiles.items()
    }
    ratings = {
        "a": {"smile": (0, 0, 2), "open mouth": (1,)},
        "b": {},
        "c": {"smile": (1, 1, 0), "closed eyes": (2,)},
        "d": {"smile": (2, 1, 2), "open mouth": (2, 1)},
        "e": {"smile": (2, 2, 2)},
    }
    found = confusion(measured, ratings)
    assert found["smile"].faces == (2, 1, 2)
    assert found["smile"].measured == (0, 1, 1)
    # Means of the ratings: 2/3, 0, 2/3, 5/3, 2.
    ranks, rated = np.array([1, 2, 4, 3, 5]), np.array([2.5, 1, 2.5, 4, 5])
    assert found["smile"].rank_correlation == pytest.approx(np.corrcoef(ranks, rated)[0, 1])
    assert found["open mouth"].faces == (3, 2, 0), "of two raters the one who saw less"
    assert found["open mouth"].measured == (3, 2, 0)
    assert np.isnan(found["open mouth"].rank_correlation), "all measures are the same"
    closed = found["closed eyes"]
    assert (closed.faces, closed.measured) == ((4, 0, 1), (1, 0, 0))
    assert closed.rank_correlation == pytest.approx(-0.25)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "expected an object from picture names to ratings"),
        ('{"a.jpg": {}}', r"says nothing of b\.jpg"),
        ('{"a.jpg": ["smile"], "b.jpg": {}}', "a.jpg: expected an object from signs to lists"),
        (
            '{"a.jpg": {"grin": [1]}, "b.jpg": {}}',
            "a.jpg: unknown signs grin; the choices are smile",
        ),
        ('{"a.jpg": {"smile": 1}, "b.jpg": {}}', "a.jpg: smile: 1; expected a list of 0"),
        ('{"a.jpg": {"smile": []}, "b.jpg": {}}', "expected a list of 0"),
        ('{"a.jpg": {"smile": [1, 3]}, "b.jpg": {}}', "expected a list of 0"),
        ('{"a.jpg": {"smile": [true]}, "b.jpg": {}}', "expected a list of 0"),
        ('{"a.jpg": {"smile": [NaN]}, "b.jpg": {}}', "expected a list of 0"),
    ],
)
def test_bad_ratings_are_refused(tmp_path, content: str, message: str) -> None:
    path = tmp_path / "ratings.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        read_ratings(path, ["a.jpg", "b.jpg"])


def test_ratings_of_other_pictures_are_let_be(tmp_path) -> None:
    path = tmp_path / "ratings.json"
    path.write_text(json.dumps({"a.jpg": {"smile": [1, 2]}, "b.jpg": {}, "more.jpg": {"grin": 5}}))
    assert read_ratings(path, ["a.jpg", "b.jpg"]) == {"a.jpg": {"smile": (1, 2)}, "b.jpg": {}}
