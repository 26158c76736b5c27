"""One training step as a pure function; nothing here knows of devices or files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from e2far_jax.data.batch import Batch
from e2far_jax.keys import stream_key
from e2far_jax.losses import FaceGram, LossSettings, LossTerms, loss_terms, multi_task_loss
from e2far_jax.models import E2FAR, NetworkSettings, Prediction
from e2far_jax.pytrees import pytree_dataclass

Metrics = dict[str, tuple[Float[Array, ""], Float[Array, ""]]]


@pytree_dataclass
class TrainState:
    """What changes from step to step.

    Attributes:
      step: how many steps were taken.
      parameters: the network's variables.
      optimiser: the optimiser's state.
    """

    step: Int[Array, ""]
    parameters: Any
    optimiser: Any


def initial_state(
    network: NetworkSettings, optimiser: optax.GradientTransformation, seed: int
) -> TrainState:
    """The state before the first step, made in one compiled program."""

    @jax.jit
    def initialise() -> TrainState:
        images = jnp.zeros((1, network.image_size, network.image_size, 3))
        parameters = E2FAR(network).init(stream_key(seed, "parameters"), images)
        return TrainState(jnp.zeros((), jnp.int32), parameters, optimiser.init(parameters))

    return initialise()


def truth(batch: Batch) -> Prediction:
    """The true coefficients and cameras of a batch, in the form of a prediction."""
    return Prediction(batch.identity, batch.expression, batch.camera)


def make_train_step(
    network: NetworkSettings,
    optimiser: optax.GradientTransformation,
    gram: FaceGram,
    loss: LossSettings,
    seed: int,
    axis_name: str | None = None,
) -> Callable[[TrainState, Batch], tuple[TrainState, Metrics]]:
    """Bind what stays fixed, and get (state, batch) -> (state, metrics).

    Args:
      network: the network's settings.
      optimiser: as `make_optimiser` gives it.
      gram: of the morphable model.
      loss: weights of the terms.
      seed: of dropout.
      axis_name: of the mapped axis over which gradients are averaged; None outside of pmap.
    Returns:
      The pure step. Metrics are pairs of a sum and a count.
    """
    module = E2FAR(network)

    def batch_loss(
        parameters: Any, batch: Batch, key: Array
    ) -> tuple[Float[Array, ""], tuple[Prediction, LossTerms, Float[Array, "B"]]]:
        predicted = module.apply(parameters, batch.image, train=True, rngs={"dropout": key})
        terms = loss_terms(predicted, truth(batch), gram)
        losses = multi_task_loss(terms, loss)
        return losses.mean(), (predicted, terms, losses)

    def step(state: TrainState, batch: Batch) -> tuple[TrainState, Metrics]:
        key = stream_key(seed, "dropout", state.step)
        if axis_name is not None:
            key = jax.random.fold_in(key, jax.lax.axis_index(axis_name))
        gradient_of = jax.grad(batch_loss, has_aux=True)
        gradient, (predicted, terms, losses) = gradient_of(state.parameters, batch, key)
        metrics = _metrics(predicted, terms, losses, truth(batch), gram)
        if axis_name is not None:
            gradient = jax.lax.pmean(gradient, axis_name)
            metrics = jax.lax.psum(metrics, axis_name)
        metrics["gradient_norm"] = (optax.tree.norm(gradient), jnp.ones(()))
        updates, optimiser_state = optimiser.update(gradient, state.optimiser, state.parameters)
        parameters = optax.apply_updates(state.parameters, updates)
        return TrainState(state.step + 1, parameters, optimiser_state), metrics

    return step


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
        "neutral_mm": jnp.sqrt(terms.identity),
        "neutral_mm_of_mean_face": jnp.sqrt(mean_face.identity),
        "expressive_mm": jnp.sqrt(terms.shape),
        "expressive_mm_of_mean_face": jnp.sqrt(mean_face.shape),
        "camera_mm": jnp.sqrt(terms.camera),
    }
    return {name: (value.sum(), jnp.float32(value.size)) for name, value in values.items()}
