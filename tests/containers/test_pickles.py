"""Pickles as data: what Python writes arrives, and what hostile hands write does nothing."""

import pickle
import struct
import sys
import time
import tracemalloc

import numpy as np
import pytest
import scipy.sparse

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.pickles import (
    ForeignObject,
    array_field,
    checked_array,
    read_object_npy,
    read_pickle,
)
from tests.containers.files_pickles import (
    Global,
    Made,
    chumpy,
    python_2_pickle,
    sparse,
    write_object_npy,
)

PLAIN = {
    "text": "größer",
    "numbers": [0, 1, -1, 255, 256, 65536, -(2**31), 2**31, 2**70, -(2**2000), 0.1, -1e300],
    "constants": (None, True, False),
    "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "bytes": [b"", b"\xff\x00\n", 300 * b"a"],
    "nested": {"a": {}, "b": [[], {"c": [()]}]},
    "long text": 300 * "ü",
}
ARRAYS = {
    "f8": np.linspace(0.0, 1.0, 12).reshape(3, 4),
    "f4": np.arange(24, dtype="f4").reshape(2, 3, 4),
    "f2": np.array([1.5], "f2"),
    "column after column": np.asfortranarray(np.arange(12).reshape(3, 4)),
    "every second": np.arange(10)[::2],
    "big-endian": np.arange(5, dtype=">i4"),
    "u1": np.arange(256, dtype=np.uint8),
    "flags": np.array([True, False]),
    "none": np.zeros((0, 3)),
    "no dimensions": np.array(5.0),
    "scalar": np.float32(0.5),
}


@pytest.fixture
def read(tmp_path):
    """Reads bytes from a file."""

    def from_file(content):
        (tmp_path / "a.pkl").write_bytes(content)
        return read_pickle(tmp_path / "a.pkl")

    return from_file


@pytest.mark.parametrize("protocol", range(6))
def test_plain_objects_arrive_from_every_protocol(read, protocol):
    assert read(pickle.dumps(PLAIN, protocol)) == PLAIN


@pytest.mark.parametrize("protocol", range(6))
def test_arrays_arrive_from_every_protocol(read, protocol):
    found = read(pickle.dumps(ARRAYS, protocol))
    assert list(found) == list(ARRAYS)
    for name, expected in ARRAYS.items():
        np.testing.assert_array_equal(found[name], expected, err_msg=name)
        assert (found[name].dtype, found[name].shape) == (expected.dtype, expected.shape), name


def test_the_names_that_numpy_had_and_has_are_the_same(read):
    content = pickle.dumps(np.arange(3.0), 2)
    for module in (b"numpy.core.multiarray", b"numpy._core.multiarray"):
        renamed = content.replace(b"numpy._core.multiarray", module)
        np.testing.assert_array_equal(read(renamed), [0.0, 1.0, 2.0])


def test_python_2_wrote_bytes_as_text(read):
    values = np.array([0.1, -3e7, np.pi])
    np.testing.assert_array_equal(read(python_2_pickle(values)), values)
    text = "S" + repr(values.tobytes())[1:]  # as its first protocol has them
    old = (
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(L3L\nt"
        "cnumpy\ndtype\n(S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\n" + text + "\ntb."
    )
    np.testing.assert_array_equal(read(old.encode("latin1")), values)
    assert read(b"S'a\\'b\\xe4'\n.") == "a'bä"


def test_arrays_of_objects_are_lists(read):
    assert read(pickle.dumps(np.array([1, "x", None], object))) == [1, "x", None]
    other = read(pickle.dumps({"names": np.array(["a", "b"]), "number": 3}))
    assert (other["names"].kind, other["number"]) == ("numpy.ndarray", 3)


def test_objects_keep_their_state(read):
    dense = np.array([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0]])
    matrices = (pickle.dumps(scipy.sparse.csc_matrix(dense)), python_2_pickle(sparse(dense)))
    for content, kind in zip(matrices, ("_csc", "csc"), strict=True):
        matrix = read(content)
        assert isinstance(matrix, ForeignObject)
        assert matrix.kind == f"scipy.sparse.{kind}.csc_matrix"
        assert matrix.state["_shape"] == (2, 3)
        np.testing.assert_array_equal(matrix.state["indptr"], [0, 1, 2, 2])
        np.testing.assert_array_equal(matrix.state["indices"], [1, 0])
        np.testing.assert_array_equal(matrix.state["data"], [1.0, 2.0])
    np.testing.assert_array_equal(read(python_2_pickle({"a": chumpy(dense)}))["a"], dense)


