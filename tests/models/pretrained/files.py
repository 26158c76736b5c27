"""Weights of VGG-16 in every file format, each written as the network's publishers did.

They start from what a reader shall find: kernels of axes (row, column, input, output) for RGB
pixels in 0..255 less a mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import h5py
import numpy as np
import scipy.io

from tests.containers.files_pytorch import Tensor, write_archive, write_old
from tests.containers.files_safetensors import write_safetensors

VGG_FACE_MEAN = (129.1863, 104.7624, 93.5940)
WIDTHS = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
NAMES = (
    *("conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3"),
    *("conv4_1", "conv4_2", "conv4_3", "conv5_1", "conv5_2", "conv5_3"),
)
TORCHVISION_PLACES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
IMAGENET_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)

Weights = Mapping[str, tuple[np.ndarray, np.ndarray]]


def random_weights(widths: tuple[int, ...] = WIDTHS) -> Weights:
    """Kernels and biases by the layers' names, of a network with these channels."""
    rng, weights = np.random.default_rng(0), {}
    for name, inputs, outputs in zip(NAMES, (3, *widths), widths, strict=False):
        kernel = rng.standard_normal((3, 3, inputs, outputs), np.float32)
        kernel *= np.float32(2.0 / (9 * inputs)) ** 0.5
        weights[name] = kernel, 0.1 * rng.standard_normal(outputs, np.float32)
    return weights


def blue_first(name: str, kernel: np.ndarray) -> np.ndarray:
    """The kernel of a network that reads BGR."""
    return kernel[:, :, ::-1] if name == "conv1_1" else kernel


def outputs_first(kernel: np.ndarray) -> np.ndarray:
    """The kernel with axes (output, input, row, column)."""
    return np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))


def varint(value: int) -> bytes:
    """An integer of Protocol Buffers."""
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def field(number: int, content: bytes) -> bytes:
    """A field of Protocol Buffers that holds bytes."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def new_blob(array: np.ndarray) -> bytes:
    """Numbers as Caffe writes them."""
    sizes = b"".join(map(varint, array.shape))
    return field(7, field(1, sizes)) + field(5, array.astype("<f4").tobytes())


def old_blob(array: np.ndarray) -> bytes:
    """Numbers as Caffe's first version describes them, and as nobody packed them."""
    sizes = (1,) * (4 - array.ndim) + array.shape
    tagged = np.zeros(array.size, np.dtype([("tag", "u1"), ("value", "<f4")]))
    tagged["tag"], tagged["value"] = 0x2D, array.ravel()
    described = [varint(number << 3) + varint(size) for number, size in enumerate(sizes, start=1)]
    return b"".join(described) + tagged.tobytes()


def write_caffe(path: Path, weights: Weights, classes: int = 2622) -> Path:
    """Convolutions, ReLUs, the classifier, and a layer without blobs that shares its name."""
    layers = []
    for name, (kernel, bias) in weights.items():
        blobs = new_blob(outputs_first(blue_first(name, kernel))), new_blob(bias)
        layers.append(field(1, name.encode()) + field(2, b"Convolution"))
        layers[-1] += b"".join(field(7, blob) for blob in blobs)
        layers.append(field(1, name.replace("conv", "relu").encode()) + field(2, b"ReLU"))
    blobs = new_blob(np.zeros((classes, 2), np.float32)), new_blob(np.zeros(classes, np.float32))
    layers.append(field(1, b"fc8") + b"".join(field(7, blob) for blob in blobs))
    layers += [field(1, name) + field(2, b"Silence") for name in (b"fc8", b"conv1_1")]
    network = [field(1, b"VGG_FACE_16_layers"), *(field(100, layer) for layer in layers)]
    path.write_bytes(b"".join(network))
    return path


def write_old_caffe(path: Path, weights: Weights) -> Path:
    """The same in the layers of Caffe's first version."""
    layers = []
    for name, (kernel, bias) in weights.items():
        blobs = old_blob(outputs_first(blue_first(name, kernel))), old_blob(bias)
        layers.append(field(4, name.encode()) + varint(5 << 3) + varint(4))
        layers[-1] += b"".join(field(6, blob) for blob in blobs)
    path.write_bytes(field(1, b"VGG") + b"".join(field(2, layer) for layer in layers))
    return path


