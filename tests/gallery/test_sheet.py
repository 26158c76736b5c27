from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from e2far_jax.gallery.sheet import (
    GAP,
    MARGIN,
    Row,
    Tile,
    draw_sheet,
    levels,
    near_square,
    write_sheet,
)


def tile(colour: int, caption: str = "", size: int = 32) -> Tile:
    return Tile(np.full((size, size, 3), (colour, 0, 255 - colour), np.uint8), caption)


def corner(sheet: Image.Image, shown: Tile) -> tuple[int, int]:
    """Row and column where a tile of one colour begins; it must be there once, as a whole."""
    size = len(shown.picture)
    rows, columns = np.nonzero((np.asarray(sheet) == shown.picture[0, 0]).all(axis=-1))
    assert len(rows) == size * size
    assert np.ptp(rows) == np.ptp(columns) == size - 1
    return int(rows.min()), int(columns.min())


@pytest.mark.parametrize(
    ("count", "lengths"),
    [(1, [1]), (2, [2]), (3, [2, 1]), (5, [3, 2]), (9, [3, 3, 3]), (36, [6] * 6), (10, [4, 4, 2])],
)
def test_rows_are_as_near_to_a_square_as_the_number_allows(count, lengths):
    tiles = [tile(number) for number in range(count)]
    rows = near_square(tiles)
    assert [len(row.tiles) for row in rows] == lengths
    assert [shown for row in rows for shown in row.tiles] == tiles


def test_tiles_stand_in_rows_and_columns():
    tiles = [tile(10 * number) for number in range(5)]
    sheet = draw_sheet(near_square(tiles))
    corners = [corner(sheet, shown) for shown in tiles]
    step = 32 + GAP
    assert corners == [(MARGIN + step * (i // 3), MARGIN + step * (i % 3)) for i in range(5)]
    assert sheet.size == (2 * MARGIN + 3 * step - GAP, 2 * MARGIN + 2 * step - GAP)


def ink(sheet: Image.Image) -> int:
    return int((np.asarray(sheet).max(axis=-1) < 100).sum())


@pytest.mark.parametrize("where", ["caption", "label", "heading", "title"])
def test_every_text_is_written_and_hides_nothing(where):
    shown = tile(200, "words" if where == "caption" else "", size=64)
    row = Row([shown], "words" if where == "label" else "")
    headings = ["words"] if where == "heading" else []
    sheet = draw_sheet([row], headings, "words" if where == "title" else "")
    corner(sheet, shown)
    assert ink(sheet) > 20
    assert ink(draw_sheet([Row([tile(200, size=64)])])) == 0


@pytest.mark.parametrize("where", ["caption", "label", "heading", "title"])
@pytest.mark.parametrize("text", ["x" * 500, "two\nlines", "Zoë 東京", "bad \udcff byte"])
def test_any_text_stays_inside_the_margins(where, text):
    row = Row([tile(200, text if where == "caption" else "")], text if where == "label" else "")
    headings = [text] if where == "heading" else []
    pixels = np.asarray(draw_sheet([row], headings, text if where == "title" else ""))
    margin = MARGIN - 2  # letters may lean over their own start
    assert (pixels[:, -margin:] == 255).all()
    assert (pixels[:, :margin] == 255).all()
    assert (pixels[-margin:] == 255).all()


def test_a_sheet_is_written_whole(tmp_path):
    shown = tile(200)
    write_sheet(tmp_path / "sheet.png", draw_sheet([Row([shown])]))
    corner(Image.open(tmp_path / "sheet.png"), shown)
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


def test_levels_are_rounded_and_clipped():
    picture = np.array([[[-1.0, 0.0, 0.499 / 255.0], [1.0, 7.0, 127.5 / 255.0 + 1e-6]]])
    np.testing.assert_array_equal(levels(picture), [[[0, 0, 0], [255, 255, 128]]])
