"""One training step as a pure function; nothing here knows of devices or files."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, Key

from e2far_jax.data.batch import Batch
from e2far_jax.keys import stream_key
from e2far_jax.losses import FaceGram, LossSettings, LossTerms, loss_terms, multi_task_loss
from e2far_jax.models import E2FAR, Prediction
from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.training.optimiser import within

Metrics = dict[str, tuple[Float[Array, ""], Float[Array, ""]]]
Step = Callable[["TrainState", Batch], tuple["TrainState", Metrics]]


@pytree_dataclass
class TrainState:
    """What changes from step to step.

    Attributes:
      step: how many steps were taken.
      parameters: the network's variables.
      optimiser: the optimiser's state.
      average: the moving average of the parameters; None without.
    """

    step: Int[Array, ""]
    parameters: Any
    optimiser: Any
    average: Any = None

    @property
    def best_parameters(self) -> Any:
        """What to predict with: the average, where there is one."""
        return self.parameters if self.average is None else self.average


@dataclasses.dataclass(frozen=True)
class Task:
    """What stays the same from step to step.

    Attributes:
      network: the network.
      optimiser: as `make_optimiser` gives it.
      learning_rate: of each step, to be shown.
      gram: of the morphable model.
      loss: weights of the terms.
      seed: of initialisation and dropout.
      accumulation: how many parts a batch is worked at in.
      frozen_parts: parts of the network that stay as they are at first.
      frozen: for how many steps; None for all of them.
      average_decay: of the moving average of the parameters; 0 for none.
    """

    network: E2FAR
    optimiser: optax.GradientTransformation
    learning_rate: optax.Schedule
    gram: FaceGram
    loss: LossSettings
    seed: int = 0
    accumulation: int = 1
    frozen_parts: tuple[str, ...] = ()
    frozen: int | None = 0
    average_decay: float = 0.0


def initial_state(task: Task) -> TrainState:
    """The state before the first step, made in one compiled program."""
    size = task.network.settings.image_size

    @jax.jit
    def initialise() -> TrainState:
        key = stream_key(task.seed, "parameters")
        return state_of(task, task.network.init(key, jnp.zeros((1, size, size, 3))))

    return initialise()


def state_of(task: Task, parameters: Any) -> TrainState:
    """The state before the first step, with these parameters."""
    average = parameters if task.average_decay else None
    return TrainState(
        jnp.zeros((), jnp.int32), parameters, task.optimiser.init(parameters), average
    )


def truth(batch: Batch) -> Prediction:
    """The true coefficients and cameras of a batch, in the form of a prediction."""
    return Prediction(batch.identity, batch.expression, batch.camera)


def make_train_step(task: Task, axis_name: str | None = None) -> Step:
    """Bind what stays fixed, and get (state, batch) -> (state, metrics).

    Args:
      task: what stays fixed.
      axis_name: of the mapped axis over which gradients are averaged; None outside of pmap.
    Returns:
      The pure step. Metrics are pairs of a sum and a count.
    """
    gradient_of_batch = _accumulated(_gradient_function(task), task.accumulation)

    def step(state: TrainState, batch: Batch) -> tuple[TrainState, Metrics]:
        key = stream_key(task.seed, "dropout", state.step)
        if axis_name is not None:
            key = jax.random.fold_in(key, jax.lax.axis_index(axis_name))
        gradient, metrics = gradient_of_batch(state, batch, key)
        if axis_name is not None:
            gradient = jax.lax.pmean(gradient, axis_name)
            metrics = jax.lax.psum(metrics, axis_name)
        updates, optimiser = task.optimiser.update(gradient, state.optimiser, state.parameters)
        parameters = optax.apply_updates(state.parameters, updates)
        metrics |= {
            "gradient_norm": _once(optax.tree.norm(gradient)),
            "parameter_norm": _once(optax.tree.norm(parameters["params"])),
            "learning_rate": _once(jnp.float32(task.learning_rate(state.step))),
        }
        average = _averaged(state, parameters, task.average_decay)
        return TrainState(state.step + 1, parameters, optimiser, average), metrics

    return step


Gradient = Callable[[TrainState, Batch, Key[Array, ""]], tuple[Any, Metrics]]


def _gradient_function(task: Task) -> Gradient:
    """The gradient of the mean loss over a batch, and its metrics."""

    def batch_loss(
        parameters: Any, batch: Batch, key: Key[Array, ""]
    ) -> tuple[Float[Array, ""], Metrics]:
        predicted = task.network.apply(parameters, batch.image, train=True, rngs={"dropout": key})
        terms = loss_terms(predicted, truth(batch), task.gram)
        losses = multi_task_loss(terms, task.loss)
        return losses.mean(), _metrics(predicted, terms, losses, truth(batch), task.gram)

    def frozen_loss(
        parameters: Any, batch: Batch, key: Key[Array, ""]
    ) -> tuple[Float[Array, ""], Metrics]:
        return batch_loss(_stopped(parameters, task.frozen_parts), batch, key)

    def gradient(state: TrainState, batch: Batch, key: Key[Array, ""]) -> tuple[Any, Metrics]:
        thawed, frozen = (jax.grad(loss, has_aux=True) for loss in (batch_loss, frozen_loss))
        if not task.frozen:
            always = frozen if task.frozen is None else thawed
            return always(state.parameters, batch, key)
        now = state.step < task.frozen
        return jax.lax.cond(now, frozen, thawed, state.parameters, batch, key)

    return gradient


def _stopped(parameters: Any, parts: tuple[str, ...]) -> Any:
    return jax.tree_util.tree_map_with_path(
        lambda path, leaf: jax.lax.stop_gradient(leaf) if within(path, parts) else leaf, parameters
    )


def _accumulated(gradient: Gradient, parts: int) -> Gradient:
    """The same gradient and metrics, from one part of the batch after the other."""
    if parts == 1:
        return gradient

    def accumulated(state: TrainState, batch: Batch, key: Key[Array, ""]) -> tuple[Any, Metrics]:
        def add(total: Any, part: tuple[Batch, Int[Array, ""]]) -> tuple[Any, None]:
            batch, number = part
            found = gradient(state, batch, jax.random.fold_in(key, number))
            return jax.tree.map(jnp.add, total, found), None

        split = jax.tree.map(lambda leaf: leaf.reshape(parts, -1, *leaf.shape[1:]), batch)
        first = jax.tree.map(lambda leaf: leaf[0], split)
        nothing = jax.tree.map(
            lambda shape: jnp.zeros(shape.shape, shape.dtype),
            jax.eval_shape(gradient, state, first, key),
        )
        (total, metrics), _ = jax.lax.scan(add, nothing, (split, jnp.arange(parts)))
        return jax.tree.map(lambda leaf: leaf / parts, total), metrics

    return accumulated


def _averaged(state: TrainState, parameters: Any, decay: float) -> Any:
    if state.average is None:
        return None
    step = state.step.astype(jnp.float32)
    kept = jnp.minimum(decay, (1.0 + step) / (10.0 + step))
    return optax.incremental_update(parameters, state.average, 1.0 - kept)


def _once(value: Float[Array, ""]) -> tuple[Float[Array, ""], Float[Array, ""]]:
    return value, jnp.ones(())


def _metrics(
    predicted: Prediction,
    terms: LossTerms,
    losses: Float[Array, "B"],
    true: Prediction,
    gram: FaceGram,
) -> Metrics:
    """Sums and counts over the batch; shape errors are RMS distances in mm, without a fit."""
    nothing = jax.tree.map(jnp.zeros_like, predicted)
    mean_face = loss_terms(nothing, true, gram)
    values = {
        "loss": losses,
        **{f"loss/{field.name}": getattr(terms, field.name) for field in dataclasses.fields(terms)},
        "neutral_mm": jnp.sqrt(terms.identity),
        "neutral_mm_of_mean_face": jnp.sqrt(mean_face.identity),
        "expressive_mm": jnp.sqrt(terms.shape),
        "expressive_mm_of_mean_face": jnp.sqrt(mean_face.shape),
        "camera_mm": jnp.sqrt(terms.camera),
    }
    return {name: (value.sum(), jnp.float32(value.size)) for name, value in values.items()}
