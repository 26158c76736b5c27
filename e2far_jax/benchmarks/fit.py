"""Shapes from coefficients, and shapes fitted onto shapes."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp

from e2far_jax.benchmarks.loss import EXPRESSION, IDENTITY, VERTICES
from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.benchmarks.timing import rates
from e2far_jax.evaluation.metrics.batches import aligned_rmse
from e2far_jax.morphable.model import displacement

FACES, FACE_VERTICES = 1_000, 9_409  # as many as ICT-FaceKit's face region has
SHAPE_BATCHES = (32, 256)


def fit_suite(setting: Setting) -> Iterator[Row]:
    """Dense shapes of a model as large as the paper's; errors after a similarity fit."""
    for batch in SHAPE_BATCHES:
        yield _shapes(batch, setting)
    yield _alignment(setting)


def _shapes(batch: int, setting: Setting) -> Row:
    modes = IDENTITY + EXPRESSION
    basis = jax.random.normal(jax.random.key(0), (VERTICES, 3, modes))
    coefficients = jax.random.normal(jax.random.key(1), (batch, modes))
    evaluate = jax.jit(displacement)
    values = rates(
        lambda: jax.block_until_ready(evaluate(basis, coefficients)), batch, setting.repeats
    )
    work = 2 * 3 * VERTICES * modes / 1e9
    return Row(
        f"shape of {VERTICES} vertices, batch {batch}",
        "faces/s",
        values,
        share=max(values) * work / setting.peaks["float32"],
    )


def _alignment(setting: Setting) -> Row:
    keys = jax.random.split(jax.random.key(0))
    true = 100.0 * jax.random.normal(keys[0], (FACES, FACE_VERTICES, 3))
    predicted = true + jax.random.normal(keys[1], true.shape)
    region = jnp.ones(FACE_VERTICES, bool)
    values = rates(
        lambda: jax.block_until_ready(aligned_rmse(predicted, true, region)),
        FACES,
        setting.repeats,
    )
    return Row(f"error after a similarity fit, {FACE_VERTICES} vertices", "faces/s", values)
