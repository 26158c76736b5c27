"""The machine that a pickle is a program for, but one that makes nothing and calls nothing.

A pickle pushes values on a stack, gathers them into lists, tuples and dictionaries, and names
classes and functions that shall make objects of them. `pickletools` decodes its operations. The
machine here writes down in a `Note` what should have been made, and imports nothing.
"""

from __future__ import annotations

import codecs
import dataclasses
import io
import itertools
import pickletools
from collections.abc import Iterator

# A model takes a few hundred operations; each may need a hundred bytes of memory.
MOST_OPERATIONS = 20_000
# Names are short, and so are the numbers that the oldest protocol writes as text.
_LONGEST_TEXT = 1000

_OPERATIONS = {operation.code.encode("latin1"): operation for operation in pickletools.opcodes}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
# fmt: off
_VALUES = {
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT",
    "STRING", "BINSTRING", "SHORT_BINSTRING",
    "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8",
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
}
_COLLECTIONS = {
    "EMPTY_LIST", "EMPTY_SET", "EMPTY_TUPLE", "EMPTY_DICT", "LIST", "FROZENSET", "DICT",
    "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3",
    "APPEND", "APPENDS", "ADDITEMS", "SETITEM", "SETITEMS",
}
# fmt: on


@dataclasses.dataclass(eq=False, repr=False)
class Note:
    """A class or function that a pickle names, or what it would have made of one.

    Attributes:
      name: the module and name.
      arguments: what it would have been called with.
      state: what the object would have been given afterwards.
    """

    name: str
    arguments: tuple[object, ...] = ()
    state: object = None


class Machine:
    """Carries out one pickle.

    Time and memory are bounded by the pickle's size and `MOST_OPERATIONS`: no operation copies what
    another one made, and the only keys that are hashed are texts. Sets become lists for that.
    """

    def __init__(self):
        self._stack: list[object] = []
        self._marks: list[int] = []
        self._memo: dict[int, object] = {}

    def run(self, program: bytes) -> object:
        """What the pickle holds, with a `Note` in place of every class, function and object.

        Raises:
          Exception: any, where the pickle is damaged.
        """
        for name, argument in itertools.islice(_operations(program), MOST_OPERATIONS):
            if name == "STOP":
                return self._stack.pop()
            self._step(name, argument)
        raise ValueError(f"it has more than {MOST_OPERATIONS} operations")

    def _step(self, name: str, argument: object) -> None:
        stack = self._stack
        match name:
            case "PROTO" | "FRAME":
                pass
            case "MARK":
                self._marks.append(len(stack))
            case "POP":
                self._last(1)
            case "POP_MARK":
                self._marked()
            case "DUP":
                stack.append(stack[-1])
            case "PUT" | "BINPUT" | "LONG_BINPUT":
                self._memo[argument] = stack[-1]
            case "MEMOIZE":
                self._memo[len(self._memo)] = stack[-1]
            case "GET" | "BINGET" | "LONG_BINGET":
                stack.append(self._memo[argument])
            case _ if name in _CONSTANTS:
                stack.append(_CONSTANTS[name])
            case _ if name in _VALUES:
                stack.append(argument)
            case _ if name in _COLLECTIONS:
                self._collect(name)
            case _:
                self._write_down(name, argument)

    def _collect(self, name: str) -> None:
        stack = self._stack
        match name:
            case "EMPTY_LIST" | "EMPTY_SET":
                stack.append([])
            case "EMPTY_TUPLE":
                stack.append(())
            case "EMPTY_DICT":
                stack.append({})
            case "LIST" | "FROZENSET":
                stack.append(self._marked())
            case "TUPLE":
                stack.append(tuple(self._marked()))
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                stack.append(tuple(self._last(int(name[-1]))))
            case "DICT":
                items = self._marked()
                stack.append({})
                self._set(items)
            case "APPEND" | "APPENDS" | "ADDITEMS":
                items = self._last(1) if name == "APPEND" else self._marked()
                if isinstance(stack[-1], list):
                    stack[-1].extend(items)
            case "SETITEM" | "SETITEMS":
                self._set(self._last(2) if name == "SETITEM" else self._marked())

    def _write_down(self, name: str, argument: object) -> None:
        match name:
            case "GLOBAL":
                self._stack.append(_named(*argument.split(" ", 1)))
            case "STACK_GLOBAL":
                self._stack.append(_named(*self._last(2)))
            case "INST":
                self._make(_named(*argument.split(" ", 1)), tuple(self._marked()))
            case "OBJ":
                callee, *arguments = self._marked()
                self._make(callee, tuple(arguments))
            case "REDUCE" | "NEWOBJ":
                self._make(*self._last(2))
            case "NEWOBJ_EX":
                self._make(*self._last(3)[:2])
            case "BUILD":
                [state] = self._last(1)
                if isinstance(self._stack[-1], Note):
                    self._stack[-1].state = state
            case "PERSID" | "BINPERSID":
                self._last(1 if name == "BINPERSID" else 0)
                self._stack.append(Note("persistent object"))
            case _:
                raise ValueError(f"it has the operation {name}")

    def _make(self, callee: object, arguments: object) -> None:
        if not (isinstance(callee, Note) and isinstance(arguments, tuple)):
            raise ValueError("it calls what is no class or function")
        self._stack.append(Note(callee.name, arguments))

    def _set(self, items: list[object]) -> None:
        """Put keys and values in turn into the dictionary on top; only text is hashed as a key."""
        if isinstance(self._stack[-1], dict):
            for key, value in zip(items[::2], items[1::2], strict=True):
                if isinstance(key, str):
                    self._stack[-1][key] = value

    def _last(self, count: int) -> list[object]:
        return self._from(len(self._stack) - count)

    def _marked(self) -> list[object]:
        return self._from(self._marks.pop())

    def _from(self, start: int) -> list[object]:
        if not 0 <= start <= len(self._stack):
            raise ValueError("it takes more from its stack than there is")
        items = self._stack[start:]
        del self._stack[start:]
        return items


def _named(module: object, name: object) -> Note:
    if not (isinstance(module, str) and isinstance(name, str)):
        raise ValueError("it has a name that is not text")
    if len(module) + len(name) > _LONGEST_TEXT:
        raise ValueError("it has a name that is too long")
    return Note(f"{module}.{name}")


def _operations(program: bytes) -> Iterator[tuple[str, object]]:
    """The names of a pickle's operations, as in `pickletools`, and what each carries itself."""
    source = _ShortLines(program)
    while code := source.read(1):
        operation = _OPERATIONS[code]
        if operation.name == "STRING":  # may be any bytes, which `pickletools` refuses
            yield "STRING", _unquoted(io.BytesIO.readline(source))
        else:
            yield operation.name, operation.arg and operation.arg.reader(source)
    raise ValueError("it is cut off")


class _ShortLines(io.BytesIO):
    def readline(self, size: int | None = -1) -> bytes:
        """What is longer lacks its end, and is refused before it is read as a number."""
        return super().readline(_LONGEST_TEXT)


def _unquoted(line: bytes) -> str:
    quoted = line.strip()
    if len(quoted) < 2 or quoted[:1] not in (b"'", b'"') or quoted[:1] != quoted[-1:]:
        raise ValueError("it has a text without quotes")
    return codecs.escape_decode(quoted[1:-1])[0].decode("latin1")
