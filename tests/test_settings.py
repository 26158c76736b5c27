from __future__ import annotations

import dataclasses
import importlib.util
import json
from pathlib import Path

import pytest

from e2far_jax.settings import changed, differences, from_dict, to_dict
from e2far_jax.training.config import (
    ExperimentConfig,
    from_config_dict,
    to_config_dict,
)
from e2far_jax.training.settings import TrainSettings

CONFIGS = sorted((Path(__file__).parents[1] / "experiments" / "configs").glob("*.py"))


def test_settings_survive_json() -> None:
    config = ExperimentConfig()
    assert from_dict(ExperimentConfig, json.loads(json.dumps(to_dict(config)))) == config


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_configuration_file_opens(path: Path) -> None:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    config = module.get_config()
    config.train.batch_size = 48
    assert from_config_dict(config).train.batch_size == 48
    assert module.__doc__


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"stepps": 3}, r"no setting stepps; the choices are duration, batch_size"),
        ({"batch_size": "3"}, r"batch_size is '3'; expected int"),
        ({"batch_size": 3.5}, r"batch_size is 3\.5; expected int"),
        ({"batch_size": True}, r"batch_size is True; expected int"),
        ({"schedule": "linear"}, r"schedule is 'linear'; expected one of"),
        ({"milestones": ["1", 2]}, r"milestones\[1\] is 2; expected str"),
        ({"batch_size": 0}, r"batch_size is 0; expected at least 1"),
    ],
)
def test_wrong_settings_are_named(values: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_dict(TrainSettings, values)


def test_nested_names_are_spelled_out() -> None:
    with pytest.raises(ValueError, match=r"no setting train\.stepps"):
        from_dict(ExperimentConfig, {"train": {"stepps": 3}})


def test_whole_numbers_serve_as_floats_and_lists_as_tuples() -> None:
    settings = from_dict(TrainSettings, {"learning_rate": 1, "milestones": ["3", "4"]})
    assert settings.learning_rate == 1.0
    assert isinstance(settings.learning_rate, float)
    assert settings.milestones == ("3", "4")


def test_settings_that_are_none_can_be_overridden() -> None:
    config = to_config_dict(ExperimentConfig())
    assert from_config_dict(config) == ExperimentConfig()
    config.face_model.crop_to = "opaque"
    config.face_model.expression_names = ("jawOpen",)
    face_model = from_config_dict(config).face_model
    assert (face_model.crop_to, face_model.expression_names) == ("opaque", ("jawOpen",))
    with pytest.raises(TypeError):
        config.face_model.identity_size = "many"


def test_differences_are_told_by_their_dotted_names():
    saved = {"a": 1, "part": {"b": [1, 2], "c": "x", "gone": 0}}
    current = {"a": 1, "part": {"b": (1, 2), "c": "y"}}
    assert differences(saved, saved) == []
    assert differences(saved, current) == ["part.c was 'x', is 'y'", "part.gone was 0, is None"]


def test_ranges_keep_whole_and_other_numbers_as_they_are():
    config = {"light": {"strength": [0, 1.5]}}
    read = from_dict(Room, config)
    assert read == Room(Lamp((0, 1.5)))
    assert [type(value) for value in read.light.strength] == [int, float]
    with pytest.raises(ValueError, match=r"light\.strength\[1\] is 'much'; expected"):
        from_dict(Room, {"light": {"strength": [0, "much"]}})


@dataclasses.dataclass(frozen=True)
class Lamp:
    strength: tuple[int | float, int | float] = (0, 1)


@dataclasses.dataclass(frozen=True)
class Room:
    light: Lamp = Lamp()


def test_values_are_replaced_by_their_dotted_names() -> None:
    config = ExperimentConfig()
    other = changed(
        config, {"train.duration": "7", "seed": 3, "network.fusion_taps": ("pool3", "pool4")}
    )
    assert (other.train.duration, other.seed) == ("7", 3)
    assert other.network.fusion_taps == ("pool3", "pool4")
    assert changed(other, {"train.duration": config.train.duration}) != config
    assert config.seed == 0


@pytest.mark.parametrize("path", ["train.step", "nothing.duration", "train.duration.more"])
def test_an_unknown_dotted_name_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=f"no setting {path}"):
        changed(ExperimentConfig(), {path: 1})


@pytest.mark.parametrize(
    "starts", [(0.0, 0.5), (0.1, 0.2, 0.3, 0.4), (0.0, 0.5, 2.0, 0.5)], ids=str
)
def test_a_curriculum_has_a_share_for_each_level(starts: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="level_starts"):
        changed(
            ExperimentConfig(),
            {"data.train_levels": (0, 1, 2, 3), "train.level_starts": starts},
        )
