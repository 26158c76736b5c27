"""Trained weights in the place of a network's random ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from e2far_jax.models.pretrained.canonical import PretrainedVGG16
from e2far_jax.models.pretrained.errors import PretrainedError


def with_pretrained_backbone(
    variables: Mapping[str, Any], pretrained: PretrainedVGG16, pixel_scale: float
) -> dict[str, Any]:
    """Replace the parameters of the backbone of an `E2FAR` network; all others stay.

    The network must subtract `pretrained.pixel_mean`: its setting `pixel_mean` says what it does.

    Args:
      variables: as `E2FAR.init` makes them, for the backbone "vgg16".
      pretrained: what `read_vgg16` read.
      pixel_scale: what the network divides centred pixels by, its setting of that name.
    Returns:
      New variables.
    Raises:
      PretrainedError: where the network's backbone is not a VGG-16.
    """
    backbone = dict(variables.get("params", {}).get("backbone", {}))
    for name, kernel in pretrained.kernels.items():
        layer = backbone.get(name, {})
        found = np.shape(layer["kernel"]) if "kernel" in layer else None
        if found != kernel.shape:
            problem = f"{f'has the shape {found}' if found else 'missing'}, expected {kernel.shape}"
            raise PretrainedError(
                pretrained.source,
                f"params/backbone/{name}/kernel",
                f"{problem}: only the backbone 'vgg16' takes these weights",
            )
        scaled = kernel * np.float32(pixel_scale) if name == "conv1_1" else kernel
        bias = jnp.asarray(pretrained.biases[name])
        backbone[name] = {**layer, "kernel": jnp.asarray(scaled), "bias": bias}
    return {**variables, "params": {**variables["params"], "backbone": backbone}}
