"""VGG-16 in PyTorch's files: VGG-Face, and torchvision's network of ImageNet's 1000 classes.

VGG-Face's tensors are named as Caffe named the layers, "conv1_1.weight"; torchvision's by their
places in a list that counts ReLU and pooling too, "features.2.weight". Those of torchvision expect
pixels in 0..1, less ImageNet's mean, divided by its standard deviation.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import numpy as np

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.tensors import StoredTensor
from e2far_jax.models.pretrained.canonical import (
    CHANNELS,
    TORCHVISION_DEVIATION,
    TORCHVISION_MEAN,
    FileWeights,
)

_VGG_FACE = re.compile(r"(conv\d_\d)\.weight")
_PLACES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
_TORCHVISION = dict(zip(CHANNELS, (f"features.{place}" for place in _PLACES), strict=True))


def vgg16_of_tensors(
    path: str | os.PathLike[str], kind: str, tensors: Mapping[str, StoredTensor]
) -> FileWeights:
    """Read the convolutions.

    Args:
      path: the file, for messages.
      kind: of file, to tell the user.
      tensors: what it holds.
    Raises:
      FormatError: where it is damaged, or another network's.
    """
    if f"{_TORCHVISION['conv1_1']}.weight" in tensors:
        return FileWeights(
            kind=f"{kind}, torchvision",
            axes="OIHW",
            channels="RGB",
            layers=_layers(path, tensors, _TORCHVISION),
            pixel_mean=TORCHVISION_MEAN,
            pixel_deviation=TORCHVISION_DEVIATION,
        )
    names = [match[1] for match in map(_VGG_FACE.fullmatch, tensors) if match]
    layers = _layers(path, tensors, dict(zip(names, names, strict=True)))
    return FileWeights(f"{kind}, VGG-Face", "OIHW", "RGB", layers)


def _layers(
    path: str | os.PathLike[str], tensors: Mapping[str, StoredTensor], prefixes: Mapping[str, str]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Kernels and biases by VGG-16's names, from those that the file has for the layers."""
    found = {}
    for name, prefix in prefixes.items():
        parts = [f"{prefix}.weight", f"{prefix}.bias"]
        for part in parts:
            if part not in tensors:
                raise FormatError(path, part, "missing: not the weights of a VGG-16")
        kernel, bias = (tensors[part].array() for part in parts)
        found[name] = kernel, bias
    return found
