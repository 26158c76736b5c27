"""VGG-16 as Keras stores it (`.h5`): VGG-Face, and the network of ImageNet's 1000 classes.

The attribute `layer_names` names the groups, and in each of them `weight_names` the kernel and the
bias. A file that holds the network's structure too has all that in the group `model_weights`.
"""

from __future__ import annotations

import os
import re

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.hdf5 import read_hdf5
from e2far_jax.models.pretrained.canonical import IMAGENET_MEAN, VGG_FACE_MEAN, FileWeights

# VGG-Face's layers have the names that Caffe gave them, those of Keras's own network their own.
_VGG_FACE, _IMAGENET = re.compile(r"conv(\d)_(\d)"), re.compile(r"block(\d)_conv(\d)")
_LAYERS = {"": "@layer_names", "model_weights/": "model_weights@layer_names"}


def read_keras(path: str | os.PathLike[str]) -> FileWeights:
    """Read the convolutions of a file.

    Raises:
      OSError: where the file cannot be read.
      ModuleNotFoundError: where h5py is not installed.
      FormatError: where it is damaged, or something else.
    """
    folder, layers = _layers(path)
    is_imagenet = any(map(_IMAGENET.fullmatch, layers))
    pattern = _IMAGENET if is_imagenet else _VGG_FACE
    groups = {
        f"conv{match[1]}_{match[2]}": folder + match[0]
        for match in map(pattern.fullmatch, layers)
        if match
    }
    datasets = _datasets(path, groups)
    file = read_hdf5(path, [dataset for pair in datasets.values() for dataset in pair])
    return FileWeights(
        kind="Keras, ImageNet" if is_imagenet else "Keras, VGG-Face",
        axes="HWIO",
        channels="BGR",
        layers={
            name: (file.array(kernel), file.array(bias))
            for name, (kernel, bias) in datasets.items()
        },
        pixel_mean=IMAGENET_MEAN if is_imagenet else VGG_FACE_MEAN,
    )


def _layers(path: str | os.PathLike[str]) -> tuple[str, list[str]]:
    """Where the layers are in a file, and their names."""
    file = read_hdf5(path, [], text_lists=list(_LAYERS.values()))
    for folder, attribute in _LAYERS.items():
        if attribute in file.found:
            return folder, file.texts(attribute)
    raise FormatError(path, "layer_names", "missing: not a file of weights that Keras saved")


def _datasets(path: str | os.PathLike[str], groups: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The datasets of kernel and bias, by the layers' names."""
    attributes = {name: f"{group}@weight_names" for name, group in groups.items()}
    file = read_hdf5(path, [], text_lists=list(attributes.values()))
    found = {}
    for name, attribute in attributes.items():
        weights = file.texts(attribute)
        if len(weights) != 2:
            raise file.wrong(attribute, f"names {len(weights)} arrays, expected kernel and bias")
        found[name] = f"{groups[name]}/{weights[0]}", f"{groups[name]}/{weights[1]}"
    return found
