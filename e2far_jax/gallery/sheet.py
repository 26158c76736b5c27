"""Sheets of pictures: rows of tiles with labels, headings and captions, as PNG files."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw, ImageFont

from e2far_jax.files import replacing

GAP = 10
MARGIN = 24
TITLE_HEIGHT, TITLE_WIDTH = 40, 420
HEADING_HEIGHT = 34
LABEL_HEIGHT = 26
CAPTION_HEIGHT = 16
TITLE_SIZE, HEADING_SIZE, LABEL_SIZE, CAPTION_SIZE = 20, 20, 15, 11  # of letters, pixels
INK, PAPER = (40, 40, 40), (255, 255, 255)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclasses.dataclass(frozen=True)
class Tile:
    """One square picture of a sheet.

    Attributes:
      picture: RGB levels, 0 to 255.
      caption: what stands below it.
    """

    picture: UInt8[np.ndarray, "S S 3"]
    caption: str = ""


@dataclasses.dataclass(frozen=True)
class Row:
    """Tiles side by side, all of the sheet's size.

    Attributes:
      tiles: from left to right.
      label: what stands above them.
    """

    tiles: Sequence[Tile]
    label: str = ""


def near_square(tiles: Sequence[Tile]) -> list[Row]:
    """Tiles in rows of equal length, but for the last, as near to a square as their number goes."""
    columns = math.ceil(math.sqrt(len(tiles)))
    return [Row(tiles[start : start + columns]) for start in range(0, len(tiles), columns)]


def draw_sheet(rows: Sequence[Row], headings: Sequence[str] = (), title: str = "") -> Image.Image:
    """Draw a sheet; room for labels, captions, headings and a title is made where there are any.

    Args:
      rows: from top to bottom, at least one with a tile.
      headings: one above each column.
      title: one line on top; shortened where it is too long, as all text is.
    Returns:
      An RGB picture.
    """
    size = rows[0].tiles[0].picture.shape[0]
    columns = max(len(headings), *(len(row.tiles) for row in rows))
    label_height = LABEL_HEIGHT if any(row.label for row in rows) else 0
    captions = any(tile.caption for row in rows for tile in row.tiles)
    row_height = label_height + size + (CAPTION_HEIGHT if captions else 0) + GAP
    top = MARGIN + (TITLE_HEIGHT if title else 0) + (HEADING_HEIGHT if headings else 0)
    width = max(columns * (size + GAP) - GAP, TITLE_WIDTH if title else 0) + 2 * MARGIN
    pen = _Pen(width, top + len(rows) * row_height - GAP + MARGIN)
    pen.write(title, (MARGIN, MARGIN), TITLE_SIZE, width - 2 * MARGIN, "lt")
    lefts = [MARGIN + column * (size + GAP) for column in range(columns)]
    for left, heading in zip(lefts, headings, strict=False):
        pen.write(heading, (left + size // 2, top - HEADING_HEIGHT), HEADING_SIZE, size, "mt")
    for number, row in enumerate(rows):
        y = top + number * row_height
        middle = MARGIN, y + LABEL_HEIGHT // 2
        pen.write(row.label, middle, LABEL_SIZE, width - 2 * MARGIN, "lm", keep="end")
        for left, tile in zip(lefts, row.tiles, strict=False):
            pen.sheet.paste(Image.fromarray(tile.picture), (left, y + label_height))
            below = left, y + label_height + size + 3
            pen.write(tile.caption, below, CAPTION_SIZE, size, "lt")
    return pen.sheet


def write_sheet(path: Path, sheet: Image.Image) -> None:
    """Write a sheet as a PNG file, whole or not at all."""
    with replacing(path) as file:
        sheet.save(file, "PNG")


def levels(picture: Float[np.ndarray, "H W 3"]) -> UInt8[np.ndarray, "H W 3"]:
    """Levels 0 to 255 of a picture in [0, 1]; what lies outside is clipped."""
    return np.rint(np.clip(picture, 0.0, 1.0) * 255.0).astype(np.uint8)


class _Pen:
    """An empty sheet and what writes on it."""

    def __init__(self, width: int, height: int) -> None:
        self.sheet = Image.new("RGB", (width, height), PAPER)
        self._draw = ImageDraw.Draw(self.sheet)

    def write(
        self,
        text: str,
        place: tuple[int, int],
        size: int,
        width: int,
        anchor: str,
        keep: Literal["start", "end"] = "start",
    ) -> None:
        """One line of text, no wider than `width`; `keep` says which part stays otherwise."""
        font = ImageFont.load_default(size)
        self._draw.text(place, self._fitted(text, font, width, keep), INK, font, anchor)

    def _fitted(self, text: str, font: Font, width: int, keep: str) -> str:
        text = "".join(letter if letter.isprintable() else "?" for letter in text)
        shown = text
        while len(text) > 1 and self._draw.textlength(shown, font=font) > width:
            text = text[1:] if keep == "end" else text[:-1]
            shown = "..." + text if keep == "end" else text + "..."
        return shown
