from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from e2far_jax.gallery.sheet import MARGIN
from e2far_jax.reconstruction import contact_sheet
from e2far_jax.reconstruction.contact_sheet import ContactSheet

CAPTIONS = ("input", "overlay", "front", "side")
COLOURS = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200], [200, 200, 0]], np.uint8)


def views(size: int = 64) -> list[np.ndarray]:
    return [np.tile(colour, (size, size, 1)) for colour in COLOURS]


def test_every_view_is_on_the_sheet_once_in_order(tmp_path):
    sheet = ContactSheet(tmp_path, CAPTIONS)
    sheet.add("a.jpg", views())
    sheet.add("b.jpg", views())
    (path,) = sheet.finish()
    assert path == tmp_path / "contact_sheet.png"
    pixels = np.asarray(Image.open(path))
    corners = []
    for colour in COLOURS:
        rows, columns = np.nonzero((pixels == colour).all(axis=-1))
        assert len(rows) == 2 * 64 * 64
        corners.append((rows.min(), columns.min()))
    assert len({row for row, _ in corners}) == 1
    assert corners == sorted(corners)


def test_captions_and_labels_are_written(tmp_path):
    def ink(captions, label):
        sheet = ContactSheet(tmp_path, captions)
        sheet.add(label, views())
        return (np.asarray(Image.open(sheet.finish()[0])).max(axis=-1) < 100).sum()

    blank = ink(("", "", "", ""), "")
    assert blank == 0
    assert ink(CAPTIONS, "") > 100
    assert ink(("", "", "", ""), "a.jpg") > 30


@pytest.mark.parametrize("label", ["x" * 500, "two\nlines", "Zoë 東京", "bad \udcff byte", ""])
def test_any_file_name_fits(tmp_path, label):
    sheet = ContactSheet(tmp_path, CAPTIONS)
    sheet.add(label, views())
    pixels = np.asarray(Image.open(sheet.finish()[0]))
    assert (pixels[:, -MARGIN:] == 255).all()
    assert (pixels[:, :MARGIN] == 255).all()


def test_many_faces_go_on_further_sheets(tmp_path, monkeypatch):
    monkeypatch.setattr(contact_sheet, "ROWS_PER_SHEET", 3)
    sheet = ContactSheet(tmp_path, CAPTIONS)
    for number in range(7):
        sheet.add(f"{number}.jpg", views(16))
    names = [path.name for path in sheet.finish()]
    assert names == ["contact_sheet.png", "contact_sheet_2.png", "contact_sheet_3.png"]
    heights = [Image.open(tmp_path / name).height for name in names]
    assert heights[0] == heights[1] > heights[2]


def test_no_face_no_sheet(tmp_path):
    assert ContactSheet(tmp_path, CAPTIONS).finish() == []
    assert list(tmp_path.iterdir()) == []
