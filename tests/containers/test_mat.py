"""MATLAB files: those that scipy writes, and damaged ones that are written element by element."""

import itertools
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
import scipy.io

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.mat import open_mat, read_mat

KINDS = ("f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")
DOUBLE, CELL, CHARACTERS = 6, 1, 4


def element(kind, data, order="<", padded=True):
    padding = b"\0" * (-len(data) % 8) if padded else b""
    return struct.pack(f"{order}II", kind, len(data)) + data + padding


def matrix(name, shape, stored, data, *, kind=DOUBLE, flags=0, order="<"):
    """A variable, whose numbers are stored as the type `stored`."""
    content = element(6, struct.pack(f"{order}II", kind | flags << 8, 0), order)
    content += element(5, struct.pack(f"{order}{len(shape)}i", *shape), order)
    content += element(1, name.encode(), order)
    return element(14, content + element(stored, data, order), order)


def packed(content, level=9):
    return element(15, zlib.compress(content, level), padded=False)


def file(*elements, order="<"):
    mark = struct.pack(f"{order}HH", 256, int.from_bytes(b"MI"))
    return b"MATLAB 5.0".ljust(124) + mark + b"".join(elements)


@pytest.fixture
def written(tmp_path):
    def write(*elements, order="<"):
        (tmp_path / "a.mat").write_bytes(file(*elements, order=order))
        return tmp_path / "a.mat"

    return write


@pytest.mark.parametrize("compressed", [False, True])
def test_arrays_are_those_that_were_written(tmp_path, compressed):
    rng = np.random.default_rng(0)
    shapes = itertools.cycle([(1, 1), (5, 1), (1, 3), (4, 7), (2, 3, 4), (0, 3)])
    arrays = {
        f"a_{kind}": rng.integers(-100 if kind[0] != "u" else 0, 100, shape).astype(kind)
        for kind, shape in zip(KINDS * 2, shapes, strict=False)
    }
    scipy.io.savemat(tmp_path / "a.mat", {**arrays, "text": "no"}, do_compression=compressed)
    found = read_mat(tmp_path / "a.mat", list(arrays))
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


@pytest.mark.parametrize("compressed", [False, True])
def test_fields_of_a_struct(tmp_path, compressed):
    fields = {"shapeMU": np.arange(6.0)[:, None], "tri": np.eye(3, dtype=np.uint16), "c": "text"}
    scipy.io.savemat(tmp_path / "a.mat", {"model": fields, "x": 1.0}, do_compression=compressed)
    variables = open_mat(tmp_path / "a.mat")
    assert "model" in variables
    assert "tri" not in variables
    model = variables.struct("model")
    assert "tri" in model
    np.testing.assert_array_equal(model.array("shapeMU"), fields["shapeMU"])
    np.testing.assert_array_equal(model.array("tri"), fields["tri"])
    for name, problem in (("c", "not an array"), ("absent", "missing")):
        with pytest.raises(FormatError, match=rf"a\.mat: model\.{name}: .*{problem}"):
            model.array(name)
    with pytest.raises(FormatError, match="x: is not a struct"):
        variables.struct("x")


@pytest.mark.parametrize("compressed", [False, True])
def test_cells_and_texts(tmp_path, compressed):
    inner = np.array(
        [[np.eye(2), "größer"], [{"name": "conv1"}, np.array([["a"]], object)]], object
    )
    held = {"layers": inner, "text": "straight", "x": 1.0}
    scipy.io.savemat(tmp_path / "a.mat", held, do_compression=compressed)
    variables = open_mat(tmp_path / "a.mat")
    assert list(variables) == ["layers", "text", "x"]
    cells = variables.cells("layers")
    assert list(cells) == ["{1}", "{2}", "{3}", "{4}"], "column after column"
    np.testing.assert_array_equal(cells.array("{1}"), np.eye(2))
    assert cells.struct("{2}").text("name") == "conv1"
    assert cells.text("{3}") == "größer"
    assert cells.cells("{4}").text("{1}") == "a"
    assert variables.text("text") == "straight"
    for read, name, problem in (
        (cells.cells, "{1}", r"layers\{1\}: is not a cell array"),
        (cells.text, "{1}", r"layers\{1\}: is not a text"),
        (cells.array, "{5}", r"layers\{5\}: missing"),
        (cells.struct("{2}").array, "name", r"layers\{2\}\.name: is not an array"),
        (variables.cells, "x", "x: is not a cell array"),
    ):
        with pytest.raises(FormatError, match=rf"a\.mat: {problem}"):
            read(name)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("stored", "encoding"), [(4, "utf-16"), (16, "utf-8"), (17, "utf-16")])
def test_texts_of_every_encoding(written, order, stored, encoding):
    end = "" if encoding == "utf-8" else {"<": "-le", ">": "-be"}[order]
    data = "größer".encode(encoding + end)
    text = matrix("a", (1, 6), stored, data, kind=CHARACTERS, order=order)
    assert open_mat(written(text, order=order)).text("a") == "größer"
    broken = matrix("a", (1, 6), stored, b"\xd8\x00\xd8", kind=CHARACTERS, order=order)
    with pytest.raises(FormatError, match="a: is a damaged text"):
        open_mat(written(broken, order=order)).text("a")


