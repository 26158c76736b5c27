"""Pickles and .npy files of objects as others wrote them, operation by operation."""

from __future__ import annotations

import dataclasses
import struct

import numpy as np


@dataclasses.dataclass
class Global:
    """A class or function."""

    module: str
    name: str


@dataclasses.dataclass
class Made:
    """What a class or function makes; `operation` is REDUCE or NEWOBJ."""

    callee: Global
    arguments: tuple
    state: object = None
    operation: bytes = b"R"


@dataclasses.dataclass
class Persistent:
    """An object that is elsewhere."""

    identifier: tuple


@dataclasses.dataclass
class Ordered:
    """An ordered dictionary."""

    items: dict


def python_2_pickle(value):
    """What Python 2 wrote under protocol 2, without its memo."""
    return b"\x80\x02" + operations(value) + b"."


def operations(value):
    match value:
        case None:
            return b"N"
        case bool():
            return b"\x88" if value else b"\x89"
        case int():
            return b"J" + struct.pack("<i", value)
        case str():
            return b"U" + bytes([len(value)]) + value.encode("latin1")
        case bytes():
            return b"T" + struct.pack("<i", len(value)) + value
        case tuple():
            return b"(" + b"".join(map(operations, value)) + b"t"
        case list():
            return b"](" + b"".join(map(operations, value)) + b"e"
        case dict():
            pairs = (operations(key) + operations(item) for key, item in value.items())
            return b"}(" + b"".join(pairs) + b"u"
        case Global():
            return f"c{value.module}\n{value.name}\n".encode()
        case Made():
            made = operations(value.callee) + operations(value.arguments) + value.operation
            return made if value.state is None else made + operations(value.state) + b"b"
        case np.ndarray():
            return operations(array(value))
        case Persistent():
            return operations(value.identifier) + b"Q"
        case Ordered():
            made = operations(Made(Global("collections", "OrderedDict"), ()))
            return made + operations(value.items)[1:]
    raise TypeError(type(value))


def array(values):
    kind = Made(
        Global("numpy", "dtype"),
        (f"{values.dtype.kind}{values.dtype.itemsize}", 0, 1),
        (3, values.dtype.newbyteorder("<").str[0], None, None, None, -1, -1, 0),
    )
    little = values.astype(values.dtype.newbyteorder("<"))
    return Made(
        Global("numpy.core.multiarray", "_reconstruct"),
        (Global("numpy", "ndarray"), (0,), "b"),
        (1, values.shape, kind, False, little.tobytes()),
    )


def sparse(values):
    """A CSC matrix of the scipy of those days."""
    columns, rows = np.nonzero(values.T)
    starts = np.searchsorted(columns, np.arange(values.shape[1] + 1)).astype(np.int32)
    state = {
        "_shape": values.shape,
        "data": values[rows, columns],
        "indices": rows.astype(np.int32),
        "indptr": starts,
    }
    csc_matrix = Global("scipy.sparse.csc", "csc_matrix")
    arguments = (csc_matrix, Global("__builtin__", "object"), None)
    return Made(Global("copy_reg", "_reconstructor"), arguments, state)


def chumpy(values):
    changed = Made(Global("__builtin__", "set"), ([],))
    state = {"_dirty_vars": changed, "x": values}
    return Made(Global("chumpy.ch", "Ch"), (), state, operation=b"\x81")


def write_object_npy(path, value):
    """An array of no dimensions that holds one object."""
    kind = Made(Global("numpy", "dtype"), ("O8", 0, 1), (3, "|", None, None, None, -1, -1, 63))
    boxed = Made(
        Global("numpy.core.multiarray", "_reconstruct"),
        (Global("numpy", "ndarray"), (0,), "b"),
        (1, (), kind, False, [value]),
    )
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (), }".ljust(117) + b"\n"
    length = struct.pack("<H", len(header))
    path.write_bytes(b"\x93NUMPY\x01\x00" + length + header + python_2_pickle(boxed))
