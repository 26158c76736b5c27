from __future__ import annotations

import dataclasses

import jax
import numpy as np
import pytest

from e2far_jax.exporting.function import ExportError, network_function
from e2far_jax.exporting.parity import BATCHES, largest_differences, random_pictures
from tests.exporting.networks import trained


@pytest.fixture(scope="module")
def network():
    return trained()


def _program(network, change=lambda outputs: outputs):
    predict = jax.jit(network_function(network))
    return lambda images: change({name: np.array(value) for name, value in predict(images).items()})


def test_the_largest_difference_of_each_output_is_found(network) -> None:
    sizes = []

    def shifted(outputs: dict) -> dict:
        sizes.append(len(outputs["identity"]))
        outputs["rotation"][-1, 2, 2] += 5e-5 if len(outputs["rotation"]) == BATCHES[1] else 0.0
        outputs["translation"][0] += 1e-4  # pixels, of some sixteen
        return outputs

    found = largest_differences(network, _program(network, shifted))
    assert sizes == list(BATCHES)
    assert found["identity"] == 0.0
    assert found["rotation"] == pytest.approx(5e-5, rel=1e-2)
    assert 1e-6 < found["translation"] < 2e-5


@pytest.fixture
def one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is compiled for more than one size."""
    monkeypatch.setattr("e2far_jax.exporting.parity.BATCHES", (2,))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("identity", 1e-2), ("rotation", -1e-3), ("translation", 1e-2), ("scale", np.nan)],
)
def test_another_function_is_refused(network, one_batch, name: str, wrong: float) -> None:
    def changed(outputs: dict) -> dict:
        outputs[name].flat[-1] += wrong
        return outputs

    with pytest.raises(ExportError, match=f"its {name} differs by"):
        largest_differences(network, _program(network, changed))


def test_other_outputs_are_refused(network, one_batch) -> None:
    def flat(outputs: dict) -> dict:
        return outputs | {"rotation": outputs["rotation"].reshape(-1, 9)}

    def fewer(outputs: dict) -> dict:
        return {name: value for name, value in outputs.items() if name != "scale"}

    for change in (flat, fewer):
        with pytest.raises(ExportError, match="outputs are not those of JAX"):
            largest_differences(network, _program(network, change))


def test_a_network_that_predicts_no_numbers_is_refused(network, one_batch) -> None:
    variables = jax.tree.map(lambda leaf: leaf * 1e30, network.variables)
    broken = dataclasses.replace(network, variables=variables)
    with pytest.raises(ExportError, match="not finite"):
        largest_differences(broken, _program(network))


def test_pictures_are_colours_that_differ() -> None:
    pictures = random_pictures(np.random.default_rng(0), 3, 45)
    assert pictures.shape == (3, 45, 45, 3)
    assert pictures.dtype == np.float32
    assert pictures.min() >= 0.0
    assert pictures.max() <= 1.0
    means = pictures.mean(axis=(1, 2))
    assert np.abs(means[0] - means[1]).max() > 0.01