def cells(items: list[object]) -> np.ndarray:
    """A cell array of one row."""
    row = np.empty((1, len(items)), object)
    for place, item in enumerate(items):
        row[0, place] = item
    return row


def write_matconvnet(path: Path, weights: Weights, **more: object) -> Path:
    """`layers` and whatever else, each a variable; weights are a cell array."""
    layers: list[object] = []
    for name, (kernel, bias) in weights.items():
        held = {"name": name, "type": "conv", "weights": cells([kernel, bias[None]])}
        layers += [held, {"type": "relu", "name": name.replace("conv", "relu")}]
    scipy.io.savemat(path, {"layers": cells(layers), **more})
    return path


def write_old_matconvnet(path: Path, weights: Weights, **more: object) -> Path:
    """All in the struct `net`; `filters` and `biases`."""
    layers = [
        {"type": "conv", "name": name, "filters": kernel, "biases": bias[None]}
        for name, (kernel, bias) in weights.items()
    ]
    scipy.io.savemat(path, {"net": {"layers": cells(layers), **more}})
    return path


def write_keras(
    path: Path, weights: Weights, folder: str = "/", rename: Callable[[str], str] = str
) -> Path:
    """The weights alone, or in a folder of a file that has the network's structure too."""
    with h5py.File(path, "w") as file:
        top = file.require_group(folder)
        names = {name: rename(name) for name in weights}
        top.attrs["layer_names"] = [b"input_1", *(name.encode() for name in names.values())]
        top.create_group("input_1").attrs["weight_names"] = np.zeros(0, "S1")
        for name, (kernel, bias) in weights.items():
            group = top.create_group(names[name])
            arrays = {
                f"{names[name]}_W_1:0": blue_first(name, kernel),
                f"{names[name]}_b_1:0": bias,
            }
            group.attrs["weight_names"] = [key.encode() for key in arrays]
            for key, array in arrays.items():
                group[key] = array
    return path


def write_keras_imagenet(path: Path, weights: Weights) -> Path:
    """As Keras's own network has it, with names within names."""

    def rename(name: str) -> str:
        return name.replace("conv", "block").replace("_", "_conv")

    return write_keras(path, weights, "model_weights", rename)


def vgg_face_tensors(weights: Weights) -> dict[str, np.ndarray]:
    """The state_dict of VGG-Face, with a dense layer."""
    found = {"fc8.weight": np.zeros((2, 3), np.float32)}
    for name, (kernel, bias) in weights.items():
        found |= {f"{name}.weight": outputs_first(kernel), f"{name}.bias": bias}
    return found


def torchvision_tensors(weights: Weights) -> dict[str, np.ndarray]:
    """The state_dict of torchvision's network."""
    found = {}
    for place, (name, (kernel, bias)) in zip(TORCHVISION_PLACES, weights.items(), strict=True):
        if name == "conv1_1":
            kernel = kernel * (255.0 * IMAGENET_DEVIATION)[:, None]
        found |= {f"features.{place}.weight": outputs_first(kernel), f"features.{place}.bias": bias}
    return found


def as_tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, object]:
    """Each in a storage of its own."""
    return {name: Tensor.of(array) for name, array in arrays.items()}


FORMATS: dict[str, Callable[[Path, Weights], Path]] = {
    "caffe": write_caffe,
    "caffe, old": write_old_caffe,
    "caffe, imagenet": lambda path, weights: write_caffe(path, weights, classes=1000),
    "matconvnet": write_matconvnet,
    "matconvnet, old": write_old_matconvnet,
    "keras": write_keras,
    "keras, imagenet": write_keras_imagenet,
    "pytorch": lambda path, weights: write_archive(path, as_tensors(vgg_face_tensors(weights))),
    "pytorch, old": lambda path, weights: write_old(path, as_tensors(vgg_face_tensors(weights))),
    "torchvision": lambda path, weights: write_old(path, as_tensors(torchvision_tensors(weights))),
    "safetensors": lambda path, weights: write_safetensors(path, vgg_face_tensors(weights)),
    "safetensors, torchvision": lambda path, weights: write_safetensors(
        path, torchvision_tensors(weights), {"format": "pt"}
    ),
}