def test_what_occurs_twice_is_the_same_object(read):
    shared = np.arange(3.0)
    found = read(pickle.dumps([shared, [shared], shared]))
    assert found[0] is found[1][0] is found[2]


def test_operations_that_few_pickles_have(read):
    assert read(b"(K\x01K\x02l.") == [1, 2]
    assert read(b"(U\x01aK\x02d.") == {"a": 2}
    assert read(b"K\x01(K\x02K\x031.") == 1
    assert read(b"K\x01K\x020.") == 1
    assert read(b"]K\x0120a.") == [1]
    assert read(b"\x8f(K\x01K\x02\x90.") == [1, 2]
    assert read(b"(K\x01\x91.") == [1]
    assert read(b"I01\n.") is True
    assert read(b"F2.5\n.") == 2.5
    assert read(b"]}b.") == [], "what is no object has no state"
    assert read(b"K\x01K\x02a.") == 1, "and what is no list no items"
    assert read(b"}(U\x01aK\x01K\x05K\x02)K\x03u.") == {"a": 1}, "only text is a key"
    for persistent in (b"Psomewhere\n.", b"K\x01Q."):
        assert read(persistent).kind == "persistent object"


CALLS = {
    "REDUCE": b"cos\nmkdir\n(S'%s'\ntR.",
    "STACK_GLOBAL": b"\x80\x04\x8c\x02os\x8c\x05mkdir\x93(S'%s'\ntR.",
    "INST": b"(S'%s'\nios\nmkdir\n.",
    "OBJ": b"(cos\nmkdir\nS'%s'\no.",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_nothing_is_called(read, tmp_path, call):
    made = tmp_path / "made"
    content = call.replace(b"%s", bytes(made))
    pickle.loads(content)
    assert made.is_dir(), "the pickle is a real danger"
    made.rmdir()
    found = read(content)
    assert (type(found), found.kind) == (ForeignObject, "os.mkdir")
    assert not made.exists()


@pytest.mark.parametrize(
    "content", [b"c%s\nx\n.", b"(i%s\nx\n.", b"c%s\nx\n)\x81.", b"c%s\nx\n)}\x92."]
)
def test_nothing_is_imported(read, tmp_path, monkeypatch, content):
    (tmp_path / "a_trap.py").write_text("def x(): pass")
    monkeypatch.syspath_prepend(tmp_path)
    assert read(content.replace(b"%s", b"a_trap")).kind == "a_trap.x"
    assert "a_trap" not in sys.modules


def test_no_class_is_changed(read):
    """BUILD sets attributes of what is on top, which the library lets be a class."""
    before = dict(vars(ForeignObject)), dict(vars(np.ndarray))
    for name in (b"e2far_jax.containers.pickles\nForeignObject", b"numpy\nndarray"):
        read(b"c" + name + b"\nN}U\x04kindK\x01s\x86b.")
    assert (dict(vars(ForeignObject)), dict(vars(np.ndarray))) == before


def array_pickle(shape, content, kind="f8", state=(3, "<", None, None, None, -1, -1, 0)):
    dtype = Made(Global("numpy", "dtype"), (kind, 0, 1), state)
    return python_2_pickle(
        Made(
            Global("numpy.core.multiarray", "_reconstruct"),
            (Global("numpy", "ndarray"), (0,), "b"),
            (1, shape, dtype, False, content),
        )
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (array_pickle((3,), b"abc"), r"3 bytes for float64 of shape \(3,\)"),
        (array_pickle((2**31 - 1, 2**31 - 1), b"abc"), "3 bytes for float64 of shape"),
        (array_pickle((-1,), b"abcdefgh"), "shape is not a few sizes"),
        (array_pickle(("a",), b"abcdefgh"), "shape is not a few sizes"),
        (array_pickle((1,) * 9, b"abcdefgh"), "shape is not a few sizes"),
        (array_pickle(None, b"abcdefgh"), "TypeError"),
        (array_pickle((1,), (1, 2)), "without bytes"),
        (array_pickle((1,), b"abcdefgh", kind=3), "TypeError"),
        (array_pickle((1,), b"abcdefgh", state=()), "IndexError"),
        (python_2_pickle(Made(Global("numpy.core.multiarray", "scalar"), (3, b"a"))), "a type"),
    ],
)
def test_arrays_that_cannot_be_are_refused(read, content, message):
    with pytest.raises(FormatError, match=f"pickle: is damaged, or not a pickle.*{message}"):
        read(content)


