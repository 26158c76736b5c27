"""Inference in ONNX Runtime, on the network that PyTorch exports."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
import torch

from e2far_jax.benchmarks.peers.torch_network import TorchE2FAR
from e2far_jax.models.settings import NetworkSettings


def inference(settings: NetworkSettings, parameters: Any, images: np.ndarray) -> Callable:
    """A call that predicts a batch [B H W 3], in float32."""
    pictures = np.ascontiguousarray(np.moveaxis(np.asarray(images), -1, 1))
    network = TorchE2FAR(settings, parameters).eval()
    file = io.BytesIO()
    torch.onnx.export(
        network, (torch.tensor(pictures),), file, input_names=["images"], dynamo=False
    )
    session = onnxruntime.InferenceSession(
        file.getvalue(), providers=onnxruntime.get_available_providers()
    )
    return lambda: session.run(None, {"images": pictures})
