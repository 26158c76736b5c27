"""Flax's parameters in PyTorch's layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

Parameters = Mapping[str, Any]


def dense_layer(layer: Parameters) -> nn.Linear:
    """A dense layer, `kernel` [K L] and `bias`."""
    inputs, outputs = layer["kernel"].shape
    dense = nn.Linear(inputs, outputs)
    copy_into(dense, np.transpose(np.asarray(layer["kernel"])), layer["bias"])
    return dense


def copy_into(layer: nn.Conv2d | nn.Linear, weight: np.ndarray, bias: Any) -> None:
    """Set a layer's parameters, which are in PyTorch's order already."""
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight))
        layer.bias.copy_(torch.tensor(np.array(bias)))
