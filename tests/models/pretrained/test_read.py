"""VGG-16 from every file format, and what is said of files that hold none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from e2far_jax.models.pretrained import PretrainedError, read, read_vgg16
from tests.containers.files_hdf5 import read_hdf5_in_process
from tests.containers.memory import memory_below
from tests.models.pretrained.files import (
    FORMATS,
    NAMES,
    VGG_FACE_MEAN,
    Weights,
    as_tensors,
    torchvision_tensors,
    vgg_face_tensors,
    write_archive,
    write_caffe,
    write_keras,
    write_matconvnet,
    write_old_matconvnet,
    write_safetensors,
)
from tests.morphable.hostile import mutated

CAFFE_IMAGENET_MEAN = (123.68, 116.779, 103.939)
TORCHVISION_MEAN = (123.675, 116.28, 103.53)
MEANS = {
    **dict.fromkeys(("caffe, imagenet", "keras, imagenet"), CAFFE_IMAGENET_MEAN),
    **dict.fromkeys(("torchvision", "safetensors, torchvision"), TORCHVISION_MEAN),
}
KINDS = {
    **{"caffe": "Caffe, VGG-Face", "caffe, old": "Caffe, VGG-Face"},
    **{"caffe, imagenet": "Caffe, ImageNet", "keras, imagenet": "Keras, ImageNet"},
    **{"matconvnet": "MatConvNet", "matconvnet, old": "MatConvNet", "keras": "Keras, VGG-Face"},
    **{"pytorch": "PyTorch, VGG-Face", "pytorch, old": "PyTorch, VGG-Face"},
    **{"torchvision": "PyTorch, torchvision", "safetensors": "safetensors, VGG-Face"},
    **{"safetensors, torchvision": "safetensors, torchvision"},
}


def changed(weights: Weights, name: str, kernel: np.ndarray, bias: np.ndarray | None = None):
    """The same weights but for those of a layer."""
    return {**weights, name: (kernel, weights[name][1] if bias is None else bias)}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_weights(name: str, weights: Weights, tmp_path: Path):
    """The file's name says nothing about what it is."""
    path = FORMATS[name](tmp_path / "vgg", weights)
    found = read_vgg16(path)
    path.unlink()  # 60 MB
    assert tuple(found.kernels) == tuple(found.biases) == NAMES
    for layer, (kernel, bias) in weights.items():
        if "torchvision" in name and layer == "conv1_1":
            np.testing.assert_allclose(found.kernels[layer], kernel, rtol=1e-6)
        else:
            np.testing.assert_array_equal(found.kernels[layer], kernel)
        np.testing.assert_array_equal(found.biases[layer], bias)
        assert found.kernels[layer].dtype == found.biases[layer].dtype == np.float32
    np.testing.assert_allclose(found.pixel_mean, MEANS.get(name, VGG_FACE_MEAN), rtol=1e-6)
    assert found.source == f"{KINDS[name]}, vgg"


