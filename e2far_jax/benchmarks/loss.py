"""The Gram loss beside the dense one that it equals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.benchmarks.timing import rates_by_turns
from e2far_jax.losses import FaceGram, LossSettings, loss_terms, multi_task_loss
from e2far_jax.models import Prediction
from e2far_jax.morphable.model import gram_matrix

VERTICES, IDENTITY, EXPRESSION, BATCH = 53_215, 199, 29, 32  # the paper's model and batch


def loss_suite(setting: Setting) -> Iterator[Row]:
    """The loss and its gradient by the coefficients, of a model as large as the paper's."""
    keys = jax.random.split(jax.random.key(0), 4)
    identity_basis = jax.random.normal(keys[0], (VERTICES, 3, IDENTITY))
    expression_basis = jax.random.normal(keys[1], (VERTICES, 3, EXPRESSION))
    difference = (
        jax.random.normal(keys[2], (BATCH, IDENTITY)),
        jax.random.normal(keys[3], (BATCH, EXPRESSION)),
    )
    gram = FaceGram(
        identity=gram_matrix(identity_basis),
        expression=gram_matrix(expression_basis),
        cross=jnp.zeros((IDENTITY, EXPRESSION)),
        moment=jnp.eye(4),
    )
    bases = (identity_basis, expression_basis)
    ours, dense = jax.jit(jax.value_and_grad(gram_loss)), jax.jit(jax.value_and_grad(dense_loss))
    contestants: dict[str, Callable[[], object]] = {
        "ours": lambda: jax.block_until_ready(ours(difference, gram)),
        "dense": lambda: jax.block_until_ready(dense(difference, bases)),
    }
    values = rates_by_turns(contestants, 1, setting.repeats)
    yield Row(
        f"loss and gradient, {VERTICES} vertices, batch {BATCH}",
        "losses/s",
        values["ours"],
        peer="dense",
        peer_values=values["dense"],
    )


Coefficients = tuple[Float[Array, "B I"], Float[Array, "B E"]]


def gram_loss(difference: Coefficients, gram: FaceGram) -> Float[Array, ""]:
    """The two shape terms of coefficients that are wrong by `difference`."""
    wrong, right = Prediction(*difference), Prediction(*jax.tree.map(jnp.zeros_like, difference))
    return multi_task_loss(loss_terms(wrong, right, gram), LossSettings()).mean()


def dense_loss(difference: Coefficients, bases: tuple[Array, Array]) -> Float[Array, ""]:
    """The same through every vertex; the reference."""
    settings = LossSettings()
    terms = []
    for weight, coefficients, basis in zip(
        (settings.identity, settings.expression), difference, bases, strict=True
    ):
        vertices = jnp.einsum("bk,nck->bnc", coefficients, basis)
        terms.append(weight * jnp.mean(jnp.sum(vertices**2, axis=-1)))
    return terms[0] + terms[1]
