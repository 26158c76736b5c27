"""Weights of VGG-16 from any of the files that they are published in, known by their content."""

from __future__ import annotations

import os
import pathlib

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.pytorch import OLD_START, read_pytorch
from e2far_jax.containers.safetensors import read_safetensors
from e2far_jax.models.pretrained.caffe import read_caffe
from e2far_jax.models.pretrained.canonical import FileWeights, PretrainedVGG16, canonical
from e2far_jax.models.pretrained.errors import PretrainedError
from e2far_jax.models.pretrained.keras import read_keras
from e2far_jax.models.pretrained.matconvnet import read_matconvnet
from e2far_jax.models.pretrained.tensors import vgg16_of_tensors

_FORMATS = "Caffe (.caffemodel), MatConvNet (.mat), Keras (.h5), PyTorch (.pth) and safetensors"
_LARGEST_FILE = 2**31  # bytes; with its dense layers VGG-16 takes 0.6 GB
# How a Caffe network's first field may begin: its name, an old layer, or a new one.
_CAFFE_STARTS = (b"\x0a", b"\x12", b"\xa2\x06")


def read_vgg16(path: str | os.PathLike[str]) -> PretrainedVGG16:
    """Read the convolutions of a trained VGG-16, of VGG-Face or of ImageNet.

    Nothing in the file is executed, and none of the programs that wrote it is needed.

    Args:
      path: a .caffemodel, a .mat of MatConvNet, an .h5 of Keras, what `torch.save` made of a
        state_dict, or a .safetensors file; told by its content, not by its name.
    Returns:
      The weights, for RGB pixels in 0..255 less the mean that comes with them.
    Raises:
      PretrainedError: where the file is missing, damaged, too large, or not of a VGG-16.
      ModuleNotFoundError: for Keras's files, where h5py is not installed.
    """
    if not os.path.isfile(path):
        problem = "is a folder, expected a file" if os.path.isdir(path) else "no such file"
        raise PretrainedError(path, "file", problem)
    if os.path.getsize(path) > _LARGEST_FILE:
        size = os.path.getsize(path) / 2**30
        raise PretrainedError(path, "file", f"has {size:.1f} GiB, far more than a VGG-16")
    try:
        return canonical(path, _read(path))
    except PretrainedError:
        raise
    except FormatError as error:
        raise PretrainedError(error.source, error.field, error.problem) from error
    except OSError as error:
        raise PretrainedError(path, "file", error.strerror or str(error)) from error


def _read(path: str | os.PathLike[str]) -> FileWeights:
    with pathlib.Path(path).open("rb") as file:
        start = file.read(16)
    if start[:4] == b"PK\x03\x04" or start[: len(OLD_START)] == OLD_START:
        return vgg16_of_tensors(path, "PyTorch", read_pytorch(path))
    if start[:8] == b"\x89HDF\r\n\x1a\n":
        return read_keras(path)
    if start[:6] == b"MATLAB":
        return read_matconvnet(path)
    if start[8:9] == b"{":
        return vgg16_of_tensors(path, "safetensors", read_safetensors(path))
    if start.startswith(_CAFFE_STARTS):
        return read_caffe(path)
    raise PretrainedError(path, "file", f"is none of the formats that are read: {_FORMATS}")
