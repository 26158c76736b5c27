"""The machine that a pickle is a program for, but one that makes nothing and calls nothing.

A pickle pushes values on a stack, gathers them into lists, tuples and dictionaries, and names
classes and functions that shall make objects of them. The machine
here writes down in a `Note` what should have been made, and imports nothing.
"""

from __future__ import annotations

import dataclasses
import itertools
import warnings

from e2far_jax.containers.pickle_operations import LONGEST_TEXT, Program, operations

# Arrays take a few hundred operations, a network's tensors some thousands; each may need a few
# hundred bytes of memory.
MOST_OPERATIONS = 20_000
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
      items: what would have been put into it under a text as the key.
    """

    name: str
    arguments: tuple[object, ...] = ()
    state: object = None
    items: dict[str, object] = dataclasses.field(default_factory=dict)


class Machine:
    """Carries out pickles.

    Time and memory are bounded by the pickle's size and `MOST_OPERATIONS`: no operation copies what
    another one made, and the only keys that are hashed are texts. Sets become lists for that.

    Attributes:
      persistent: what identifies the objects that are elsewhere, as often as they are named.
    """

    def __init__(self):
        self.persistent: list[object] = []
        self._stack: list[object] = []
        self._marks: list[int] = []
        self._memo: dict[int, object] = {}

    def run(self, program: Program) -> object:
        """What the next pickle holds, with a `Note` in place of every class, function and object.

        Raises:
          Exception: any, where the pickle is damaged.
        """
        with warnings.catch_warnings(action="ignore"):  # about texts with odd escapes
            for name, argument in itertools.islice(operations(program), MOST_OPERATIONS):
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
                identifier = self._last(1)[0] if name == "BINPERSID" else argument
                self.persistent.append(identifier)
                self._stack.append(Note("persistent object", (identifier,)))
            case _:
                raise ValueError(f"it has the operation {name}")

    def _make(self, callee: object, arguments: object) -> None:
        if not (isinstance(callee, Note) and isinstance(arguments, tuple)):
            raise ValueError("it calls what is no class or function")
        self._stack.append(Note(callee.name, arguments))

    def _set(self, items: list[object]) -> None:
        """Put keys and values in turn into what is on top; only text is hashed as a key."""
        top = self._stack[-1]
        held = top.items if isinstance(top, Note) else top
        if isinstance(held, dict):
            for key, value in zip(items[::2], items[1::2], strict=True):
                if isinstance(key, str):
                    held[key] = value

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
    if len(module) + len(name) > LONGEST_TEXT:
        raise ValueError("it has a name that is too long")
    return Note(f"{module}.{name}")
