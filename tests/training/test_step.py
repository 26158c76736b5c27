from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from e2far_jax.data.batch import Batch
from e2far_jax.losses import LossSettings, face_gram
from e2far_jax.models import E2FAR, NetworkSettings
from e2far_jax.training.optimiser import learning_rate_schedule, make_optimiser
from e2far_jax.training.parallel import (
    AXIS,
    check_batch_size,
    parallel_step,
    replicate,
    split_batch,
    spread,
)
from e2far_jax.training.plan import make_plan
from e2far_jax.training.settings import TrainSettings
from e2far_jax.training.step import Task, TrainState, initial_state, make_train_step, state_of
from tests.random_faces import TINY_NETWORK, random_model

SETTINGS = TrainSettings(duration="10", learning_rate=1e-2)


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


def make_task(
    settings: TrainSettings = SETTINGS, network: NetworkSettings = TINY_NETWORK, seed: int = 0
) -> Task:
    plan = make_plan(settings, epoch=100)
    return Task(
        E2FAR(network, settings.rematerialise),
        make_optimiser(settings, plan),
        learning_rate_schedule(settings, plan),
        face_gram(random_model()),
        LossSettings(),
        seed,
        settings.accumulation,
        settings.frozen_parts,
        plan.frozen,
        settings.average_decay,
    )


def moved_state(task: Task) -> TrainState:
    """Parameters none of which is zero, so that everything has a gradient."""
    state = initial_state(task)
    return state_of(task, jax.tree.map(lambda leaf: leaf + 0.01, state.parameters))


def assert_close(first: object, second: object, rtol: float = 1e-3, atol: float = 1e-6) -> None:
    for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


@pytest.fixture(scope="module")
def compiled_step():
    """One program for all tests on batches of 16."""
    return jax.jit(make_train_step(make_task()))


FROZEN = dataclasses.replace(SETTINGS, frozen="2 steps", weight_decay=0.1)


@pytest.fixture(scope="module")
def frozen_step():
    """One program for all tests with a frozen backbone."""
    return jax.jit(make_train_step(make_task(FROZEN)))


def test_a_step_over_eight_devices_equals_a_step_on_one(compiled_step) -> None:
    assert jax.device_count() == 8
    state, batch, on_batch = (
        initial_state(make_task()),
        random_batch(16),
        make_train_step(make_task(), AXIS),
    )
    one, one_metrics = compiled_step(state, batch)
    step = parallel_step(lambda state, shared, inputs: on_batch(state, inputs))
    eight, eight_metrics = step(replicate(state), (), split_batch(batch))
    assert int(eight.step) == int(one.step) == 1
    assert_close(one.optimiser, eight.optimiser)
    for name, (total, count) in one_metrics.items():
        np.testing.assert_allclose(
            eight_metrics[name], (total, count), rtol=1e-4, atol=1e-9, err_msg=name
        )
    # The state keeps no device axis.
    assert jax.tree.map(jnp.shape, eight) == jax.tree.map(jnp.shape, initial_state(make_task()))


def test_rows_are_spread_over_the_devices() -> None:
    rows = spread(np.arange(16.0))
    assert len(rows.sharding.device_set) == 8
    np.testing.assert_array_equal(rows, np.arange(16.0))


def test_accumulation_gives_the_step_of_the_whole_batch(compiled_step) -> None:
    task = make_task(dataclasses.replace(SETTINGS, accumulation=4))
    state, batch = moved_state(task), random_batch(16)
    whole, whole_metrics = compiled_step(state, batch)
    parts, metrics = jax.jit(make_train_step(task))(state, batch)
    assert_close(whole.optimiser, parts.optimiser)
    assert_close(whole_metrics, metrics)


