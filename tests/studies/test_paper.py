from __future__ import annotations

import dataclasses
import json
import runpy
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.data.settings import DataSettings
from e2far_jax.losses import LossTerms, multi_task_loss
from e2far_jax.models.e2far import E2FAR
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.studies import runs, study
from e2far_jax.studies.paper import paper_runs, paper_study, variants
from e2far_jax.studies.paper_table import paper_table
from e2far_jax.training.config import ExperimentConfig, from_config_dict
from e2far_jax.training.settings import TrainSettings
from tests.data import conftest as data_tests
from tests.random_faces import TINY_NETWORK, random_model
from tests.studies.test_paper_table import NAMES, cells, made_up

renderer = data_tests.renderer

CONFIGS = Path(__file__).parents[2] / "experiments" / "configs"


def recipe(name: str) -> ExperimentConfig:
    return from_config_dict(runpy.run_path(str(CONFIGS / f"{name}.py"))["get_config"]())


@pytest.mark.parametrize(
    ("config", "wider"),
    [("paper", ("pool3", "pool4", "pool5")), ("compact", ("pool2", "pool3", "pool4"))],
)
def test_the_variants_of_the_recipes(config: str, wider: tuple[str, ...]) -> None:
    base = recipe(config)
    changed = variants(base.network)
    assert list(changed) == NAMES
    assert changed["wider aggregation"] == {"network.fusion_taps": wider}
    configs = paper_runs(base, 1)
    assert len({repr(run) for run in configs.values()}) == len(NAMES)


def test_no_finer_map_is_told() -> None:
    network = dataclasses.replace(TINY_NETWORK, fusion_taps=("pool2", "pool5"))
    with pytest.raises(ValueError, match=r"\('pool2', 'pool5'\), with the finest of the 4"):
        variants(network)


def test_a_seed_of_all_variants_comes_before_the_next_seed() -> None:
    base = dataclasses.replace(recipe("demo"), seed=5)
    configs = paper_runs(base, 2)
    assert list(configs) == [f"{name} seed {seed}" for seed in (5, 6) for name in NAMES]
    assert [config.seed for config in configs.values()] == [5] * 4 + [6] * 4
    for part in ("data", "scene", "augmentation", "train", "face_model"):
        assert all(getattr(run, part) == getattr(base, part) for run in configs.values())


def test_a_recipe_that_is_no_method_becomes_one() -> None:
    base = recipe("demo")
    network = dataclasses.replace(base.network, single_task=True, fusion=False)
    other = dataclasses.replace(base, network=network)
    assert paper_runs(other, 1) == paper_runs(base, 1)


def test_the_single_tasks_loss_does_not_tell_identity_from_expression() -> None:
    """Unless asked to, the loss sees the whole shape and the camera only."""
    names = [field.name for field in dataclasses.fields(LossTerms)]

    def seen(config: ExperimentConfig) -> set[str]:
        terms = LossTerms(**{name: jnp.ones(()) for name in names})
        gradient = jax.grad(multi_task_loss)(terms, config.loss)
        return {name for name in names if getattr(gradient, name) != 0.0}

    name, both = "single task seed 0", {"identity_coefficients", "expression_coefficients"}
    assert seen(paper_runs(recipe("demo"), 1)[name]) == {"shape", "camera"}
    kept = paper_runs(recipe("demo"), 1, coefficient_terms=True)
    assert seen(kept[name]) == {"shape", "camera"} | both
    assert seen(kept["last map alone seed 0"]) == {"identity", "expression", "camera"} | both


def test_networks_read_what_their_names_say() -> None:
    base = dataclasses.replace(recipe("demo"), network=TINY_NETWORK)
    images = np.zeros((1, 32, 32, 3), np.float32)

    def modules(network: NetworkSettings) -> dict:
        shapes = jax.eval_shape(E2FAR(network).init, jax.random.key(0), images)["params"]
        return {name: set(part) for name, part in shapes.items()}

    networks = [modules(config.network) for config in paper_runs(base, 1).values()]
    heads = [{name for name in modules if "head" in name} - {"camera_head"} for modules in networks]
    two = {"identity_head", "expression_head"}
    assert heads == [two, {"shape_head"}, two, two]
    fused = {"conv6", "conv7", "conv8"}
    expected = [fused, fused, None, fused | {"conv6_1"}]
    assert [modules.get("fusion") for modules in networks] == expected


def test_no_seeds_are_told_before_anything_is_done(tmp_path) -> None:
    with pytest.raises(ValueError, match="0 seeds; expected at least 1"):
        paper_study(recipe("demo"), 0, tmp_path, None)
    assert list(tmp_path.iterdir()) == []


def tiny() -> ExperimentConfig:
    return ExperimentConfig(
        scene=SceneConfig.at_level(0, data_tests.SIZE),
        data=DataSettings(train_examples=16, validation_examples=8, test_examples=9),
        network=dataclasses.replace(TINY_NETWORK, image_size=data_tests.SIZE),
        train=TrainSettings(duration="2 steps", batch_size=8, learning_rate=3e-3),
    )


def test_the_title_tells_all_seeds(tmp_path, monkeypatch) -> None:
    for name in ("generate", "open_split"):
        monkeypatch.setattr(study, name, lambda *arguments: None)
    known = {run.name: run for run in made_up()}
    monkeypatch.setattr(study, "run", lambda name, *arguments: known[name])
    for count, seeds in ((1, "seed 0"), (3, "seeds 0 to 2")):
        results = paper_study(tiny(), count, tmp_path, None)
        assert results == [*known.values()][: 4 * count]
        title = (tmp_path / "paper.md").read_text().splitlines()[0]
        assert title.startswith("default: 16 pictures of 48 pixels, 2 steps")
        assert title.endswith(f", {seeds}")
        assert table_of(tmp_path) == paper_table(results)


@pytest.mark.slow
def test_the_whole_study_goes_on_where_it_was(tmp_path, renderer, monkeypatch) -> None:
    monkeypatch.setattr("e2far_jax.weights.load_face_model", lambda settings: random_model())
    train, trained = runs.train, []

    def interrupted(config: ExperimentConfig, workdir: Path, **options: object) -> object:
        if workdir.name == "last_map_alone_seed_0" and workdir.name not in trained:
            trained.append(workdir.name)
            raise KeyboardInterrupt
        trained.append(workdir.name)
        return train(config, workdir, **options)

    monkeypatch.setattr(runs, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        paper_study(tiny(), 1, tmp_path, None)
    assert [row[0] for row in cells(table_of(tmp_path))[2:4]] == NAMES[:2]
    results = paper_study(tiny(), 1, tmp_path, None)
    folders = [name.replace(" ", "_") + "_seed_0" for name in NAMES]
    assert trained == folders[:3] + folders[2:]
    assert len(list((tmp_path / "data" / "synthetic_faces").iterdir())) == 1
    errors = [result.synthetic["shape_rmse_mm"]["errors"] for result in results]
    assert all(error["mean face"] == errors[0]["mean face"] for error in errors)
    assert len({error["E2FAR"]["expressive"]["mean"] for error in errors}) == len(NAMES)
    assert table_of(tmp_path) == paper_table(results)
    stored = json.loads((tmp_path / "paper.json").read_text())
    assert [run["synthetic"] for run in stored["runs"]] == [run.synthetic for run in results]
    assert (tmp_path / "paper.png").stat().st_size > 10_000


def table_of(folder: Path) -> str:
    """What the study wrote, without the title."""
    return (folder / "paper.md").read_text().partition("\n\n")[2].rstrip("\n")
