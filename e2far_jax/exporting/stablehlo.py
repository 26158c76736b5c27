"""A network as StableHLO in the file format of `jax.export`."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import export
from jaxtyping import Float

from e2far_jax.exporting.function import network_function
from e2far_jax.weights import TrainedNetwork

PLATFORMS = ("cpu", "cuda", "tpu")


def stablehlo_program(network: TrainedNetwork) -> bytes:
    """The network's function for any number of pictures, on `PLATFORMS`.

    Args:
      network: the network, its parameters and its morphable model.
    Returns:
      What `jax.export.deserialize` reads.
    """
    (batch,) = export.symbolic_shape("batch")
    size = network.image_size
    images = jax.ShapeDtypeStruct((batch, size, size, 3), jnp.float32)
    function = jax.jit(network_function(network))
    return bytes(export.export(function, platforms=PLATFORMS)(images).serialize())


def stablehlo_function(
    program: bytes,
) -> Callable[[Float[np.ndarray, "B S S 3"]], dict[str, np.ndarray]]:
    """A program read back: pictures in, outputs by name."""
    call = jax.jit(export.deserialize(bytearray(program)).call)
    return lambda images: {name: np.asarray(value) for name, value in call(images).items()}