def test_rematerialised_features_give_the_same_step_and_are_computed_twice(compiled_step) -> None:
    task = make_task(dataclasses.replace(SETTINGS, rematerialise=True))
    state, batch = moved_state(task), random_batch(16)
    step = jax.jit(make_train_step(task))
    assert_close(compiled_step(state, batch)[0].optimiser, step(state, batch)[0].optimiser)
    plain, twice = (
        each.trace(state, batch).lower(lowering_platforms=("cuda",)).as_text()
        for each in (compiled_step, step)
    )
    assert twice.count("stablehlo.convolution") > plain.count("stablehlo.convolution")
    assert twice.count("optimization_barrier") >= len(TINY_NETWORK.compact_widths)


def test_a_frozen_backbone_stays_and_then_moves_as_from_the_start(frozen_step) -> None:
    task = make_task(FROZEN)
    state, batch = moved_state(task), random_batch(16)
    begun = state.parameters["params"]
    states = [state := frozen_step(state, batch)[0] for _ in range(3)]
    for frozen in states[:2]:
        parameters = frozen.parameters["params"]
        for a, b in zip(
            jax.tree.leaves(parameters["backbone"]), jax.tree.leaves(begun["backbone"]), strict=True
        ):
            np.testing.assert_array_equal(a, b)
        assert not np.array_equal(
            parameters["identity_head"]["fc1"]["kernel"], begun["identity_head"]["fc1"]["kernel"]
        )
    # Adam's first step is the learning rate long, whenever it is: 1e-2, and the decay of 0.1 of it.
    moved = states[2].parameters["params"]["backbone"]["conv2_1"]["bias"]
    lengths = np.abs(np.asarray(moved - begun["backbone"]["conv2_1"]["bias"]))
    rate = float(task.learning_rate(2))
    assert lengths.max() <= 1.01 * rate
    assert lengths.max() >= 0.9 * rate


def test_a_frozen_backbone_has_no_part_in_the_gradients_norm(frozen_step, compiled_step) -> None:
    """By which gradients are cut."""
    state, batch = moved_state(make_task(FROZEN)), random_batch(16)
    thawed = dataclasses.replace(state, optimiser=moved_state(make_task()).optimiser)
    rest, _ = frozen_step(state, batch)[1]["gradient_norm"]
    whole, _ = compiled_step(thawed, batch)[1]["gradient_norm"]
    assert 0.0 < float(rest) < 0.995 * float(whole)


def test_what_is_frozen_for_good_takes_no_gradient() -> None:
    settings = dataclasses.replace(SETTINGS, frozen="100 steps", frozen_parts=("backbone",))
    task = dataclasses.replace(make_task(settings), frozen=None)
    state, batch = moved_state(task), random_batch(16)
    moved, _ = jax.jit(make_train_step(task))(state, batch)
    for part, parameters in state.parameters["params"].items():
        same = jax.tree.map(np.array_equal, parameters, moved.parameters["params"][part])
        assert all(jax.tree.leaves(same)) == (part == "backbone"), part


def test_the_average_follows_the_parameters() -> None:
    task = make_task(dataclasses.replace(SETTINGS, average_decay=0.5))
    state, batch, step = initial_state(task), random_batch(16), jax.jit(make_train_step(task))
    name = ("params", "camera_head", "read_out", "bias")
    expected = _leaf(state.parameters, name)
    for number in range(6):
        state, _ = step(state, batch)
        kept = min(0.5, (1 + number) / (10 + number))
        expected = kept * expected + (1 - kept) * _leaf(state.parameters, name)
        np.testing.assert_allclose(_leaf(state.average, name), expected, rtol=1e-5, atol=1e-7)
    assert state.best_parameters is state.average
    plain = initial_state(make_task())
    assert plain.average is None
    assert plain.best_parameters is plain.parameters


def _leaf(tree: dict, path: tuple[str, ...]) -> np.ndarray:
    for name in path:
        tree = tree[name]
    return np.asarray(tree)


def test_steps_reduce_the_loss_on_one_batch_and_compile_once(compiled_step) -> None:
    state, batch = initial_state(make_task()), random_batch(16)
    losses = []
    for _ in range(10):
        state, metrics = compiled_step(state, batch)
        losses.append(float(metrics["loss"][0]))
    assert losses[-1] < 0.8 * losses[0]
    assert compiled_step._cache_size() == 1


