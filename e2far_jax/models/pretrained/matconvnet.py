"""VGG-16 as MatConvNet stores it (`.mat`): VGG-Face, and the network of ImageNet's 1000 classes.

A cell array `layers` of structs with a name and either `weights`, which are kernel and bias, or
`filters` and `biases`. It and `meta`, or the `normalization` that later went into `meta`, are
variables of the file or fields of the struct `net`.
"""

from __future__ import annotations

import os

import numpy as np

from e2far_jax.containers.mat import open_mat
from e2far_jax.containers.mat_variables import MatVariables
from e2far_jax.models.pretrained.canonical import CONVOLUTION, VGG_FACE_MEAN, FileWeights

_MEAN = "averageImage"


def read_matconvnet(path: str | os.PathLike[str]) -> FileWeights:
    """Read the convolutions of a file, and its mean colour where it has one.

    Raises:
      OSError: where the file cannot be read.
      FormatError: where it is damaged, or something else.
    """
    variables = open_mat(path)
    network = variables.struct("net") if "net" in variables else variables
    cells = network.cells("layers")
    layers = {}
    for cell in cells:
        layer = cells.struct(cell)
        name = layer.text("name") if "name" in layer else ""
        if CONVOLUTION.fullmatch(name):
            layers[name] = _kernel_and_bias(layer)
    return FileWeights("MatConvNet", "HWIO", "RGB", layers, _pixel_mean(network))


def _kernel_and_bias(layer: MatVariables) -> tuple[np.ndarray, np.ndarray]:
    if "weights" in layer:
        weights = layer.cells("weights")
        return weights.array("{1}"), weights.array("{2}")
    return layer.array("filters"), layer.array("biases")


def _pixel_mean(network: MatVariables) -> tuple[float, float, float]:
    """The mean colour, of a mean picture too; VGG-Face's where the file says nothing."""
    holder = network.struct("meta") if "meta" in network else network
    if "normalization" not in holder:
        return VGG_FACE_MEAN
    normalization = holder.struct("normalization")
    if _MEAN not in normalization:
        return VGG_FACE_MEAN
    mean = normalization.array(_MEAN)
    if mean.size != 3 and (mean.ndim != 3 or mean.shape[2] != 3 or mean.size == 0):
        raise normalization.wrong(_MEAN, f"has the shape {mean.shape}, expected a colour")
    red, green, blue = mean.reshape(-1, 3).mean(axis=0, dtype=np.float64).tolist()
    if not all(0.0 <= part <= 255.0 for part in (red, green, blue)):
        raise normalization.wrong(_MEAN, f"is {red:g}, {green:g}, {blue:g}, expected 0 to 255")
    return red, green, blue
