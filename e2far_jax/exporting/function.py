"""The function that is exported: pictures to coefficients and cameras."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import jax
from jaxtyping import Array, Float

from e2far_jax.both_ways import both_ways
from e2far_jax.models import E2FAR
from e2far_jax.morphable.model import clip_expression
from e2far_jax.weights import TrainedNetwork

Outputs = dict[str, Float[Array, "B ..."]]


class ExportError(ValueError):
    """A network that cannot be exported, or whose exported program is not the same function."""


def network_function(network: TrainedNetwork) -> Callable[[Float[Array, "B S S 3"]], Outputs]:
    """A pure function of pictures, with the parameters inside.

    Like `TrainedNetwork.predict` it looks at pictures and their mirror images. It computes in
    float32, whatever the network's activations are, and multiplies in full precision, so that
    accelerators agree with CPUs.

    Args:
      network: the network, its parameters and its morphable model.
    Returns:
      From square RGB crops in [0, 1] of the network's side to `identity`, `expression` (in 0..1
      where the morphable model's are weights), and with a camera `rotation`, `scale` and
      `translation`, in the crop's pixels.
    """
    module = E2FAR(dataclasses.replace(network.network, dtype="float32"))
    apply = both_ways(module.apply, network.mirror)

    def predict(images: Float[Array, "B S S 3"]) -> Outputs:
        with jax.default_matmul_precision("highest"):
            prediction = apply(network.variables, images)
        expression = clip_expression(network.face_model, prediction.expression)
        outputs = {"identity": prediction.identity, "expression": expression}
        if prediction.camera is not None:
            outputs |= dataclasses.asdict(prediction.camera)
        return outputs

    return predict


def parameter_bytes(network: TrainedNetwork) -> int:
    """How much the parameters take, bytes."""
    return sum(leaf.nbytes for leaf in jax.tree.leaves(network.variables))
