"""Expressions stretched, so that a network's faces move as much as the ones it is shown (ours).

A network that is trained on squared errors says the mean of what a picture may show. The less it
sees, the nearer that is to the mean of all faces: on average right, and too still to look at. Where
an expression is read well, some of this can be taken back at little cost.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.evaluation.metrics.coefficients import coefficient_statistics
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.pytrees import pytree_dataclass

LEAST_CORRELATION = 0.5  # what is read worse would be stretched into noise


@pytree_dataclass
class Stretch:
    """New coefficients are mean + gain (coefficients - mean).

    Attributes:
      mean: of each expression coefficient over many predictions.
      gain: 1 or more; 1 leaves the coefficient as it is.
    """

    mean: Float[Array, "E"]
    gain: Float[Array, "E"]


def needed_stretch(
    predicted: Float[Array, "B E"], true: Float[Array, "B E"], least_slope: float
) -> Stretch:
    """How much to stretch each coefficient until its slope is `least_slope`.

    The slope is that of the least-squares line of prediction on truth. No coefficient gets more
    varied than the truth, so that its slope stays below its correlation. Those with a correlation
    under `LEAST_CORRELATION` stay as they are.

    Args:
      predicted: expression coefficients, one row a face.
      true: the ones that made the faces.
      least_slope: 0 leaves everything as it is.
    """
    statistics = coefficient_statistics(predicted, true)
    correlation, slope = statistics.correlation, statistics.slope
    wanted = jnp.minimum(least_slope, correlation)
    too_still = (correlation >= LEAST_CORRELATION) & (slope < wanted)
    gain = jnp.where(too_still, wanted / jnp.where(too_still, slope, 1.0), 1.0)
    return Stretch(predicted.mean(axis=0), gain)


def stretched(
    variables: dict[str, Any], network: NetworkSettings, stretch: Stretch
) -> dict[str, Any]:
    """The network that says stretched expressions.

    Args:
      variables: of the network.
      network: its settings.
      stretch: of its predictions.
    Returns:
      Variables with another last read-out of the expression, which all of the stretch goes into.
    """
    parameters, name = variables["params"], _last_part(network)
    read_out = parameters[name]["read_out"]
    kernel, bias = jnp.asarray(read_out["kernel"]), jnp.asarray(read_out["bias"])
    first = 0 if name == "expression_head" else network.identity_size
    columns = first + jnp.arange(network.expression_size)
    kernel = kernel.at[:, columns].multiply(stretch.gain)
    if network.look_points:  # it is told the coefficients, in its last inputs, and adds to them
        told = len(kernel) - kernel.shape[1] + columns
        kernel = kernel.at[told, columns].add((stretch.gain - 1.0) / network.look_gain)
    moved = stretch.gain * bias[columns] + (1.0 - stretch.gain) * stretch.mean
    part = {"read_out": {"kernel": kernel, "bias": bias.at[columns].set(moved)}}
    return {**variables, "params": {**parameters, name: parameters[name] | part}}


def _last_part(network: NetworkSettings) -> str:
    """The part of the network that says the expression."""
    if network.look_points:
        return f"closer_look_{network.looks}"
    return "shape_head" if network.single_task else "expression_head"
