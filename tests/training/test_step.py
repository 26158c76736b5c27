from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from e2far_jax.data.batch import Batch
from e2far_jax.losses import LossSettings, face_gram
from e2far_jax.models import NetworkSettings
from e2far_jax.training.config import TrainSettings
from e2far_jax.training.optimiser import learning_rate_schedule, make_optimiser
from e2far_jax.training.parallel import AXIS, check_batch_size, parallel_step, split_batch
from e2far_jax.training.step import TrainState, initial_state, make_train_step
from tests.faces import TINY_NETWORK, random_model

OPTIMISER = make_optimiser(TrainSettings(steps=10, learning_rate=1e-2))


def random_batch(size: int) -> Batch:
    random = np.random.default_rng(0)

    def normal(*shape: int) -> np.ndarray:
        return random.normal(size=(size, *shape)).astype(np.float32)

    return Batch(
        image=random.random((size, 32, 32, 3), np.float32),
        identity=normal(5),
        expression=normal(4),
        rotation=np.tile(np.eye(3, dtype=np.float32), (size, 1, 1)),
        scale=np.full(size, 0.2, np.float32),
        translation=16 + normal(2),
        landmarks=normal(68, 2),
        index=np.arange(size, dtype=np.int32),
        level=np.full(size, -1, np.int32),
        valid=np.ones(size, bool),
    )


def train_step(
    axis_name: str | None = None, seed: int = 0, network: NetworkSettings = TINY_NETWORK
):
    gram = face_gram(random_model())
    return make_train_step(network, OPTIMISER, gram, LossSettings(), 0, axis_name)


@pytest.fixture(scope="module")
def compiled_step():
    """One program for all tests on batches of 16."""
    return jax.jit(train_step())


def test_a_step_over_eight_devices_equals_a_step_on_one(compiled_step) -> None:
    assert jax.device_count() == 8
    state, batch = initial_state(TINY_NETWORK, OPTIMISER, 0), random_batch(16)
    one, one_metrics = compiled_step(state, batch)
    eight, eight_metrics = parallel_step(train_step(AXIS))(state, split_batch(batch))
    assert int(eight.step) == int(one.step) == 1
    for a, b in zip(jax.tree.leaves(one.optimiser), jax.tree.leaves(eight.optimiser), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-6)
    for name, (total, count) in one_metrics.items():
        np.testing.assert_allclose(eight_metrics[name], (total, count), rtol=1e-4, err_msg=name)
    # The state keeps no device axis.
    assert jax.tree.map(jnp.shape, eight) == jax.tree.map(jnp.shape, state)


def test_steps_reduce_the_loss_on_one_batch_and_compile_once(compiled_step) -> None:
    state, batch = initial_state(TINY_NETWORK, OPTIMISER, 0), random_batch(16)
    losses = []
    for _ in range(10):
        state, metrics = compiled_step(state, batch)
        losses.append(float(metrics["loss"][0]))
    assert losses[-1] < 0.8 * losses[0]
    assert compiled_step._cache_size() == 1


def test_dropout_depends_on_the_seed_and_the_step_alone() -> None:
    network = dataclasses.replace(TINY_NETWORK, head_dropout=0.5)
    state = initial_state(network, OPTIMISER, 0)
    # The read-outs start at zero, where nothing dropped shows.
    state = dataclasses.replace(
        state, parameters=jax.tree.map(lambda leaf: leaf + 0.01, state.parameters)
    )
    batch, step = random_batch(8), jax.jit(train_step(network=network))
    losses = [
        float(step(dataclasses.replace(state, step=jnp.int32(number)), batch)[1]["loss"][0])
        for number in (0, 0, 1)
    ]
    assert losses[0] == losses[1] != losses[2]


def test_mean_face_metrics_are_those_of_zero_coefficients(compiled_step) -> None:
    batch, model = random_batch(16), random_model()
    _, metrics = compiled_step(initial_state(TINY_NETWORK, OPTIMISER, 0), batch)
    # An untrained network predicts the mean face.
    for shape in ("neutral", "expressive"):
        np.testing.assert_allclose(metrics[f"{shape}_mm"], metrics[f"{shape}_mm_of_mean_face"])
    moved = np.einsum("nck,bk->bnc", model.identity_basis, batch.identity)
    dense = np.sqrt((moved[:, np.asarray(model.regions["face"])] ** 2).sum(-1).mean(-1))
    np.testing.assert_allclose(metrics["neutral_mm"][0], dense.sum(), rtol=1e-4)


def test_batches_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="batch of 12 does not divide among 8 devices"):
        split_batch(random_batch(12))
    with pytest.raises(ValueError, match="multiple of 3"):
        check_batch_size(8, 3)


def test_cosine_schedule_rises_and_falls_to_zero() -> None:
    rate = learning_rate_schedule(TrainSettings(steps=100, learning_rate=2.0, warmup_steps=10))
    assert float(rate(0)) == 0.0
    np.testing.assert_allclose(float(rate(5)), 1.0)
    np.testing.assert_allclose(float(rate(10)), 2.0)
    np.testing.assert_allclose(float(rate(55)), 1.0, rtol=1e-5)
    np.testing.assert_allclose(float(rate(100)), 0.0, atol=1e-6)


def test_staircase_schedule_drops_at_its_milestones() -> None:
    rate = learning_rate_schedule(
        TrainSettings(steps=100, learning_rate=1.0, schedule="staircase", milestones=(80, 90))
    )
    np.testing.assert_allclose([float(rate(s)) for s in (79, 81, 91)], [1.0, 0.1, 0.01], rtol=1e-5)


def test_weight_decay_spares_biases() -> None:
    optimiser = make_optimiser(TrainSettings(learning_rate=1.0, weight_decay=0.5, steps=10))
    parameters = {"kernel": jnp.ones((2, 2)), "bias": jnp.ones(2)}
    nothing = jax.tree.map(jnp.zeros_like, parameters)
    updates, _ = optimiser.update(nothing, optimiser.init(parameters), parameters)
    decayed = optax.apply_updates(parameters, updates)
    np.testing.assert_allclose(decayed["kernel"], 0.5)
    np.testing.assert_allclose(decayed["bias"], 1.0)


def test_state_is_a_tree_of_arrays() -> None:
    state = initial_state(TINY_NETWORK, OPTIMISER, 0)
    assert isinstance(state, TrainState)
    again = initial_state(TINY_NETWORK, OPTIMISER, 0)
    for a, b in zip(jax.tree.leaves(state), jax.tree.leaves(again), strict=True):
        np.testing.assert_array_equal(a, b)
    other = initial_state(TINY_NETWORK, OPTIMISER, 1)
    kernels = [s.parameters["params"]["backbone"]["conv2_1"]["kernel"] for s in (state, other)]
    assert not np.allclose(*kernels)
