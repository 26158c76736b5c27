"""HDF5 files: what is read, what is refused, and what the process that reads may do."""

import subprocess
import sys

import h5py
import numpy as np
import pytest

from e2far_jax.containers import hdf5
from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.hdf5 import read_hdf5
from tests.containers.files_hdf5 import read_hdf5_in_process, write_hdf5

NUMBERS = np.random.default_rng(0).normal(size=(40, 30))


@pytest.fixture
def in_process(monkeypatch):
    read_hdf5_in_process(monkeypatch)


@pytest.fixture
def path(tmp_path):
    held = {"before": np.arange(5000.0), "deep/down/numbers": NUMBERS, "after": np.arange(3)}
    return write_hdf5(tmp_path / "a.h5", held)


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Another program in the place of the one that reads."""

    def program(*lines):
        (tmp_path / "child.py").write_text("\n".join(lines))
        monkeypatch.setattr(hdf5, "_CHILD", tmp_path / "child.py")

    return program


def test_arrays_come_as_they_are(path):
    file = read_hdf5(path, ["deep/down/numbers", "after", "deep/up", "deep/down/further"], ["text"])
    assert sorted(file.found) == ["after", "deep/down/numbers"]
    np.testing.assert_array_equal(file.array("deep/down/numbers"), NUMBERS)
    np.testing.assert_array_equal(file.array("after"), [0, 1, 2])
    with pytest.raises(FormatError, match=r"a\.h5: deep/up: is missing"):
        file.array("deep/up")


@pytest.mark.parametrize("kind", ["<f4", ">f4", "<f8", "<f2", "<i4", ">i8", "|u1", "<u8"])
def test_any_kind_of_number_is_read(tmp_path, in_process, kind):
    values = np.arange(6, dtype=kind).reshape(2, 3)
    found = read_hdf5(write_hdf5(tmp_path / "a.h5", {"a": values, "b": values[1, 2]}), ["a", "b"])
    assert found.array("a").dtype == np.dtype(kind)
    np.testing.assert_array_equal(found.array("a"), values)
    assert found.array("b").shape == ()
    assert found.array("b") == 5


def test_compressed_and_empty_arrays_are_read(tmp_path, in_process):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        options = {"chunks": (7, 4), "compression": "gzip", "shuffle": True, "fletcher32": True}
        file.create_dataset("a", data=NUMBERS, **options)
        file["b"] = np.zeros((3, 0), np.float32)
    found = read_hdf5(tmp_path / "a.h5", ["a", "b"])
    np.testing.assert_array_equal(found.array("a"), NUMBERS)
    assert found.array("b").shape == (3, 0)


@pytest.mark.parametrize(
    "value",
    [
        np.array(["größer".encode()]),
        np.bytes_("größer".encode()),
        "größer",
        np.array([*"größer".encode()], np.uint8),
        np.array([*"größer".encode()], np.uint8).view(np.int8),
    ],
)
def test_a_text_is_read_however_it_is_stored(tmp_path, in_process, value):
    found = read_hdf5(write_hdf5(tmp_path / "a.h5", {"a": value}), [], ["a"])
    assert found.array("a").tobytes().decode() == "größer"


def test_lists_of_texts_of_attributes(tmp_path, in_process):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.attrs["names"] = [b"first", b"second"]
        group = file.create_group("deep/down")
        group.attrs["names"] = ["größer", "a", ""]
        group.attrs["one"] = "text"
        group.attrs["number"] = 3
        group.attrs["none"] = np.zeros(0, "S3")
        group.attrs["nothing"] = h5py.Empty("S3")
        file["link"] = h5py.SoftLink("/deep/down")
    names = ["@names", "deep/down@names", "deep/down@one", "deep/down@none"]
    found = read_hdf5(tmp_path / "a.h5", [], [], [*names, "deep@names", "nowhere@names"])
    assert [found.texts(name) for name in names] == [
        ["first", "second"], ["größer", "a", ""], ["text"], []
    ]  # fmt: skip
    assert sorted(found.found) == sorted(names)
    with pytest.raises(FormatError, match="deep@names: is missing"):
        found.texts("deep@names")
    for name, problem in (
        ("deep/down@number", "has dtype int64, expected texts"),
        ("deep/down@nothing", ""),
        ("link@names", "'link' is a link"),
    ):
        with pytest.raises(FormatError, match=f"{name}: {problem}"):
            read_hdf5(tmp_path / "a.h5", [], [], [name])


def strange(file, what, folder):
    """Put something at "a" that is not an array of numbers in this file."""
    other = folder / "other.h5"
    write_hdf5(other, {"b": NUMBERS})
    file["b"] = NUMBERS
    if what == "text":
        file["a"] = "abc"
    elif what == "compound":
        file["a"] = np.zeros(3, [("x", "f4"), ("y", "i4")])
    elif what == "references":
        file["a"] = np.array([file["b"].ref], h5py.ref_dtype)
    elif what == "soft link":
        file["a"] = h5py.SoftLink("/b")
    elif what == "external link":
        file["a"] = h5py.ExternalLink(str(other), "/b")
    elif what == "external link to nothing":
        file["a"] = h5py.ExternalLink(str(folder / "nothing"), "/b")
    elif what == "external storage":
        (folder / "raw").write_bytes(NUMBERS.tobytes())
        file.create_dataset("a", NUMBERS.shape, "f8", external=[(str(folder / "raw"), 0, 9600)])
    elif what == "virtual":
        layout = h5py.VirtualLayout(NUMBERS.shape, "f8")
        layout[:] = h5py.VirtualSource(str(other), "b", NUMBERS.shape)
        file.create_virtual_dataset("a", layout)
    elif what == "group":
        file["a/b"] = NUMBERS
    elif what == "nothing":
        file["a"] = h5py.Empty("f4")
    elif what == "never written":
        file.create_dataset("a", (10**9, 10**9, 10**9), "f8", chunks=(10, 10, 10))
    elif what == "large chunk":
        file.create_dataset("a", (3, 3), "f8", chunks=(10**4, 10**4), maxshape=(None, None))


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("text", "a: has dtype object, expected numbers"),
        ("compound", "a: has dtype .*expected numbers"),
        ("references", "a: has dtype object, expected numbers"),
        ("soft link", "a: 'a' is a link"),
        ("external link", "a: 'a' is a link"),
        ("external link to nothing", "a: 'a' is a link"),
        ("external storage", "a: its values are in another file"),
        ("virtual", "a: its values are in another file"),
        ("group", "a: is not a dataset"),
        ("nothing", "a: has no values"),
        ("never written", "a: has shape .*, more than a file of this size can hold"),
        ("large chunk", r"a: has shape \(3, 3\), more than a file of this size can hold"),
    ],
)
def test_anything_else_is_refused_by_name(tmp_path, in_process, what, message):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        strange(file, what, tmp_path)
    with pytest.raises(FormatError, match=rf"a\.h5: {message}"):
        read_hdf5(tmp_path / "a.h5", ["b", "a"])
    assert read_hdf5(tmp_path / "a.h5", ["b"]).array("b").shape == NUMBERS.shape


def test_numbers_are_no_text_and_no_group(path, in_process):
    with pytest.raises(FormatError, match="before: has dtype float64, expected a text"):
        read_hdf5(path, [], ["before"])
    with pytest.raises(FormatError, match="before/numbers: /before is not a group"):
        read_hdf5(path, ["before/numbers"])


def test_all_arrays_together_are_no_larger_than_the_file_allows(tmp_path, in_process):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name in "abcdefgh":
            file.create_dataset(name, data=np.zeros(60000), compression="gzip")
    names = "abcdefgh"
    assert len(read_hdf5(tmp_path / "a.h5", names[:1]).found) == 1
    with pytest.raises(FormatError, match=r"[b-h]: has shape \(60000,\), more than a file"):
        read_hdf5(tmp_path / "a.h5", names)


@pytest.mark.parametrize("content", [b"", b"# not one\n", b"\x89HDF\r\n\x1a\n"])
def test_other_files_are_refused(tmp_path, in_process, content):
    (tmp_path / "a.h5").write_bytes(content)
    with pytest.raises(FormatError, match=r"a\.h5: file: Unable to"):
        read_hdf5(tmp_path / "a.h5", ["a"])


def test_a_missing_file_is_said_to_be(tmp_path):
    for path in (tmp_path / "a.h5", tmp_path):
        with pytest.raises(FileNotFoundError, match="no such file"):
            read_hdf5(path, ["a"])


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.05])
def test_a_file_that_is_cut_off_is_refused(path, kept):
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(FormatError, match=r"a\.h5: file: "):
        read_hdf5(path, ["deep/down/numbers"])


def test_the_end_of_the_process_is_an_error_of_the_field(path, child):
    child(
        "import os, signal, sys",
        "print('{\"missing\": true}')",
        'print(\'{"dtype": "|u1", "shape": [9], "bytes": 9}\')',
        "sys.stdout.write('12345')",
        "sys.stdout.flush()",
        "os.kill(os.getpid(), signal.SIGSEGV)",
    )
    with pytest.raises(FormatError, match=r"after: damaged: .* failed on it \(status -11\)"):
        read_hdf5(path, ["before", "after", "other"])
    child("raise SystemExit('no such library')")
    with pytest.raises(FormatError, match=r"before: damaged: .*\(no such library\)"):
        read_hdf5(path, ["before"])


def test_a_process_without_end_is_ended(path, child, monkeypatch):
    monkeypatch.setattr(hdf5, "_SECONDS", 0.5)
    child("while True: pass")
    with pytest.raises(FormatError, match=r"file: damaged: .* did not end within"):
        read_hdf5(path, ["before"])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit memory")
def test_the_process_has_a_limit_of_its_memory():
    program = "import hdf5_child as c; c._limit_memory(2**26); x = bytearray({}); print(len(x))"
    for size, enough in ((2**24, True), (2**28, False)):
        command = [sys.executable, "-c", program.format(size)]
        ended = subprocess.run(command, cwd=hdf5._CHILD.parent, capture_output=True, text=True)
        assert (ended.stdout.strip() == str(size)) is enough
        assert ("MemoryError" in ended.stderr) is not enough