@pytest.mark.parametrize("name", FORMATS)
def test_wrong_weights_are_refused_by_the_layers_name(
    name: str, small_weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    read_hdf5_in_process(monkeypatch)
    kernel, bias = small_weights["conv4_2"]
    wide, holed = np.zeros((3, 3, 1, 2), np.float32), np.full_like(kernel, np.nan)
    two, infinite = np.zeros(2, np.float32), np.full_like(bias, np.inf)
    for wrong, problem in (
        (changed(small_weights, "conv4_2", wide), r"conv4_2 kernel: has the shape .*, expected"),
        (changed(small_weights, "conv4_2", kernel[:1]), "kernel: has the shape .*, expected"),
        (changed(small_weights, "conv4_2", holed), "conv4_2 kernel: has numbers that are not fin"),
        (changed(small_weights, "conv4_2", kernel, two), r"bias: has the shape \(2,"),
        (changed(small_weights, "conv4_2", kernel, infinite), "bias: has numbers that are"),
    ):
        with pytest.raises(PretrainedError, match=rf"vgg: .*{problem}"):
            read_vgg16(FORMATS[name](tmp_path / "vgg", wrong))
    assert read_vgg16(FORMATS[name](tmp_path / "vgg", small_weights)).kernels.keys() == set(NAMES)


@pytest.mark.parametrize("name", [name for name in FORMATS if "torchvision" not in name])
def test_other_networks_of_the_family_are_refused(
    name: str, small_weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """VGG-19 has all the layers that VGG-16 has, of the same sizes, and three more."""
    read_hdf5_in_process(monkeypatch)
    layer = small_weights["conv3_3"]
    larger = {**small_weights, "conv3_4": layer}
    with pytest.raises(PretrainedError, match="vgg: conv3_4: not of VGG-16, but of a larger netw"):
        read_vgg16(FORMATS[name](tmp_path / "vgg", larger))
    smaller = {key: value for key, value in small_weights.items() if key != "conv3_3"}
    with pytest.raises(PretrainedError, match="vgg: conv3_3: missing: not the weights of a VGG-"):
        read_vgg16(FORMATS[name](tmp_path / "vgg", smaller))


@pytest.mark.parametrize("lost", ["features.2.weight", "features.28.bias"])
def test_other_networks_of_torchvision_are_refused(small_weights, tmp_path: Path, lost: str):
    """With batch normalisation, layers are at other places."""
    tensors = torchvision_tensors(small_weights)
    del tensors[lost]
    with pytest.raises(PretrainedError, match=f"vgg: {lost}: missing: not the weights of a VGG-16"):
        read_vgg16(write_safetensors(tmp_path / "vgg", tensors))


@pytest.mark.parametrize("kind", ["f2", "f8"])
def test_numbers_of_other_sizes_become_float32(small_weights: Weights, tmp_path: Path, kind: str):
    tensors = {name: array.astype(kind) for name, array in vgg_face_tensors(small_weights).items()}
    found = read_vgg16(write_archive(tmp_path / "vgg", as_tensors(tensors)))
    np.testing.assert_allclose(found.kernels["conv2_1"], small_weights["conv2_1"][0], rtol=1e-3)
    assert found.kernels["conv2_1"].dtype == np.float32
    tensors["conv2_1.bias"] = np.array([1e300])
    with pytest.raises(PretrainedError, match="conv2_1 bias: has numbers that are not finite"):
        read_vgg16(write_archive(tmp_path / "vgg", as_tensors(tensors)))


COLOUR = np.array([120.0, 100.0, 80.0])
PICTURE = COLOUR + np.random.default_rng(0).uniform(-20.0, 20.0, (5, 4, 3))


@pytest.mark.parametrize("write", [write_matconvnet, write_old_matconvnet])
@pytest.mark.parametrize("in_meta", [True, False])
@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (COLOUR, COLOUR),
        (COLOUR[:, None], COLOUR),
        (COLOUR.astype(np.float32)[None, None], COLOUR),
        (PICTURE, PICTURE.mean((0, 1))),
        (None, VGG_FACE_MEAN),
    ],
    ids=["row", "column", "pixel", "picture", "none"],
)
def test_matconvnets_mean_is_the_files(
    small_weights: Weights, tmp_path: Path, write, in_meta: bool, stored, expected
):
    held = {"imageSize": 224.0} if stored is None else {"averageImage": stored}
    more = {"meta": {"normalization": held}} if in_meta else {"normalization": held}
    found = read_vgg16(write(tmp_path / "a.mat", small_weights, **more))
    np.testing.assert_allclose(found.pixel_mean, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("stored", "problem"),
    [
        (np.zeros((3, 4)), r"has the shape \(3, 4\), expected a colour"),
        (np.zeros((0, 4, 3)), r"has the shape \(0, 4, 3\)"),
        (np.array([1.0, np.nan, 2.0]), "is 1, nan, 2, expected 0 to 255"),
        (np.array([-1.0, 3.0, 2.0]), "is -1, 3, 2, expected 0 to 255"),
        ("text", "is not an array of real numbers"),
    ],
)
def test_a_mean_that_is_no_colour_is_refused(small_weights, tmp_path: Path, stored, problem: str):
    more = {"normalization": {"averageImage": stored}}
    with pytest.raises(PretrainedError, match=rf"normalization\.averageImage: {problem}"):
        read_vgg16(write_matconvnet(tmp_path / "a.mat", small_weights, **more))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "file: is none of the formats that are read: Caffe .*safetensors"),
        (b"some text that is not a network\n", "file: is none of the formats"),
        (b"\n some text after a line's end\n", "network: "),
        (b"PK\x03\x04", "file: damaged, or not saved by PyTorch"),
        (b"\x89HDF\r\n\x1a\n", "file: "),
        (b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM", "version: is 7.3"),
        (b"\x80\x02}.", "file: is none of the formats"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, problem: str):
    (tmp_path / "vgg").write_bytes(content)
    with pytest.raises(PretrainedError, match=f"vgg: {problem}"):
        read_vgg16(tmp_path / "vgg")


def test_files_without_layers_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    read_hdf5_in_process(monkeypatch)
    for path in (
        write_caffe(tmp_path / "a.caffemodel", {}),
        write_matconvnet(tmp_path / "a.mat", {}),
        write_keras(tmp_path / "a.h5", {}),
        write_archive(tmp_path / "a.pth", as_tensors(vgg_face_tensors({}))),
        write_safetensors(tmp_path / "a.safetensors", {}),
    ):
        with pytest.raises(PretrainedError, match=rf"{path.name}: conv1_1: missing: not the weigh"):
            read_vgg16(path)


def test_what_is_no_file_is_refused(tmp_path: Path):
    with pytest.raises(PretrainedError, match=r"absent: file: no such file"):
        read_vgg16(tmp_path / "absent")
    with pytest.raises(PretrainedError, match=r"file: is a folder, expected a file"):
        read_vgg16(tmp_path)


def test_a_file_far_too_large_is_refused_unread(tmp_path: Path):
    with (tmp_path / "vgg").open("wb") as file:
        file.truncate(2**40)  # of which no byte is stored
    with memory_below(2**20), pytest.raises(PretrainedError, match=r"has 1024.0 GiB, far more"):
        read_vgg16(tmp_path / "vgg")
    assert read._LARGEST_FILE > 600e6, "the real files have their dense layers"


def outcome(path: Path) -> str | None:
    """What is said of a file; None where it holds all layers."""
    try:
        assert read_vgg16(path).kernels.keys() == set(NAMES)
    except PretrainedError as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", [name for name in FORMATS if "imagenet" not in name])
def test_damaged_files_end_in_one_error_or_weights(
    name: str, small_weights: Weights, tmp_path: Path
):
    rng = np.random.default_rng(0)
    content = FORMATS[name](tmp_path / "vgg", small_weights).read_bytes()
    refused, count = 0, 6 if name == "keras" else 150
    for number in range(count):
        cut = number % 3 == 0
        damaged = content[: rng.integers(len(content))] if cut else mutated(content, rng)
        (tmp_path / "vgg").write_bytes(damaged)
        with memory_below(2**21, unless=number % 10 > 0):
            message = outcome(tmp_path / "vgg")
        assert message is None or (message.isprintable() and len(message) < 1000)
        refused += message is not None
    assert refused > count // 3