def test_cells_are_checked(written):
    one = matrix("", (1, 1), 9, struct.pack("<d", 3.0))

    def cells(shape, *items):
        content = element(6, struct.pack("<II", CELL, 0)) + element(5, struct.pack("<2i", *shape))
        return element(14, content + element(1, b"a") + b"".join(items))

    assert open_mat(written(cells((1, 2), one, one))).cells("a").array("{2}") == 3.0
    for variable, problem in (
        (cells((1, 2), one), r"cell \{2\} is cut off"),
        (cells((1, 1), element(9, b"12345678")), r"cell \{1\} is of type 9"),
        (cells((2**31 - 1, 2**31 - 1)), "more than 1000 cells"),
    ):
        with pytest.raises(FormatError, match=f"a: .*{problem}"):
            open_mat(written(variable)).cells("a")


@pytest.mark.parametrize("order", ["<", ">"])
def test_numbers_stored_in_fewer_bytes_and_either_order(written, order):
    small = matrix("small", (2, 2), 2, bytes([1, 2, 3, 4]), order=order)
    wide = matrix("wide", (1, 2), 3, struct.pack(f"{order}2h", -5, 700), order=order)
    path = written(small, wide, order=order)
    np.testing.assert_array_equal(read_mat(path, ["small"])["small"], [[1.0, 3.0], [2.0, 4.0]])
    wide = read_mat(path, ["wide"])["wide"]
    np.testing.assert_array_equal(wide, [[-5.0, 700.0]])
    assert wide.dtype == np.float64


def test_the_published_coefficients_are_as_scipy_reads_them(real_data):
    path = real_data / "w300lp" / "IBUG_image_008_1_0.mat"
    expected = scipy.io.loadmat(path)
    names = [name for name in expected if not name.startswith("__")]
    found = read_mat(path, names)
    assert "Pose_Para" in found
    for name in names:
        np.testing.assert_array_equal(found[name], expected[name])


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("text", "is not an array of real numbers"),
        (np.array([1 + 2j]), "is not an array of real numbers"),
        (np.array([[1], "a"], object), "is not an array of real numbers"),
        (scipy.sparse.csc_array(np.eye(3)), "is not an array of real numbers"),
        ({"field": 1.0}, "is not an array of real numbers"),
    ],
)
def test_other_variables_are_refused_by_name(tmp_path, value, problem):
    scipy.io.savemat(tmp_path / "a.mat", {"fine": np.ones(3), "mine": value})
    with pytest.raises(FormatError, match=rf"a\.mat: mine: {problem}"):
        read_mat(tmp_path / "a.mat", ["fine", "mine"])
    with pytest.raises(FormatError, match=r"a\.mat: absent: missing"):
        read_mat(tmp_path / "a.mat", ["fine", "absent"])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not a MATLAB file of version 5 or 7"),
        (b"\0" * 500, "not a MATLAB file"),
        (b"PK\x03\x04" * 100, "not a MATLAB file"),
        (b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM", "is 7.3 .HDF5.; save it"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 300, "is 7.3 .HDF5."),
        (file(b"\0" * 7), "cut off: 7 bytes are left for a tag"),
        (file(element(9, b"12345678")), "element 0 is of type 9"),
        (file(*[matrix("a", (1, 1), 2, b"1")] * 1001), "more than 1000"),
        (file(struct.pack("<II", 14, 2**32 - 1) + b"\0" * 64), "an element of 4294967295 bytes"),
        (file(packed(b"\0" * 64)[:-9] + b"!" * 9), "cut off|decompressed"),
        (file(element(15, b"not compressed", padded=False)), "variable 0: cannot be decompressed"),
    ],
)
def test_foreign_files_are_refused(tmp_path, content, problem):
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(FormatError, match=problem):
        open_mat(tmp_path / "a.mat")


def test_missing_files_are_missing(tmp_path):
    for path in (tmp_path / "absent.mat", tmp_path):
        with pytest.raises(FileNotFoundError, match="no such file"):
            read_mat(path, [])


