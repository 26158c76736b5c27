"""Expressions stretched, so that a network's faces move as much as the ones it is shown (ours).

A network that is trained on squared errors says the mean of what a picture may show. The less it
sees, the nearer that is to the mean of all faces: on average right, and too still to look at. Where
an expression is read well, some of this can be taken back at little cost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from e2far_jax.evaluation.metrics.coefficients import coefficient_statistics
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.pytrees import pytree_dataclass

LEAST_CORRELATION = 0.5  # what is read worse would be stretched into noise
LARGEST_GAIN = 8.0  # nothing that is read so well is stiller
HALVINGS = 20
Clip = Callable[[Float[Array, "B E"]], Float[Array, "B E"]]


def _unclipped(expression: Float[Array, "B E"]) -> Float[Array, "B E"]:
    return expression


@dataclasses.dataclass(frozen=True)
class WantedSlopes:
    """How much of a unit more a network shall say.

    Attributes:
      least: of every expression that is read well, unless it got more varied than the truth.
      named: of these whatever their spread, for what is seen at once and costs hardly a millimetre,
        such as lids. A name stands for its sides, too: "eyeBlink" for eyeBlink_L and eyeBlink_R.
    """

    least: float = 0.0
    named: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def of(self, names: Sequence[str]) -> tuple[Float[Array, "E"], Bool[Array, "E"]]:
        """The slopes of expressions of these names, and which are wanted whatever their spread.

        Raises:
          ValueError: for a slope outside 0..1, or a name that no expression has.
        """
        slopes, at_any_spread = [self.least] * len(names), [False] * len(names)
        for name, slope in self.named.items():
            if not 0.0 <= slope <= 1.0:
                raise ValueError(f"the slope of {name} is {slope:g}; expected 0 to 1")
            sides = (name, f"{name}_L", f"{name}_R")
            meant = [i for i, other in enumerate(names) if other in sides]
            if not meant:
                raise ValueError(f"no expression {name!r}; the choices are {', '.join(names)}")
            for i in meant:
                slopes[i], at_any_spread[i] = slope, True
        return jnp.array(slopes), jnp.array(at_any_spread)


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
    predicted: Float[Array, "B E"],
    true: Float[Array, "B E"],
    least_slope: float | Float[Array, "E"],
    at_any_spread: bool | Bool[Array, "E"] = False,
    clip: Clip = _unclipped,
) -> Stretch:
    """How much to stretch each coefficient until its slope is `least_slope`.

    The slope is that of the least-squares line of prediction on truth. No coefficient gets more
    varied than the truth, so that its slope stays below its correlation, unless `at_any_spread`.
    Those with a correlation under `LEAST_CORRELATION` stay as they are. The gains are found by
    bisection.

    Args:
      predicted: expression coefficients, one row a face, not clipped.
      true: the ones that made the faces.
      least_slope: 0 leaves everything as it is.
      at_any_spread: which may become more varied than the truth.
      clip: what becomes of stretched coefficients before they are used, whose slopes these are.
    """
    mean, true_spread = predicted.mean(axis=0), true.std(axis=0)
    well_read = coefficient_statistics(clip(predicted), true).correlation >= LEAST_CORRELATION

    def too_still(gain: Float[Array, "E"]) -> Bool[Array, "E"]:
        stretched = clip(mean + gain * (predicted - mean))
        slope = coefficient_statistics(stretched, true).slope
        still = at_any_spread | (stretched.std(axis=0) < true_spread)
        return well_read & (slope < least_slope) & still

    def halved(
        _: Int[Array, ""], bounds: tuple[Float[Array, "E"], Float[Array, "E"]]
    ) -> tuple[Float[Array, "E"], Float[Array, "E"]]:
        low, high = bounds
        middle = 0.5 * (low + high)
        more = too_still(middle)
        return jnp.where(more, middle, low), jnp.where(more, high, middle)

    one = jnp.ones_like(mean)
    _, gain = jax.lax.fori_loop(0, HALVINGS, halved, (one, LARGEST_GAIN * one))
    return Stretch(mean, jnp.where(too_still(one), gain, one))


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
        kernel = kernel.at[told, columns].add(stretch.gain - 1.0)
    moved = stretch.gain * bias[columns] + (1.0 - stretch.gain) * stretch.mean
    part = {"read_out": {"kernel": kernel, "bias": bias.at[columns].set(moved)}}
    return {**variables, "params": {**parameters, name: parameters[name] | part}}


def _last_part(network: NetworkSettings) -> str:
    """The part of the network that says the expression."""
    if network.look_points:
        return f"closer_look_{network.looks}"
    return "shape_head" if network.single_task else "expression_head"
