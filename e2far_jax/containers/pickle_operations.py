"""The operations that a pickle is made of, decoded by `pickletools`."""

from __future__ import annotations

import codecs
import io
import pickletools
from collections.abc import Iterator

# Names are short, and so are the numbers that the oldest protocol writes as text.
LONGEST_TEXT = 1000

_OPERATIONS = {operation.code.encode("latin1"): operation for operation in pickletools.opcodes}


class Program(io.BytesIO):
    """The bytes of one pickle, or of several in a row, which are read from where it stands."""

    def readline(self, size: int | None = -1) -> bytes:
        """What is longer lacks its end, and is refused before it is read as a number."""
        return super().readline(LONGEST_TEXT)


def operations(program: Program) -> Iterator[tuple[str, object]]:
    """The names of a pickle's operations, as in `pickletools`, and what each carries itself."""
    while code := program.read(1):
        operation = _OPERATIONS[code]
        if operation.name == "STRING":  # may be any bytes, which `pickletools` refuses
            yield "STRING", _unquoted(io.BytesIO.readline(program))
        else:
            yield operation.name, operation.arg and operation.arg.reader(program)
    raise ValueError("it is cut off")


def _unquoted(line: bytes) -> str:
    quoted = line.strip()
    if len(quoted) < 2 or quoted[:1] not in (b"'", b'"') or quoted[:1] != quoted[-1:]:
        raise ValueError("it has a text without quotes")
    return codecs.escape_decode(quoted[1:-1])[0].decode("latin1")
