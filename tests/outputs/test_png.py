from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from e2far_jax.outputs.png import png_bytes


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1)])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_levels_come_back(shape, kind):
    levels = np.random.default_rng(0).integers(0, np.iinfo(kind).max, shape, kind, endpoint=True)
    content = png_bytes(levels, {"Description": "mm"})
    read = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(read[..., ::-1] if read.ndim == 3 else read, levels)
    assert read.dtype == kind


def test_notes_are_read_by_others():
    notes = {"Description": "depth, mm; 1/32", "Author": "Müller"}
    picture = Image.open(io.BytesIO(png_bytes(np.zeros((4, 4, 3), np.uint8), notes)))
    picture.load()
    assert picture.text == notes


@pytest.mark.parametrize(
    ("shape", "notes", "message"),
    [
        ((0, 4), {}, "no pixels"),
        ((4, 4), {"": "x"}, "1 to 79 letters"),
        ((4, 4), {"k" * 80: "x"}, "1 to 79 letters"),
        ((4, 4), {"key": "a\0b"}, "1 to 79 letters"),
    ],
)
def test_what_cannot_be_written_is_refused(shape, notes, message):
    with pytest.raises(ValueError, match=message):
        png_bytes(np.zeros(shape, np.uint8), notes)