@pytest.mark.parametrize(
    ("variable", "problem"),
    [
        (matrix("a", (2**31 - 1, 2**31 - 1), 9, b""), "has the size"),
        (matrix("a", (0, 2**31 - 1, 2**31 - 1, 2**31 - 1), 9, b""), "has the size"),
        (matrix("a", (-1, 5), 9, b""), "has the size"),
        (matrix("a", (5,), 9, b"\0" * 40), r"has the size \[5\]"),
        (matrix("a", (1,) * 33, 9, b"\0" * 8), "size takes 132 bytes"),
        (matrix("a", (2, 3), 9, b"\0" * 40), "has 40 bytes, expected"),
        (matrix("a", (2, 3), 9, b"\0" * 56), "has 56 bytes, expected"),
        (matrix("a", (1, 1), 9 | 64, b"\0" * 8), "stored as type 73"),  # scipy 1.17 crashes here
        (matrix("a", (1, 1), 9 | 4096, b"\0" * 8), "stored as type 4105"),
        (matrix("a", (1, 1), 9, b"\0" * 8, flags=8), "not an array of real"),
        (matrix("a", (2**20, 1), 9, b"", kind=CELL), "not an array of real"),
        (matrix("a", (1, 1), 4, b"ab", kind=CHARACTERS), "not an array of real"),
        (matrix("a", (2**20, 1), 2, bytes(2**20)), None),
    ],
    ids=range(13),
)
def test_sizes_and_types_are_checked_before_anything_is_made(written, variable, problem):
    path = written(variable)
    if problem is None:  # eight times the file, which real files may take
        assert read_mat(path, ["a"])["a"].nbytes == 8 * (len(variable) - 64)
        return
    tracemalloc.start()
    with pytest.raises(FormatError, match=rf"(a|variable 0): .*{problem}"):
        read_mat(path, ["a"])
    assert tracemalloc.get_traced_memory()[1] < 4e6
    tracemalloc.stop()


def test_bombs_are_refused_early_and_only_if_they_are_asked_for(written):
    bomb = packed(matrix("bomb", (2**26, 1), 2, b"\0" * 2**26, kind=9))
    path = written(bomb, packed(matrix("fine", (1, 1), 9, struct.pack("<d", 7.0))))
    assert path.stat().st_size < 2**17
    tracemalloc.start()
    assert read_mat(path, ["fine"])["fine"] == 7.0
    with pytest.raises(FormatError, match="bomb: is far more than the file"):
        read_mat(path, ["bomb"])
    assert tracemalloc.get_traced_memory()[1] < 4e6, "sixteen times the file, at most"
    tracemalloc.stop()


def test_many_numbers_in_few_bytes_are_refused(written):
    """Zeros of one byte, which take eight in MATLAB: each step alone is within the limit."""
    path = written(packed(matrix("a", (2**20, 1), 2, b"\0" * (2**20 - 1024), kind=DOUBLE)))
    with pytest.raises(FormatError, match=r"a: has the size \(1048576, 1\), far more"):
        read_mat(path, ["a"])


def test_structs_are_checked(tmp_path, written):
    def model(width, names, *fields, shape=(1, 1)):
        content = element(6, struct.pack("<II", 2, 0)) + element(5, struct.pack("<2i", *shape))
        content += element(1, b"model") + element(5, struct.pack("<i", width)) + element(1, names)
        return element(14, content + b"".join(fields))

    one = matrix("", (1, 1), 9, struct.pack("<d", 3.0))
    assert open_mat(written(model(4, b"a\0\0\0", one))).struct("model").array("a") == 3.0
    for variable, problem in (
        (model(4, b"a\0\0\0b\0\0\0", one), "field 'b' is cut off"),
        (model(4, b"a\0\0\0", element(9, b"12345678")), "field 'a' is of type 9"),
        (model(0, b"a\0\0\0", one), r"lengths \[0\]"),
        (model(1, b"a" * 1001, one), "too many fields"),
        (model(4, b"a\0\0\0", one, shape=(2, 1)), "is not a struct"),
    ):
        with pytest.raises(FormatError, match=f"model: .*{problem}"):
            open_mat(written(variable)).struct("model")


@pytest.mark.parametrize("compressed", [False, True])
def test_files_cut_off_anywhere_are_refused(tmp_path, compressed):
    arrays = {"first": np.arange(30.0).reshape(5, 6), "last": np.arange(5, dtype=np.uint16)}
    scipy.io.savemat(tmp_path / "a.mat", arrays, do_compression=compressed)
    content = (tmp_path / "a.mat").read_bytes()
    for end in range(0, len(content), 3):
        (tmp_path / "cut.mat").write_bytes(content[:end])
        with pytest.raises(FormatError, match=r"cut\.mat"):
            read_mat(tmp_path / "cut.mat", list(arrays))


@pytest.mark.parametrize("compressed", [False, True])
def test_damaged_files_end_in_one_error_or_arrays(tmp_path, compressed):
    rng = np.random.default_rng(0)
    arrays = {"a": rng.normal(size=(3, 2)), "model": {"b": np.eye(2), "c": np.arange(3)}}
    scipy.io.savemat(tmp_path / "a.mat", arrays, do_compression=compressed)
    content = (tmp_path / "a.mat").read_bytes()
    refused = 0
    for _ in range(600):
        damaged = bytearray(content)
        for place in rng.integers(124, len(content), rng.integers(1, 4)):
            damaged[place] ^= 1 << int(rng.integers(8))
        (tmp_path / "damaged.mat").write_bytes(bytes(damaged))
        try:
            variables = open_mat(tmp_path / "damaged.mat")
            assert variables.array("a").dtype.kind in "fiu"
            assert variables.struct("model").array("b").dtype.kind in "fiu"
        except FormatError:
            refused += 1
    assert refused > 200