@pytest.mark.parametrize(("kind", "order"), [("O8", "<"), ("V9", "<"), ("U2", "<"), ("f8", "x")])
def test_arrays_of_other_elements_stay_what_they_are(read, kind, order):
    state = (3, order, None, None, None, -1, -1, 0)
    assert read(array_pickle((1,), b"abcdefgh", kind, state)).kind == "numpy.ndarray"


SHARED = b"X" + struct.pack("<I", 10**5) + 10**5 * b"a" + b"q\x00"
BY_LATIN_1 = b"c_codecs\nencode\n(h\x00U\x06latin1tR"
ITS_ARRAY = array_pickle((10**5,), b"", kind="u1")[2:].replace(b"T\x00\x00\x00\x00", b"h\x00")[:-1]
HOSTILE = {
    "bytes of absurd length": b"\x8e" + struct.pack("<Q", 2**62) + b"a.",
    "a bytearray of absurd length": b"\x96" + struct.pack("<Q", 2**62) + b"a.",
    "a text of absurd length": b"\x8d" + struct.pack("<Q", 2**62) + b"a.",
    "a frame of absurd length": b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"K\x01.",
    "a memo of absurd index": b"K\x01r\xff\xff\xff\xff.",
    "an int of a million digits": b"I" + 10**6 * b"9" + b"\n.",
    "a long of a million digits": b"L" + 10**6 * b"9" + b"L\n.",
    "a long of a million bytes": b"\x8b" + struct.pack("<i", 10**6) + 10**6 * b"\xff" + b".",
    "a shape of long numbers": array_pickle((b"x",), b"abcdefgh").replace(
        b"T\x01\x00\x00\x00x", b"\x8b" + struct.pack("<i", 10**5) + 10**5 * b"a"
    ),
    "a key that takes for ever to hash": b"})" + 60 * b"2\x86" + b"K\x01s.",
    "a value that takes for ever to look through": b")" + 60 * b"2\x86" + b".",
    "lists in lists": 8000 * b"]" + 7999 * b"a" + b".",
    "a list in itself": b"]q\x00h\x00a.",
    "a tuple in itself": b"]q\x00(h\x00tq\x01a0h\x01.",
    "an object in its own state": b"cm\nC\n)\x81q\x00h\x00b.",
    "many lists": 10**6 * b"]" + b".",
    "many marks": 10**6 * b"(" + b".",
    "a text as many arguments": b"cm\nf\nq\x01" + SHARED + 2000 * b"h\x01h\x00R" + b".",
    "a tuple as the arguments of many": b"cm\nf\nq\x01("
    + 1000 * b"K\x01"
    + b"tq\x00"
    + 2000 * b"h\x01h\x00R"
    + b".",
    "a text as many names": SHARED + 2000 * b"h\x00h\x00\x93" + b".",
    "a text encoded often": SHARED + b"(" + 1000 * BY_LATIN_1 + b"t.",
    "a text as many arrays": SHARED + b"(" + 200 * ITS_ARRAY + b"t.",
    "an extension": b"\x82\x01.",
    "a buffer from elsewhere": b"\x97.",
    "a buffer to protect": b"K\x01\x98.",
    "an operation that there is not": b"\xff.",
    "nothing": b"",
    "nothing on the stack": b".",
    "no mark": b"K\x01t.",
    "more than the stack has": b"K\x01\x87.",
    "no such memo": b"h\x07.",
    "an odd dictionary": b"}(U\x01au.",
    "a call of a number": b"K\x01)R.",
    "a call without arguments": b"cm\nf\nK\x01R.",
    "a name that is a number": b"K\x01K\x02\x93.",
    "a name without end": b"c" + 10**6 * b"a",
    "text without quotes": b"Sabc\n.",
    "text with one quote": b"S'\n.",
    "text with a broken escape": b"S'\\x1'\n.",
    "no UTF-8": b"X\x01\x00\x00\x00\xff.",
    "text that is not Latin-1 as an array": array_pickle((2,), b"", kind="u1").replace(
        b"T\x00\x00\x00\x00", b"X\x03\x00\x00\x00\xe2\x82\xac"
    ),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pickles_take_neither_time_nor_memory(tmp_path, content):
    path = tmp_path / "a.pkl"
    path.write_bytes(content)
    digits = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)  # Python's own guard may be off
    tracemalloc.start()
    start = time.monotonic()
    problem = None
    try:
        read_pickle(path)
    except FormatError as error:
        problem = error
    finally:
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        sys.set_int_max_str_digits(digits)
    assert problem is None or (problem.field == "pickle" and len(str(problem)) < 1000)
    assert memory < 5 * len(content) + 10e6
    assert time.monotonic() - start < 5.0


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_pickle_cut_off_anywhere_is_refused(read, protocol):
    content = pickle.dumps({**ARRAYS, **PLAIN}, protocol)
    for end in np.random.default_rng(8).integers(len(content), size=100):
        with pytest.raises(FormatError, match="pickle: is damaged"):
            read(content[:end])


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_damaged_pickles_end_in_one_error_or_an_object(read, protocol):
    content = pickle.dumps({"a": np.arange(4.0), "b": scipy.sparse.eye(2, format="csc")}, protocol)
    rng = np.random.default_rng(7)
    refused = 0
    for _ in range(300):
        damaged = bytearray(content)
        for place in rng.integers(len(damaged), size=rng.integers(1, 4)):
            damaged[place] = rng.integers(256)
        try:
            read(bytes(damaged))
        except FormatError:
            refused += 1
    assert 100 < refused < 300


