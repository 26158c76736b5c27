"""PNG files that say what their levels mean."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

import numpy as np
from jaxtyping import UInt8, UInt16

_HEADER_END = 33  # bytes: the signature, and IHDR with its length and checksum


def png_bytes(
    levels: UInt8[np.ndarray, "H W *C"] | UInt16[np.ndarray, "H W *C"],
    notes: Mapping[str, str],
) -> bytes:
    """A PNG file with notes in it, as chunks of text (W3C, "Portable Network Graphics", 11.3.3.2).

    Args:
      levels: gray, or RGB; 8 or 16 bits.
      notes: by keywords of up to 79 letters; letters of Latin-1.
    Returns:
      The file's content.
    Raises:
      ValueError: for a picture without pixels, or notes that can't be written.
    """
    import cv2

    if levels.size == 0:
        raise ValueError(f"a picture of shape {levels.shape} has no pixels")
    turned = levels if levels.ndim == 2 else np.ascontiguousarray(levels[..., ::-1])
    content = cv2.imencode(".png", turned)[1].tobytes()
    texts = b"".join(_text_chunk(key, text) for key, text in notes.items())
    return content[:_HEADER_END] + texts + content[_HEADER_END:]


def _text_chunk(keyword: str, text: str) -> bytes:
    if not 1 <= len(keyword) <= 79 or "\0" in keyword + text:
        raise ValueError(
            f"a note's keyword has 1 to 79 letters and no note a zero, got {keyword!r}"
        )
    body = b"tEXt" + keyword.encode("latin-1") + b"\0" + text.encode("latin-1")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
