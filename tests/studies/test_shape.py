from __future__ import annotations

import dataclasses
import runpy
from pathlib import Path

import pytest

from e2far_jax.data.settings import DataSettings
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.settings import changed
from e2far_jax.studies.runs import Result
from e2far_jax.studies.scenes import recipe
from e2far_jax.studies.shape import RECIPE, changes, shape_study
from e2far_jax.studies.shape_table import shape_study_table
from e2far_jax.training.config import ExperimentConfig, from_config_dict
from tests.data import conftest as data_tests
from tests.random_faces import TINY_NETWORK, random_model

renderer = data_tests.renderer


def tiny(**train: object) -> ExperimentConfig:
    base = recipe(size=data_tests.SIZE, steps=2)
    return dataclasses.replace(
        base,
        face_model=FaceModelSettings(),
        data=DataSettings(
            train_examples=16, validation_examples=8, test_examples=9, train_levels=(0, 1, 2, 3)
        ),
        network=dataclasses.replace(TINY_NETWORK, image_size=data_tests.SIZE),
        train=dataclasses.replace(base.train, batch_size=8, warmup="0", **train),
    )


def test_every_change_gives_another_valid_configuration() -> None:
    path = Path(__file__).parents[2] / "experiments" / "configs" / "compact.py"
    base = from_config_dict(runpy.run_path(str(path))["get_config"]())
    configs = [changed(base, change) for change in changes(base).values()]
    assert all(config != base for config in configs)
    assert len({repr(config) for config in configs}) == len(configs)
    assert not any("," in name for name in changes(base))  # which parts names in the flag


def test_an_unknown_change_is_told_before_anything_is_done(tmp_path) -> None:
    with pytest.raises(ValueError, match="no change 'magic'; the choices are the method's loss"):
        shape_study(tiny(), ["magic"], tmp_path, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_whole_study(tmp_path, renderer, monkeypatch) -> None:
    monkeypatch.setattr("e2far_jax.weights.load_face_model", lambda settings: random_model())
    names = ["all levels at once"]
    base = tiny(level_starts=(0.0, 0.5, 0.5, 0.5))
    results = shape_study(base, names, tmp_path, None)
    assert [result.name for result in results] == [RECIPE, *names]
    errors = [result.synthetic["shape_rmse_mm"]["errors"]["mean face"] for result in results]
    assert errors[0] == errors[1]  # all on the same pictures
    assert len(list((tmp_path / "data" / "synthetic_faces").iterdir())) == 1
    written = (tmp_path / "shape.md").read_text().splitlines()
    assert [line.split("|")[1].strip() for line in written[4:]] == [RECIPE, *names]


def test_the_table_divides_by_the_mean_face() -> None:
    def figures(neutral: float) -> dict:
        def errors(factor: float) -> dict:
            return {"neutral": {"mean": factor}, "expressive": {"mean": 2.0 * factor}}

        return {
            "shape_rmse_mm": {"errors": {"E2FAR": errors(neutral), "mean face": errors(4.0)}},
            "rotation_degrees": 2.5,
            "landmark_percent": 1.0,
            "identity": [{"correlation": 0.5}] * 10 + [{"correlation": -9.0}],
            "expression": [
                {"name": "jawOpen", "correlation": 0.75},
                {"name": "eyeBlink_L", "correlation": 0.5},
                {"name": "eyeBlink_R", "correlation": 0.25},
            ],
        }

    result = Result("a", {**figures(3.0), "levels": {"0": figures(1.0)}}, None)
    cells = [cell.strip() for cell in shape_study_table([result]).splitlines()[2].split("|")]
    assert cells[1:5] == ["a", "0.250 / 0.250", "0.750 / 0.750", "2.50"]
    assert cells[5:-1] == ["0.50", "0.75", "-", "0.38", "-", "-", "-"]
