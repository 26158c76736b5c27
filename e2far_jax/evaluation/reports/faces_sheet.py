"""The best, the median and the worst faces side by side, as one picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps

from e2far_jax.evaluation.reports.contents import FacePictures
from e2far_jax.evaluation.reports.extremes import GROUPS
from e2far_jax.gallery.sheet import PAPER, Row, Tile, draw_sheet

TILE_SIZE = 176  # pixels


def faces_sheet(faces: Sequence[FacePictures]) -> Image.Image:
    """Draw a column a group and a face a row, its pictures side by side.

    Args:
      faces: at least one, with at least one picture; the order within a group stays.
    Returns:
      An RGB picture.
    """
    groups = [[face for face in faces if face.group == group and face.pictures] for group in GROUPS]
    sheets = [_group_sheet(group) for group in groups if group]
    paper = Image.new(
        "RGB", (sum(one.width for one in sheets), max(one.height for one in sheets)), PAPER
    )
    left = 0
    for sheet in sheets:
        paper.paste(sheet, (left, 0))
        left += sheet.width
    return paper


def square(picture: UInt8[np.ndarray, "_ _ 3"], size: int) -> UInt8[np.ndarray, "S S 3"]:
    """The whole picture in the middle of a square, on paper where it is not square itself."""
    image = ImageOps.pad(Image.fromarray(picture), (size, size), color=PAPER)
    return np.array(image)


def _group_sheet(faces: Sequence[FacePictures]) -> Image.Image:
    rows = []
    for face in faces:
        tiles = [
            Tile(square(picture, TILE_SIZE), label)
            for picture, label in zip(face.pictures, face.labels, strict=True)
        ]
        rows.append(Row(tiles, f"{face.item}: {face.caption}"))
    return draw_sheet(rows, title=faces[0].group)