def test_dropout_depends_on_the_seed_and_the_step_alone() -> None:
    network = dataclasses.replace(TINY_NETWORK, head_dropout=0.5)
    task = make_task(network=network)
    state = moved_state(task)  # the read-outs start at zero, where nothing dropped shows
    batch, step = random_batch(8), jax.jit(make_train_step(task))
    losses = [
        float(step(dataclasses.replace(state, step=jnp.int32(number)), batch)[1]["loss"][0])
        for number in (0, 0, 1)
    ]
    assert losses[0] == losses[1] != losses[2]


def test_mean_face_metrics_are_those_of_zero_coefficients(compiled_step) -> None:
    batch, model = random_batch(16), random_model()
    _, metrics = compiled_step(initial_state(make_task()), batch)
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
    with pytest.raises(ValueError, match="of 8 does not divide among 2 devices of 3 parts each"):
        check_batch_size(8, 2, 3)


def schedule_of(**settings: object) -> optax.Schedule:
    chosen = TrainSettings(duration="100", **settings)
    return learning_rate_schedule(chosen, make_plan(chosen, epoch=32))


def test_cosine_schedule_rises_and_falls_to_zero() -> None:
    rate = schedule_of(learning_rate=2.0, warmup="10")
    assert float(rate(0)) == 0.0
    np.testing.assert_allclose(float(rate(5)), 1.0)
    np.testing.assert_allclose(float(rate(10)), 2.0)
    np.testing.assert_allclose(float(rate(55)), 1.0, rtol=1e-5)
    np.testing.assert_allclose(float(rate(100)), 0.0, atol=1e-6)


def test_staircase_schedule_drops_at_its_milestones() -> None:
    rate = schedule_of(learning_rate=1.0, schedule="staircase", milestones=("80", "90 epochs"))
    np.testing.assert_allclose([float(rate(s)) for s in (79, 81, 91)], [1.0, 0.1, 0.01], rtol=1e-5)


def test_the_learning_rate_grows_with_the_batch() -> None:
    rate = schedule_of(learning_rate=1e-4, batch_size=256, reference_batch_size=32)
    np.testing.assert_allclose(float(rate(0)), 8e-4, rtol=1e-6)


def test_weight_decay_spares_biases() -> None:
    settings = TrainSettings(learning_rate=1.0, weight_decay=0.5, duration="10")
    optimiser = make_optimiser(settings, make_plan(settings, epoch=1))
    parameters = {"kernel": jnp.ones((2, 2)), "bias": jnp.ones(2)}
    nothing = jax.tree.map(jnp.zeros_like, parameters)
    updates, _ = optimiser.update(nothing, optimiser.init(parameters), parameters)
    decayed = optax.apply_updates(parameters, updates)
    np.testing.assert_allclose(decayed["kernel"], 0.5)
    np.testing.assert_allclose(decayed["bias"], 1.0)


def test_large_gradients_are_cut_to_the_longest_norm() -> None:
    settings = TrainSettings(learning_rate=1.0, weight_decay=0.0, duration="10", clip_norm=2.0)
    optimiser = make_optimiser(settings, make_plan(settings, epoch=1))
    parameters = {"kernel": jnp.zeros(2)}
    state = optimiser.init(parameters)
    _, state = optimiser.update({"kernel": jnp.array([30.0, 40.0])}, state, parameters)
    first_moments = next(leaf for leaf in jax.tree.leaves(state) if jnp.shape(leaf) == (2,))
    np.testing.assert_allclose(first_moments, 0.1 * np.array([1.2, 1.6]), rtol=1e-5)


def test_state_is_a_tree_of_arrays() -> None:
    state = initial_state(make_task())
    assert isinstance(state, TrainState)
    again = initial_state(make_task())
    for a, b in zip(jax.tree.leaves(state), jax.tree.leaves(again), strict=True):
        np.testing.assert_array_equal(a, b)
    other = initial_state(make_task(seed=1))
    kernels = [s.parameters["params"]["backbone"]["conv2_1"]["kernel"] for s in (state, other)]
    assert not np.allclose(*kernels)
