"""Finding faces with the cascades that OpenCV ships (Viola and Jones, CVPR 2001).

The frontal cascade goes first; where it finds nothing, the profile cascade looks for faces turned
to either side. A cascade answers with a square of side s; a fixed map takes that to the landmark
box of `geometry.boxes`: its centre moves by a part of s and its width and height are parts of s.
These parts (ours) are medians over detections in faces that this package rendered, whose landmark
boxes are known; no photograph took part.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from e2far_jax.reconstruction.boxes import box_areas, distinct_boxes

LONGEST_SIDE = 1280  # larger photographs are shrunk to this for detection only
SMALLEST_FACE = 24  # pixels of the shrunk photograph
MINIMUM_NEIGHBOURS = 4  # raw detections that must agree on a face
BORDER = 0.25  # part of the longest side added around, for faces that fill the picture


@dataclasses.dataclass(frozen=True)
class Cascade:
    """A cascade file and where the landmark box lies in its squares.

    Attributes:
      file: name under `cv2.data.haarcascades`.
      shift: from the square's centre to the box's, right and down, parts of the square's side.
      size: the box's width and height, parts of the square's side.
    """

    file: str
    shift: tuple[float, float]
    size: tuple[float, float]


FRONTAL = Cascade("haarcascade_frontalface_alt2.xml", shift=(0.0, 0.13), size=(0.83, 0.77))
PROFILE = Cascade("haarcascade_profileface.xml", shift=(-0.04, 0.15), size=(0.61, 0.67))


def detect_faces(photograph: Float[np.ndarray, "H W 3"]) -> Float[np.ndarray, "faces 4"]:
    """The landmark boxes of the faces in a photograph, largest first.

    Args:
      photograph: RGB in [0, 1].
    Returns:
      [x0, y0, x1, y1] in pixels, one row a face; no rows where there is none.
    """
    gray, scale, border = _prepare(photograph)
    found = _boxes(FRONTAL, gray)
    if not len(found):
        found = _profile_faces(gray)
    boxes = (found[:, :4] - border) / scale
    boxes = boxes[distinct_boxes(boxes, found[:, 4])]
    return boxes[np.argsort(-box_areas(boxes), kind="stable")]


def _prepare(photograph: Float[np.ndarray, "H W 3"]) -> tuple[UInt8[np.ndarray, "h w"], float, int]:
    """A gray picture with a border of repeated edges, its scale, and the border in pixels."""
    import cv2

    longest = max(photograph.shape[:2])
    scale = min(1.0, LONGEST_SIDE / longest)
    if scale < 1.0:
        height, width = (max(1, round(scale * side)) for side in photograph.shape[:2])
        photograph = cv2.resize(photograph, (width, height), interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(np.rint(photograph * 255.0).astype(np.uint8), cv2.COLOR_RGB2GRAY)
    border = int(BORDER * scale * longest)
    return np.pad(gray, border, mode="edge"), scale, border


def _profile_faces(gray: UInt8[np.ndarray, "H W"]) -> Float[np.ndarray, "faces 5"]:
    """Faces turned to the picture's left, as the cascade knows them, and their mirror images."""
    mirrored = _boxes(PROFILE, np.ascontiguousarray(gray[:, ::-1]))
    mirrored[:, [0, 2]] = gray.shape[1] - mirrored[:, [2, 0]]
    return np.concatenate([_boxes(PROFILE, gray), mirrored])


def _boxes(cascade: Cascade, gray: UInt8[np.ndarray, "H W"]) -> Float[np.ndarray, "faces 5"]:
    """Landmark boxes and, last, how many raw detections agreed on each."""
    squares, neighbours = _classifier(cascade.file).detectMultiScale2(
        gray,
        scaleFactor=1.1,
        minNeighbors=MINIMUM_NEIGHBOURS,
        minSize=(SMALLEST_FACE, SMALLEST_FACE),
    )
    if not len(squares):
        return np.zeros((0, 5))
    corner, side = np.float64(squares[:, :2]), np.float64(squares[:, 2:])
    centre = corner + side * (0.5 + np.array(cascade.shift))
    half = side * np.array(cascade.size) / 2.0
    agreement = np.float64(neighbours).reshape(-1, 1)
    return np.concatenate([centre - half, centre + half, agreement], axis=1)


@functools.cache
def _classifier(file: str) -> Any:
    import cv2

    return cv2.CascadeClassifier(cv2.data.haarcascades + file)
