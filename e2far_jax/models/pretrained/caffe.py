"""VGG-16 as Caffe stores it (`.caffemodel`): VGG-Face, and the network of ImageNet's 1000 classes.

`caffe.proto`: a NetParameter with its layers, new ones or those of Caffe's first version, each with
a name and blobs: kernel and bias. A blob has a shape, or the four sizes of the first version.
"""

from __future__ import annotations

import os
import pathlib

import numpy as np

from e2far_jax.containers.protobuf import Message
from e2far_jax.models.pretrained.canonical import (
    CONVOLUTION,
    IMAGENET_MEAN,
    VGG_FACE_MEAN,
    FileWeights,
)

# Numbers of fields: of the layers in a network, and of the name and the blobs in each of them.
_LAYERS = ((100, 1, 7), (2, 4, 6))
_OLD_SIZES, _DATA, _SHAPE, _DIMENSIONS = (1, 2, 3, 4), 5, 7, 1

_CLASSIFIER, _IMAGENET_CLASSES = "fc8", 1000

Blobs = list[Message]


def read_caffe(path: str | os.PathLike[str]) -> FileWeights:
    """Read the convolutions of a file.

    Raises:
      OSError: where the file cannot be read.
      FormatError: where it is damaged, or something else.
    """
    blobs = _blobs(Message(path, "network", memoryview(pathlib.Path(path).read_bytes())))
    classes = _shape(blobs[_CLASSIFIER][1]) if _CLASSIFIER in blobs else ()
    is_imagenet = classes[-1:] == (_IMAGENET_CLASSES,)
    return FileWeights(
        kind="Caffe, ImageNet" if is_imagenet else "Caffe, VGG-Face",
        axes="OIHW",
        channels="BGR",
        layers={
            name: (_array(kernel), _array(bias))
            for name, (kernel, bias) in blobs.items()
            if CONVOLUTION.fullmatch(name)
        },
        pixel_mean=IMAGENET_MEAN if is_imagenet else VGG_FACE_MEAN,
    )


def _blobs(network: Message) -> dict[str, Blobs]:
    """Kernel and bias of every layer that has them, by its name."""
    found = {}
    for layers, name_field, blobs_field in _LAYERS:
        for layer in network.messages(layers, "layer"):
            name = layer.text(name_field)
            if CONVOLUTION.fullmatch(name) or name == _CLASSIFIER:
                blobs = layer.messages(blobs_field, name)
                if len(blobs) == 2:  # a data layer of the same name has none
                    found[name] = blobs
    return found


def _shape(blob: Message) -> tuple[int, ...]:
    shapes = blob.messages(_SHAPE, "shape")
    if shapes:
        return tuple(shapes[0].integers(_DIMENSIONS))
    return tuple((blob.integers(number) or [1])[-1] for number in _OLD_SIZES)


def _array(blob: Message) -> np.ndarray:
    numbers, shape = blob.floats(_DATA), _shape(blob)
    if np.prod(shape, dtype=object) != len(numbers):
        raise blob.wrong(f"has {len(numbers)} numbers, expected {shape}")
    return numbers.reshape(shape)
