"""The study from end to end, on a stand-in renderer and the tiniest network."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from e2far_jax.data.settings import DataSettings
from e2far_jax.data_sets.photographs import read_annotations
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.settings import FAMILIES, SceneConfig
from e2far_jax.studies import runs
from e2far_jax.studies.scenes import recipe, scenes_study
from tests.data import conftest as data_tests
from tests.random_faces import TINY_NETWORK, random_model

renderer = data_tests.renderer


def tiny(**changes):
    base = recipe(size=data_tests.SIZE, steps=2)
    return dataclasses.replace(
        base,
        face_model=FaceModelSettings(),
        data=DataSettings(train_examples=16, validation_examples=8, test_examples=9),
        network=dataclasses.replace(TINY_NETWORK, image_size=data_tests.SIZE),
        train=dataclasses.replace(base.train, batch_size=8, warmup="0", **changes),
    )


def test_the_recipe_trains_on_everything_and_its_test_is_graded():
    config = recipe("some.npz", 500, 64, 40, 3)
    assert config.scene == SceneConfig.at_level(3, 64)
    assert config.face_model.spec == "some.npz"
    assert (config.data.train_examples, config.train.duration) == (500, "40 steps")
    assert config.seed == config.data.seed == 3
    assert config.data.levels == {"test": (0, 1, 2, 3)}


def test_an_unknown_family_is_told_before_anything_is_done(tmp_path):
    with pytest.raises(ValueError, match="no family 'hats'; the choices are"):
        scenes_study(tiny(), [FAMILIES[0], "hats"], tmp_path, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_whole_study(tmp_path, renderer, monkeypatch):
    """Two runs; called again nothing is repeated, photographs are added, others are refused."""
    monkeypatch.setattr("e2far_jax.weights.load_face_model", lambda settings: random_model())
    folder, families = tmp_path / "study", ["pose"]
    results = scenes_study(tiny(), families, folder, None)
    assert [result.name for result in results] == ["everything", "without pose"]
    assert sorted(results[0].synthetic["levels"]) == ["0", "1", "2", "3"]
    counts = [result.synthetic["shape_rmse_mm"]["count"] for result in results]
    assert counts == [9, 9]  # both on the test pictures of everything
    mean_faces = [result.synthetic["shape_rmse_mm"]["errors"]["mean face"] for result in results]
    assert mean_faces[0] == mean_faces[1]
    settings = json.loads((folder / "without_pose" / "result.json").read_text())["config"]
    assert settings["scene"]["pose"]["yaw_limit"] == 0.0

    def forbidden(*_):
        raise AssertionError("a finished run was repeated")

    calls = renderer.calls
    monkeypatch.setattr(runs, "train", forbidden)
    monkeypatch.setattr(runs, "evaluate_split", forbidden)
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    points = np.random.default_rng(0).uniform(20, 60, (68, 2)).tolist()
    for name in ("a.png", "b.png"):
        Image.new("RGB", (80, 80), (90, 120, 200)).save(photographs / name)
    index = {name: {"peer_landmarks_68": points} for name in ("a.png", "b.png")}
    (photographs / "landmarks.json").write_text(json.dumps(index))
    annotated = read_annotations(photographs)
    again = scenes_study(tiny(), families, folder, annotated)
    assert [result.synthetic for result in again] == [result.synthetic for result in results]
    assert all(list(result.photographs) == ["a.png", "b.png"] for result in again)
    monkeypatch.setattr(runs, "landmark_errors", forbidden)
    assert scenes_study(tiny(), families, folder, annotated) == again
    assert renderer.calls == calls

    written = json.loads((folder / "scenes.json").read_text())
    assert [run["name"] for run in written["runs"]] == ["everything", "without pose"]
    assert written["settings"]["train"]["duration"] == "2 steps"
    table = (folder / "scenes.md").read_text()
    assert table.startswith("default: 16 pictures of 48 pixels, 2 steps, 8 at a time, seed 0\n")
    assert "| without pose |" in table
    with pytest.raises(ValueError, match=r"train\.learning_rate was 0\.003, is 0\.5"):
        scenes_study(tiny(learning_rate=0.5), families, folder, None)
