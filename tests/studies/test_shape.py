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
        shape_study(tiny(), ["magic"], 1, tmp_path, None)
    with pytest.raises(ValueError, match="0 seeds; expected at least 1"):
        shape_study(tiny(), [], 0, tmp_path, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_whole_study(tmp_path, renderer, monkeypatch) -> None:
    monkeypatch.setattr("e2far_jax.weights.load_face_model", lambda settings: random_model())
    names = ["all levels at once"]
    base = tiny(level_starts=(0.0, 0.5, 0.5, 0.5))
    results = shape_study(base, names, 2, tmp_path, None)
    expected = [f"{name} seed {seed}" for seed in (0, 1) for name in (RECIPE, *names)]
    assert [result.name for result in results] == expected
    errors = [result.synthetic["shape_rmse_mm"]["errors"] for result in results]
    assert all(each["mean face"] == errors[0]["mean face"] for each in errors)  # same pictures
    assert len({str(each["E2FAR"]) for each in errors}) == len(errors)
    assert len(list((tmp_path / "data" / "synthetic_faces").iterdir())) == 1
    written = (tmp_path / "shape.md").read_text().splitlines()
    cells = [line.split("|")[1:3] for line in written[4:] if line.startswith("|")]
    assert [(name.strip(), int(seeds)) for name, seeds in cells] == [(RECIPE, 2), (names[0], 2)]


def test_the_table_divides_by_the_mean_face_and_averages_over_seeds() -> None:
    def figures(neutral: float) -> dict:
        def errors(factor: float) -> dict:
            return {"neutral": {"mean": factor}, "expressive": {"mean": 2.0 * factor}}

        return {
            "shape_rmse_mm": {"errors": {"E2FAR": errors(neutral), "mean face": errors(4.0)}},
            "rotation_degrees": 2.5,
            "landmark_percent": 1.0,
            "identity": [{"correlation": 0.1 * neutral}] * 10 + [{"correlation": -9.0}],
            "expression": [
                {"name": "jawOpen", "correlation": 0.75},
                {"name": "eyeBlink_L", "correlation": 0.5},
                {"name": "eyeBlink_R", "correlation": 0.25},
            ],
        }

    results = [
        Result(f"{name} seed {seed}", {**figures(neutral), "levels": {"0": figures(1.0)}}, None)
        for name, errors in (("a", (3.0, 1.0)), ("b", (3.5, 1.7)))
        for seed, neutral in enumerate(errors)
    ]
    rows = [line.split("|") for line in shape_study_table(results).splitlines()[2:4]]
    first, other = ([cell.strip() for cell in row[1:-1]] for row in rows)
    assert first[:6] == ["a", "2", "0.250 / 0.250", "0.500 / 0.500", "-", "-"]
    assert first[6:] == ["2.50", "0.20", "0.75", "-", "0.38", "-", "-"]
    half = 12.7062 * 0.1  # of Student's t with one degree of freedom, for .5 and .7
    assert other[4] == f"+0.600 [{0.6 - half:+.3f}, {0.6 + half:+.3f}], not told from chance"
