"""Inference in ONNX Runtime, on the network that `e2far export` writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime

from e2far_jax.exporting.onnx_network import onnx_network
from e2far_jax.exporting.onnx_program import onnx_function
from e2far_jax.models.settings import NetworkSettings


def inference(settings: NetworkSettings, variables: Any, images: np.ndarray) -> Callable:
    """A call that predicts a batch [B H W 3], in float32."""
    program = onnx_network(settings, variables).SerializeToString()
    predict = onnx_function(program, tuple(onnxruntime.get_available_providers()))
    pictures = np.asarray(images)
    return lambda: predict(pictures)