def test_an_npy_file_holds_one_object(tmp_path):
    path = tmp_path / "a.npy"
    write_object_npy(path, {"a": np.arange(3)})
    np.testing.assert_array_equal(read_object_npy(path)["a"], [0, 1, 2])
    np.save(path, np.array({"a": np.arange(3), "b": 1}, object), allow_pickle=True)
    assert read_object_npy(path)["b"] == 1
    with path.open("wb") as file:
        np.lib.format.write_array(file, np.array({"c": 2}, object), version=(2, 0))
    assert read_object_npy(path) == {"c": 2}


def test_other_npy_files_are_refused(tmp_path):
    path = tmp_path / "a.npy"
    for content in (b"", b"\x93NUMPY", b"\x93NUMPY\x01\x00\xff\xff", pickle.dumps({})):
        path.write_bytes(content)
        with pytest.raises(FormatError, match=r"header: is not that of an \.npy file of p"):
            read_object_npy(path)
    np.save(path, np.arange(3.0))
    with pytest.raises(FormatError, match="header: is not that of"):
        read_object_npy(path)
    np.save(path, np.array([{}, {}], object), allow_pickle=True)
    with pytest.raises(FormatError, match="pickle: does not hold exactly one object"):
        read_object_npy(path)
    write_object_npy(path, {"a": 1})
    content = path.read_bytes()
    for end in range(len(content)):
        path.write_bytes(content[:end])
        with pytest.raises(FormatError, match=r"header|pickle"):
            read_object_npy(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    for read_it in (read_pickle, read_object_npy):
        with pytest.raises(FileNotFoundError, match=r"no such file: .*nowhere"):
            read_it(tmp_path / "nowhere")


def test_fields_that_are_no_arrays_are_named():
    fields = {"a": np.arange(3), "b": [1], "c": ForeignObject("torch.Tensor", None)}
    np.testing.assert_array_equal(array_field("x.pkl", fields, "a", "iu"), [0, 1, 2])
    for name, message in (
        ("a", "a: has dtype int64, expected floating-point numbers"),
        ("b", "b: is of type list, expected an array"),
        ("c", "c: is of type 'torch.Tensor', expected an array"),
        ("d", "d: missing"),
    ):
        with pytest.raises(FormatError, match=rf"x\.pkl: {message}"):
            array_field("x.pkl", fields, name, "f")
    with pytest.raises(FormatError, match="pickle: does not hold a dictionary"):
        array_field("x.pkl", [1], "a", "f")
    assert checked_array("x.pkl", "e", np.zeros(2), "iuf").shape == (2,)
