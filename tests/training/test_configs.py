"""The configurations of experiments/configs/ do what they say."""

from __future__ import annotations

import runpy
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from e2far_jax.models import E2FAR
from e2far_jax.settings import changed
from e2far_jax.training.config import ExperimentConfig, from_config_dict
from e2far_jax.training.optimiser import learning_rate_schedule
from e2far_jax.training.task import experiment_plan

CONFIGS = Path(__file__).parents[2] / "experiments" / "configs"


def read(name: str) -> ExperimentConfig:
    return from_config_dict(runpy.run_path(str(CONFIGS / f"{name}.py"))["get_config"]())


def test_the_closer_look_leaves_the_first_reading_as_it_is() -> None:
    config = from_config_dict(
        runpy.run_path(str(CONFIGS / "compact.py"))["get_config"]("closer_look")
    )
    first = read("compact")
    alone = changed(config, {"network.look_points": 0, "network.looks": 1})
    assert alone.network == first.network
    assert (alone.scene, alone.augmentation, alone.loss) == (
        first.scene,
        first.augmentation,
        first.loss,
    )
    assert config.data.seed != first.data.seed
    assert experiment_plan(config).steps == config.data.train_examples // config.train.batch_size


def schedule(config: ExperimentConfig) -> optax.Schedule:
    return learning_rate_schedule(config.train, experiment_plan(config))


@pytest.mark.parametrize("name", ["demo", "compact", "paper", "pod"])
def test_each_tells_its_command_and_its_plan_is_possible(name: str) -> None:
    about = runpy.run_path(str(CONFIGS / f"{name}.py"))["__doc__"]
    assert f"python experiments/train.py --config=experiments/configs/{name}.py" in about
    assert "measured" in about.lower()
    assert experiment_plan(read(name)).steps > 0


def test_the_papers_numbers() -> None:
    config = read("paper")
    assert (config.network.backbone, config.network.image_size) == ("vgg16", 180)
    assert (config.network.identity_size, config.network.expression_size) == (199, 29)
    assert (config.loss.identity, config.loss.expression) == (1.0, 5.0)
    assert (config.train.batch_size, config.train.weight_decay) == (32, 5e-4)
    plan, epoch = experiment_plan(config), config.data.train_examples // 32
    assert (plan.steps, plan.frozen) == (200 * epoch, 10 * epoch)
    rates = [schedule(config)(jnp.int32(number * epoch)) for number in (0, 79, 81, 159, 161)]
    np.testing.assert_allclose(rates, [1e-4, 1e-4, 1e-5, 1e-5, 1e-6], rtol=1e-5)


def test_the_pods_rate_is_scaled_and_rises() -> None:
    config = read("pod")
    assert (config.pictures, config.network.dtype) == ("rendered", "bfloat16")
    warmup = experiment_plan(config).warmup
    rates = [schedule(config)(jnp.int32(step)) for step in (0, warmup // 2, warmup)]
    np.testing.assert_allclose(rates, [0.0, 16e-4, 32e-4], rtol=1e-5)
    double = changed(config, {"train.batch_size": 2 * config.train.batch_size})
    doubled = schedule(double)(jnp.int32(experiment_plan(double).warmup))
    np.testing.assert_allclose(doubled, 64e-4, rtol=1e-5)


def test_the_pods_parameters_and_coefficients_are_of_full_precision() -> None:
    network = E2FAR(read("pod").network)

    def predict(images: jax.Array) -> object:
        variables = network.init(jax.random.key(0), images)
        return variables, network.apply(variables, images)

    made = jax.eval_shape(predict, jnp.zeros((1, 180, 180, 3)))
    assert {leaf.dtype for leaf in jax.tree.leaves(made)} == {jnp.dtype("float32")}
