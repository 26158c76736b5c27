"""A network as an ONNX file, and that file in ONNX Runtime."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnxruntime
from jaxtyping import Float

from e2far_jax.exporting.onnx_network import onnx_network
from e2far_jax.weights import TrainedNetwork


def onnx_program(network: TrainedNetwork) -> bytes:
    """The file's content."""
    weights = network.face_model.expression_prior == "unit"
    model = onnx_network(network.network, network.variables, weights, network.mirror)
    return model.SerializeToString()


def onnx_function(
    program: bytes, providers: tuple[str, ...] = ("CPUExecutionProvider",)
) -> Callable[[Float[np.ndarray, "B S S 3"]], dict[str, np.ndarray]]:
    """A program in ONNX Runtime: pictures in, outputs by name.

    Args:
      program: an ONNX file's content.
      providers: what ONNX Runtime may compute on, the first that is there.
    """
    session = onnxruntime.InferenceSession(program, providers=list(providers))
    names = [output.name for output in session.get_outputs()]
    return lambda images: dict(zip(names, session.run(None, {"images": images}), strict=True))
