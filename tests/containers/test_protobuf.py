"""Protocol Buffers against what their own library writes, and damaged ones."""

from __future__ import annotations

import struct
import time

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.protobuf import Message
from tests.containers.memory import memory_below
from tests.morphable.hostile import mutated

NUMBERS = np.random.default_rng(0).normal(size=300).astype(np.float32)


def message(content: bytes) -> Message:
    return Message("a.bin", "network", memoryview(content))


@pytest.fixture(scope="module")
def library():
    """A message class of the library: names, integers and floats, packed or not, and messages."""
    descriptors = pytest.importorskip("google.protobuf.descriptor_pb2")
    pool, factory = (
        pytest.importorskip(f"google.protobuf.{name}")
        for name in ("descriptor_pool", "message_factory")
    )
    field = descriptors.FieldDescriptorProto
    kinds = {
        "name": (1, field.TYPE_STRING, None),
        "one": (2, field.TYPE_INT64, None),
        "packed_integers": (3, field.TYPE_INT64, True),
        "integers": (4, field.TYPE_INT64, False),
        "packed": (5, field.TYPE_FLOAT, True),
        "floats": (6, field.TYPE_FLOAT, False),
        "far_floats": (2000, field.TYPE_FLOAT, False),
        "wide": (8, field.TYPE_DOUBLE, False),
        "inner": (100, field.TYPE_MESSAGE, False),
    }
    file = descriptors.FileDescriptorProto(name="a.proto", package="a", syntax="proto2")
    made = file.message_type.add(name="Thing")
    for name, (number, kind, packed) in kinds.items():
        label = field.LABEL_OPTIONAL if packed is None else field.LABEL_REPEATED
        added = made.field.add(name=name, number=number, type=kind, label=label)
        if packed:
            added.options.packed = True
        if kind == field.TYPE_MESSAGE:
            added.type_name = ".a.Thing"
    descriptor = pool.DescriptorPool()
    descriptor.Add(file)
    return factory.GetMessageClass(descriptor.FindMessageTypeByName("a.Thing"))


def thing(library) -> bytes:
    """A message with a value in every field, and two others in it."""
    numbers = [0, 1, 127, 128, 300, 2**31, 2**62]
    few, many = (
        dict.fromkeys(names, NUMBERS[:count].tolist())
        for names, count in ((("far_floats", "wide"), 9), (("packed", "floats"), len(NUMBERS)))
    )
    inner = [library(name="first"), library(name="second", packed=[0.5])]
    made = library(name="größer", one=-1, packed_integers=numbers, integers=numbers, **few, **many)
    made.inner.extend(inner)
    return made.SerializeToString()


def test_every_kind_of_field_is_as_the_library_wrote_it(library):
    found = message(thing(library))
    assert found.text(1).encode("latin-1").decode() == "größer"
    assert found.integers(2) == [2**64 - 1]
    for number in (3, 4):
        assert found.integers(number) == [0, 1, 127, 128, 300, 2**31, 2**62]
    for number, count in ((5, 300), (6, 300), (2000, 9)):
        np.testing.assert_array_equal(found.floats(number), NUMBERS[:count])
    first, second = found.messages(100, "inner")
    assert (first.text(1), second.text(1)) == ("first", "second")
    assert (first.floats(5).tolist(), second.floats(5).tolist()) == ([], [0.5])
    assert second.field == "network.inner"
    assert (found.text(77), found.integers(77), found.messages(77, "x")) == ("", [], [])


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33])
def test_rows_of_floats_of_any_length_end_where_they_end(length: int):
    row = b"".join(struct.pack("<Bf", 0x35, number) for number in NUMBERS[:length])
    other = struct.pack("<Bf", 0x2D, 9.0)
    for after in (b"", other, b"\x08\x05"):
        found = message(other + row + after + row)
        np.testing.assert_array_equal(found.floats(6), [*NUMBERS[:length], *NUMBERS[:length]])
        assert found.floats(5).tolist() == [9.0] * (1 + (after == other))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\x0a\x05abcd", "a field of 5 bytes, only 4 are left"),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "only 0 are left"),
        (b"\x08", "an integer does not end"),
        (b"\x08" + 10 * b"\xff", "an integer does not end"),
        (b"\x0b", "a field of wire type 3"),
        (b"\x0f", "a field of wire type 7"),
        (b"\x35abc", "a field of 5 bytes, only 4 are left"),
        (b"\xb5\x01abc", "a field of 4 bytes, only 3 are left"),
        (b"\x31abcdefg", "a field of 8 bytes, only 7 are left"),
        (b"\x32\x03abc", "has floats in 3 bytes"),
        (b"\x30\x03", "its field 6 is of wire type 0"),
        (b"\x08\x01" * 10_001, "more than 10000 fields"),
    ],
)
def test_what_is_no_message_is_refused(content: bytes, problem: str):
    with pytest.raises(FormatError, match=rf"a\.bin: network: .*{problem}"):
        message(content).floats(6)


def test_many_integers_are_refused():
    many = b"\x1a\x91\x4e" + 10_001 * b"\x01"
    with pytest.raises(FormatError, match="more than 10000 integers"):
        message(many).integers(3)


def test_short_rows_do_not_look_through_the_whole_file():
    """Ten thousand of them in 16 MiB would take minutes."""
    rows = 4999 * (struct.pack("<Bf", 0x35, 1.0) + b"\x08\x01")
    start = time.monotonic()
    found = message(rows + b"\x3a\x80\x80\x80\x08" + b"\x35" * 2**24).floats(6)
    np.testing.assert_array_equal(found, np.ones(4999))
    assert time.monotonic() - start < 5.0


def test_damaged_messages_end_in_one_error_or_values(library):
    rng, refused = np.random.default_rng(1), 0
    content = thing(library)
    for number in range(150):
        damaged = message(mutated(content, rng))
        with memory_below(2**20, unless=number % 10 > 0):
            try:
                for field in (1, 5, 6):
                    assert damaged.floats(field).dtype == np.float32
            except FormatError:
                refused += 1
    assert refused > 30
