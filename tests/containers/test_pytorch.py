"""PyTorch's files, written operation by operation as it writes them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.pytorch import read_pytorch
from tests.containers.files_pickles import Global, Made, python_2_pickle
from tests.containers.files_pytorch import MAGIC, Tensor, state, write_archive, write_old
from tests.containers.memory import memory_below
from tests.morphable.hostile import mutated

RNG = np.random.default_rng(0)
NUMBERS = RNG.normal(size=(4, 3, 2)).astype(np.float32)
ARRAYS = {
    "plain": NUMBERS,
    "double": NUMBERS.astype(np.float64),
    "half": NUMBERS.astype(np.float16),
    "columns first": np.asfortranarray(NUMBERS),
    "one": np.array([2.5], np.float32),
    "none": np.array(1.5, np.float32),
}
TENSORS = {name: Tensor.of(array) for name, array in ARRAYS.items()}
WRITERS = {"archive": write_archive, "old": write_old}


@pytest.fixture(params=WRITERS)
def write(request: pytest.FixtureRequest):
    return WRITERS[request.param]


def test_tensors_are_those_that_were_written(tmp_path: Path, write):
    tensors = read_pytorch(write(tmp_path / "a.pth", {**TENSORS, "epoch": 3}))
    assert list(tensors) == list(ARRAYS)
    for name, expected in ARRAYS.items():
        found = tensors[name].array()
        np.testing.assert_array_equal(found, expected, err_msg=name)
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)


def test_parts_of_a_storage(tmp_path: Path, write):
    storage = np.arange(20, dtype=np.float32)
    tensors = {"part": Tensor(storage, (2, 3), (8, 2), 3), "all": Tensor(storage, (20,), (1,))}
    found = read_pytorch(write(tmp_path / "a.pth", tensors))
    np.testing.assert_array_equal(found["part"].array(), [[3, 5, 7], [11, 13, 15]])
    np.testing.assert_array_equal(found["all"].array(), storage)


def test_bfloat16_is_the_upper_half_of_float32(tmp_path: Path, write):
    values = np.array([1.0, -2.5, 2.0**-120, 3.0e38, np.inf], np.float32)
    bits = (values.view(np.uint32) >> 16).astype(np.uint16)
    found = read_pytorch(write(tmp_path / "a.pth", {"a": Tensor.of(bits)}))["a"].array()
    np.testing.assert_allclose(found, values, rtol=2**-7)
    assert found.dtype == np.float32


def test_the_bytes_order_is_the_archives(tmp_path: Path):
    swapped = {"a": Tensor.of(NUMBERS.byteswap())}
    for order in ("big", "little", None):
        path = write_archive(tmp_path / "a.pth", swapped, order)
        found = read_pytorch(path)["a"].array()
        assert np.array_equal(found, NUMBERS) == (order == "big")


def test_parameters_are_tensors(tmp_path: Path):
    rebuilt = state({"a": TENSORS["plain"]})
    start, end = rebuilt.index(b"ctorch._utils"), rebuilt.rindex(b"u.")
    tensor = rebuilt[start:end]
    parameter = b"ctorch._utils\n_rebuild_parameter\n(" + tensor + b"\x88)tR"
    program = rebuilt[:start] + parameter + rebuilt[end:]
    path = write_archive(tmp_path / "a.pth", {"a": TENSORS["plain"]}, **{"data.pkl": program})
    np.testing.assert_array_equal(read_pytorch(path)["a"].array(), NUMBERS)


@pytest.mark.parametrize(
    ("shape", "strides", "offset", "problem"),
    [
        ((25,), (1,), 0, r"has the shape \(25,\), but only 24 numbers"),
        ((24,), (1,), 1, "only 24 numbers"),
        ((2, 2), (1, 23), 0, "only 24 numbers"),
        ((2**30, 2**30), (0, 0), 0, "only 24 numbers"),
        ((2, 3), (1,), 0, "the strides"),
        ((0, 3), (1, 1), 0, "the strides"),
        ((-1,), (1,), 0, "its shape is damaged"),
        ((3,), (-1,), 5, "its strides is damaged"),
        ((3,), (1,), -1, "its offset is damaged"),
        ((1,) * 9, (1,) * 9, 0, "its shape is damaged"),
        (("a",), (1,), 0, "its shape is damaged"),
        (None, (1,), 0, "its shape is damaged"),
    ],
)
def test_tensors_outside_their_storage_are_refused(
    tmp_path: Path, write, shape, strides, offset, problem
):
    path = write(tmp_path / "a.pth", {"a": Tensor(NUMBERS.ravel(), shape, strides, offset)})
    with pytest.raises(FormatError, match=rf"a\.pth: a: .*{problem}"):
        read_pytorch(path)["a"].array()


def test_integers_are_refused_when_they_are_read(tmp_path: Path, write):
    tensors = {"steps": Tensor.of(np.array([3])), "a": TENSORS["plain"]}
    found = read_pytorch(write(tmp_path / "a.pth", tensors))
    np.testing.assert_array_equal(found["a"].array(), NUMBERS)
    with pytest.raises(FormatError, match="steps: has elements of type int64, expected float16"):
        found["steps"].array()


def test_a_storage_of_another_size_is_refused(tmp_path: Path):
    path = write_archive(tmp_path / "a.pth", {"a": TENSORS["plain"]}, data__0=b"\0" * 95)
    with pytest.raises(FormatError, match=r"a: has the shape \(4, 3, 2\), but only 23"):
        read_pytorch(path)["a"].array()
    content = write_old(path, {"a": TENSORS["plain"]}).read_bytes()
    path.write_bytes(content.replace(b"\x18" + bytes(7), b"\x17" + bytes(7)))
    with pytest.raises(FormatError, match="storage 0 has 23 numbers, expected 24"):
        read_pytorch(path)


@pytest.mark.parametrize("value", [{}, {"a": 1}, [1], 3, Made(Global("m", "Net"), ())])
def test_other_objects_are_refused(tmp_path: Path, value):
    path = write_archive(tmp_path / "a.pth", {}, **{"data.pkl": python_2_pickle(value)})
    with pytest.raises(FormatError, match=r"pickle: does not hold a dictionary of tensors"):
        read_pytorch(path)


def test_nothing_is_called(tmp_path: Path):
    made = tmp_path / "made"
    program = b"cos\nmkdir\n(S'" + bytes(made) + b"'\ntR."
    path = write_archive(tmp_path / "a.pth", {}, **{"data.pkl": program})
    with pytest.raises(FormatError, match="does not hold a dictionary"):
        read_pytorch(path)
    path.write_bytes(MAGIC + program + python_2_pickle({}))
    with pytest.raises(FormatError, match="version: is not 1001"):
        read_pytorch(path)
    assert not made.exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not saved by PyTorch"),
        (b"PK\x03\x04 and so on", "not saved by PyTorch"),
        (MAGIC, "not saved by PyTorch .*cut off"),
        (MAGIC + python_2_pickle(1000) + python_2_pickle({}), "version: is not 1001"),
        (MAGIC + python_2_pickle(1001) + python_2_pickle(1), "version"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, problem: str):
    (tmp_path / "a.pth").write_bytes(content)
    with pytest.raises(FormatError, match=problem):
        read_pytorch(tmp_path / "a.pth")


def test_other_archives_are_refused(tmp_path: Path):
    path = tmp_path / "a.npz"
    np.savez(path, a=NUMBERS)
    with pytest.raises(FormatError, match=r"data\.pkl: missing: not an archive that PyTorch saved"):
        read_pytorch(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(2**28))
    refused = pytest.raises(FormatError, match="is compressed, as PyTorch never does")
    with memory_below(2**20), refused:
        read_pytorch(path)


def test_damage_to_a_member_is_noticed(tmp_path: Path):
    path = write_archive(tmp_path / "a.pth", {"a": TENSORS["plain"]})
    place = path.read_bytes().index(NUMBERS.tobytes())
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"archive/data/0: damaged \(Bad CRC-32"):
        read_pytorch(path)["a"].array()


def test_an_old_file_cut_off_anywhere_is_refused(tmp_path: Path):
    content = write_old(tmp_path / "a.pth", TENSORS).read_bytes()
    for end in range(0, len(content), 7):
        (tmp_path / "cut.pth").write_bytes(content[:end])
        with pytest.raises(FormatError, match=r"cut\.pth"):
            read_pytorch(tmp_path / "cut.pth")


def test_damaged_files_end_in_one_error_or_tensors(tmp_path: Path, write):
    content = write(tmp_path / "a.pth", TENSORS).read_bytes()
    refused = 0
    for number in range(200):
        (tmp_path / "b.pth").write_bytes(mutated(content, RNG))
        with memory_below(2**20, unless=number % 10 > 0):
            try:
                for tensor in read_pytorch(tmp_path / "b.pth").values():
                    assert tensor.array().dtype.kind == "f"
            except FormatError:
                refused += 1
    assert 50 < refused < 200
