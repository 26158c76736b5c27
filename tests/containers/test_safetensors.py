"""Safetensors files, written from their description."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.safetensors import read_safetensors
from tests.containers.files_safetensors import write_safetensors
from tests.containers.memory import memory_below
from tests.morphable.hostile import mutated

RNG = np.random.default_rng(0)
NUMBERS = RNG.normal(size=(4, 3, 2)).astype(np.float32)
ARRAYS = {
    "plain": NUMBERS,
    "double": NUMBERS.astype(np.float64),
    "half": NUMBERS.astype(np.float16),
    "none": np.array(1.5, np.float32),
}


def test_tensors_are_those_that_were_written(tmp_path: Path):
    tensors = read_safetensors(write_safetensors(tmp_path / "a", ARRAYS, {"format": "pt"}))
    assert list(tensors) == list(ARRAYS)
    for name, expected in ARRAYS.items():
        found = tensors[name].array()
        np.testing.assert_array_equal(found, expected)
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)


def test_bfloat16_is_the_upper_half_of_float32(tmp_path: Path):
    bits = (NUMBERS.view(np.uint32) >> 16).astype(np.uint16)
    found = read_safetensors(write_safetensors(tmp_path / "a", {"a": bits}))["a"].array()
    np.testing.assert_allclose(found, NUMBERS, rtol=2**-7)


@pytest.mark.parametrize(
    ("described", "problem"),
    [
        ({"dtype": "I64"}, "has elements of type I64, expected float16"),
        ({"shape": [5, 3, 2]}, r"has the shape \(5, 3, 2\), but only 24"),
        ({"shape": [2**30, 2**30]}, "but only 24"),
        ({"shape": [10**50]}, "its shape is damaged"),
        ({"shape": [-1]}, "its shape is damaged"),
        ({"shape": [1] * 9}, "its shape is damaged"),
        ({"shape": ["a"]}, "its shape is damaged"),
        ({"shape": 3}, "its shape is damaged"),
        ({"data_offsets": [0, 97]}, "lies outside the file"),
        ({"data_offsets": [-1, 96]}, "lies outside the file"),
        ({"data_offsets": [96, 0]}, "lies outside the file"),
        ({"data_offsets": [0, 10**50]}, "lies outside the file"),
        ({"data_offsets": [0, 95]}, "but only 23"),
        ({"data_offsets": [0]}, "has no dtype, shape and data_offsets"),
        ({"dtype": 3}, "has no dtype, shape and data_offsets"),
    ],
)
def test_descriptions_that_cannot_be_are_refused(tmp_path: Path, described, problem):
    right = {"dtype": "F32", "shape": [4, 3, 2], "data_offsets": [0, 96]}
    header = json.dumps({"a": right | described}).encode()
    (tmp_path / "b").write_bytes(struct.pack("<Q", len(header)) + header + NUMBERS.tobytes())
    with pytest.raises(FormatError, match=f"b: a: .*{problem}"):
        read_safetensors(tmp_path / "b")["a"].array()


@pytest.mark.parametrize(
    ("size", "header", "problem"),
    [
        (2**64 - 1, b"{}", "would take 18446744073709551615 bytes, more than there can be"),
        (2**22 + 1, b"{}" + b" " * 2**22, "would take 4194305 bytes"),
        (3, b"{}", "would take 3 bytes"),
        (2, b"{]", "damaged"),
        (2, b"[]", "damaged: does not hold a dictionary"),
        (2, b"\xff\xfe", "damaged"),
        (10**5, b"[" * 10**5, "damaged .*recursion"),
        (10**5, b"1" * 10**5, "damaged"),
    ],
    ids=range(8),
)
def test_other_headers_are_refused(tmp_path: Path, size: int, header: bytes, problem: str):
    (tmp_path / "b").write_bytes(struct.pack("<Q", size) + header)
    with memory_below(2**21), pytest.raises(FormatError, match=f"b: header: {problem}"):
        read_safetensors(tmp_path / "b")


@pytest.mark.parametrize("content", [b"", b"abc"])
def test_files_without_a_header_are_refused(tmp_path: Path, content: bytes):
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(FormatError, match="b: header: "):
        read_safetensors(tmp_path / "b")


def test_damaged_files_end_in_one_error_or_tensors(tmp_path: Path):
    content, refused = write_safetensors(tmp_path / "a", ARRAYS).read_bytes(), 0
    for number in range(200):
        (tmp_path / "b").write_bytes(mutated(content, RNG))
        with memory_below(2**20, unless=number % 10 > 0):
            try:
                for tensor in read_safetensors(tmp_path / "b").values():
                    assert tensor.array().dtype.kind == "f"
            except FormatError:
                refused += 1
    assert refused > 50
