"""The one form in which weights of VGG-16 leave this room, and how those of a file come to it.

Files differ in the order of a kernel's axes, in that of the colours, and in what their networks
were shown: pixels in 0..255 less a mean, or those divided by a deviation too. Here, kernels have
axes (row, column, input, output), and pixels are RGB in 0..255 less a mean. A division is a factor
of the first kernel; the mean stays outside, since the picture is padded with zeros after it is
subtracted, so no bias could stand for it.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from typing import Literal

import numpy as np
from jaxtyping import Float

from e2far_jax.models.backbones import VGG16_BLOCKS
from e2far_jax.models.pretrained.errors import PretrainedError

# RGB in 0..255: of the pictures that VGG-Face was trained on, and of ImageNet's as Caffe's networks
# have it and as PyTorch's have it.
VGG_FACE_MEAN = (129.1863, 104.7624, 93.5940)
IMAGENET_MEAN = (123.68, 116.779, 103.939)
TORCHVISION_MEAN = (0.485 * 255.0, 0.456 * 255.0, 0.406 * 255.0)
TORCHVISION_DEVIATION = (0.229 * 255.0, 0.224 * 255.0, 0.225 * 255.0)

_WIDTHS = [width for widths in VGG16_BLOCKS for width in widths]
# The convolutions' names in order, and how many channels they read and write.
CHANNELS = dict(
    zip(
        [
            f"conv{block}_{layer}"
            for block, widths in enumerate(VGG16_BLOCKS, start=1)
            for layer in range(1, len(widths) + 1)
        ],
        zip([3, *_WIDTHS], _WIDTHS, strict=False),
        strict=True,
    )
)

# What the convolutions of the whole family are called, so that a larger network is noticed.
CONVOLUTION = re.compile(r"conv\d_\d")


@dataclasses.dataclass(frozen=True)
class PretrainedVGG16:
    """The convolutions of a trained VGG-16, for RGB pixels in 0..255 less `pixel_mean`.

    Attributes:
      kernels: "conv1_1" to "conv5_3", axes (row, column, input, output).
      biases: by the same names.
      pixel_mean: RGB in 0..255, to be subtracted from the picture before it is padded.
      source: one line: what kind of file, and its name.
    """

    kernels: dict[str, Float[np.ndarray, "3 3 _I _O"]]
    biases: dict[str, Float[np.ndarray, " _O"]]
    pixel_mean: tuple[float, float, float]
    source: str


@dataclasses.dataclass(frozen=True)
class FileWeights:
    """The convolutions as a file has them.

    Attributes:
      kind: of file, to tell the user.
      axes: of kernels: output, input, row, column ("OIHW") or row, column, input, output ("HWIO").
      channels: the order of the colours.
      layers: kernels and biases by the names of VGG-16's layers: all convolutions of the file.
      pixel_mean: RGB in 0..255, whatever `channels` says.
      pixel_deviation: RGB, what centred pixels in 0..255 are divided by.
    """

    kind: str
    axes: Literal["OIHW", "HWIO"]
    channels: Literal["RGB", "BGR"]
    layers: Mapping[str, tuple[np.ndarray, np.ndarray]]
    pixel_mean: tuple[float, float, float] = VGG_FACE_MEAN
    pixel_deviation: tuple[float, float, float] = (1.0, 1.0, 1.0)


def canonical(path: str | os.PathLike[str], found: FileWeights) -> PretrainedVGG16:
    """Check what a file has, and arrange it.

    Args:
      path: the file, for messages.
      found: what was read from it.
    Raises:
      PretrainedError: where a layer is missing, is one that VGG-16 does not have, has another
        shape, or has numbers that are not finite.
    """
    for name in [*CHANNELS, *found.layers]:
        if name not in found.layers:
            raise PretrainedError(path, name, "missing: not the weights of a VGG-16")
        if name not in CHANNELS:
            raise PretrainedError(path, name, "not of VGG-16, but of a larger network")
    kernels, biases = {}, {}
    for name, (inputs, outputs) in CHANNELS.items():
        kernel, bias = found.layers[name]
        shape = (outputs, inputs, 3, 3) if found.axes == "OIHW" else (3, 3, inputs, outputs)
        kernel = _checked(path, f"{name} kernel", kernel, shape)
        kernels[name] = kernel.transpose(2, 3, 1, 0) if found.axes == "OIHW" else kernel
        biases[name] = _checked(path, f"{name} bias", bias.reshape(-1), (outputs,))
    kernels["conv1_1"] = _for_plain_pixels(kernels["conv1_1"], found)
    return PretrainedVGG16(
        kernels={name: np.ascontiguousarray(kernel) for name, kernel in kernels.items()},
        biases=biases,
        pixel_mean=found.pixel_mean,
        source=f"{found.kind}, {os.path.basename(path)}",
    )


def _checked(
    path: str | os.PathLike[str], field: str, array: np.ndarray, shape: tuple[int, ...]
) -> np.ndarray:
    if array.shape != shape:
        raise PretrainedError(path, field, f"has the shape {array.shape}, expected {shape}")
    if array.dtype.kind != "f":
        raise PretrainedError(
            path, field, f"has dtype {array.dtype}, expected floating-point numbers"
        )
    with np.errstate(over="ignore"):
        numbers = array.astype(np.float32)
    if not np.isfinite(numbers).all():
        raise PretrainedError(path, field, "has numbers that are not finite")
    return numbers


def _for_plain_pixels(
    kernel: Float[np.ndarray, "3 3 3 O"], found: FileWeights
) -> Float[np.ndarray, "3 3 3 O"]:
    """The first kernel for RGB pixels that are not divided by their deviation."""
    if found.channels == "BGR":
        kernel = kernel[:, :, ::-1]
    return (kernel / np.array(found.pixel_deviation)[:, None]).astype(np.float32)
