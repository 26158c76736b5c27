"""Safetensors files, written from their description."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

KINDS = {"f2": "F16", "f4": "F32", "f8": "F64", "u2": "BF16", "i8": "I64"}


def write_safetensors(
    path: Path, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None
) -> Path:
    """Write arrays; those of type u2 as the bits of bfloat16."""
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    place = 0
    for name, array in arrays.items():
        end = place + array.nbytes
        kind = KINDS[array.dtype.str[1:]]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [place, end]}
        place = end
    content = json.dumps(header).encode()
    content += b" " * (-len(content) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(content)) + content)
        for array in arrays.values():
            file.write(array.tobytes())
    return path
