"""One picture that shows all results: a row a face, a column a view."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

from e2far_jax.reconstruction.outputs import write_whole

GAP = 10
MARGIN = 24
CAPTION_HEIGHT = 34
LABEL_HEIGHT = 26
ROWS_PER_SHEET = 25
INK, PAPER = (40, 40, 40), (255, 255, 255)

Row = tuple[str, list[Image.Image]]


class ContactSheet:
    """Collects rows and writes them as contact_sheet.png, contact_sheet_2.png, ..."""

    def __init__(self, folder: Path, captions: Sequence[str]) -> None:
        self._folder, self._captions = folder, captions
        self._rows: list[Row] = []
        self._sheets: list[Path] = []

    def add(self, label: str, views: Sequence[UInt8[np.ndarray, "S S 3"]]) -> None:
        """Add a row: one view under each caption. Writes a sheet when it is full."""
        self._rows.append((label, [Image.fromarray(view) for view in views]))
        if len(self._rows) == ROWS_PER_SHEET:
            self._write()

    def finish(self) -> list[Path]:
        """Write the rows that are left; return all sheets."""
        if self._rows:
            self._write()
        return self._sheets

    def _write(self) -> None:
        number = len(self._sheets) + 1
        suffix = "" if number == 1 else f"_{number}"
        path = self._folder / f"contact_sheet{suffix}.png"
        content = io.BytesIO()
        draw_sheet(self._captions, self._rows).save(content, "PNG")
        write_whole(path, content.getvalue())
        self._sheets.append(path)
        self._rows = []


def draw_sheet(captions: Sequence[str], rows: Sequence[Row]) -> Image.Image:
    """Captions on top, then for each row its label and its tiles, all of one size."""
    tile_size = rows[0][1][0].width
    lefts = [MARGIN + column * (tile_size + GAP) for column in range(len(captions))]
    width = 2 * MARGIN + len(captions) * (tile_size + GAP) - GAP
    row_height = LABEL_HEIGHT + tile_size + GAP
    sheet = Image.new("RGB", (width, 2 * MARGIN + CAPTION_HEIGHT + len(rows) * row_height), PAPER)
    draw = ImageDraw.Draw(sheet)
    caption_font, label_font = ImageFont.load_default(20), ImageFont.load_default(15)
    for left, caption in zip(lefts, captions, strict=True):
        centre = left + tile_size // 2, MARGIN
        draw.text(centre, caption, fill=INK, font=caption_font, anchor="mt")
    for number, (label, tiles) in enumerate(rows):
        top = MARGIN + CAPTION_HEIGHT + number * row_height
        text = _fitted(draw, label, label_font, width - 2 * MARGIN)
        draw.text((MARGIN, top + LABEL_HEIGHT // 2), text, fill=INK, font=label_font, anchor="lm")
        for left, tile in zip(lefts, tiles, strict=True):
            sheet.paste(tile, (left, top + LABEL_HEIGHT))
    return sheet


def _fitted(
    draw: ImageDraw.ImageDraw,
    label: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    width: int,
) -> str:
    """The label in printable characters on one line; its end, where all of it is too long."""
    label = "".join(letter if letter.isprintable() else "?" for letter in label)
    if draw.textlength(label, font=font) <= width:
        return label
    while len(label) > 1 and draw.textlength("..." + label, font=font) > width:
        label = label[1:]
    return "..." + label
