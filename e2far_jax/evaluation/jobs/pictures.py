"""Pictures of single items for a report: landmarks in a photograph, a scan in errors' colours."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from jaxtyping import Float, Int, UInt8

from e2far_jax.evaluation.jobs.scan_rules import ScanDistances
from e2far_jax.evaluation.jobs.systems import Picture
from e2far_jax.gallery.error_views import error_picture
from e2far_jax.gallery.sheet import levels
from e2far_jax.reconstruction.crops import Crop, cut_crop
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.scans.mesh import Mesh

SIZE = 256  # pixels
DOT = 1.8  # pixels, a landmark's radius
TRUE, PREDICTED = "#ffffff", "#ff5a36"
YAW = 0.5  # radians, of scans

T = TypeVar("T", bound=np.ndarray)
Pixels = UInt8[np.ndarray, "S S 3"]
Points = Float[np.ndarray, "68 2"]


def landmark_pictures(picture: Picture, true: Points, predicted: Points) -> dict[str, Pixels]:
    """The crop alone, and with true landmarks (white) joined to the predicted ones (red).

    Args:
      picture: of the face.
      true: landmarks, pixels.
      predicted: landmarks, pixels.
    """
    box = np.concatenate([true.min(axis=0), true.max(axis=0)])
    crop = cut_crop(read_photograph(picture.path), box.astype(np.float32), SIZE)
    plain = levels(crop.pixels)
    marked = _with_landmarks(plain, *(_in_crop(crop, points) for points in (true, predicted)))
    return {"picture": plain, "true and predicted": marked}


def scan_pictures(picture: Picture, scan: Mesh, found: ScanDistances) -> dict[str, Pixels]:
    """The photograph, and the measured part of the scan coloured by its distances.

    Args:
      picture: of the face.
      scan: the whole scan.
      found: which vertices count, and how far they are off.
    """
    pictures = {"picture": photograph_picture(picture)}
    numbers = {point.tobytes(): number for number, point in enumerate(found.points)}
    place = np.array([numbers.get(vertex.tobytes(), -1) for vertex in scan.vertices])
    measured = scan.triangles[(place >= 0)[scan.triangles].all(axis=1)]
    if len(measured):
        # Scans of similar sizes share a compiled program.
        points, distances = _filled_up(found.points), _filled_up(found.distances)
        triangles = _filled_up(place[measured].astype(np.int32))
        pictures["distances of the scan"] = mesh_picture(points, triangles, distances)
    return pictures


def mesh_picture(
    vertices: Float[np.ndarray, "N 3"],
    triangles: Int[np.ndarray, "F 3"],
    errors: Float[np.ndarray, "N"],
) -> Pixels:
    """A mesh, turned a little, in the colours of its vertices' errors, mm."""
    return levels(error_picture(vertices, triangles, errors, SIZE, yaw=YAW))


def _filled_up(rows: T) -> T:
    """With the first row again and again until their number is a power of two."""
    missing = (1 << (len(rows) - 1).bit_length()) - len(rows)
    return np.concatenate([rows, np.repeat(rows[:1], missing, axis=0)])


def photograph_picture(picture: Picture) -> Pixels:
    """The face in its box, or the middle of the photograph."""
    photograph = read_photograph(picture.path)
    height, width = photograph.shape[:2]
    half = min(height, width) / 8.0**0.5  # a crop is as wide as its box is across
    middle = np.array([width, height]) / 2.0
    box = np.concatenate([middle - half, middle + half]) if picture.box is None else picture.box
    return levels(cut_crop(photograph, box.astype(np.float32), SIZE).pixels)


def _in_crop(crop: Crop, points: Points) -> Points:
    return (points - np.asarray(crop.offset)) / crop.scale


def _with_landmarks(picture: Pixels, true: Points, predicted: Points) -> Pixels:
    from PIL import Image, ImageDraw

    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    for here, there in zip(true, predicted, strict=True):
        draw.line([*here, *there], PREDICTED, 1)
    for points, colour in ((true, TRUE), (predicted, PREDICTED)):
        for x, y in points:
            draw.ellipse([x - DOT, y - DOT, x + DOT, y + DOT], colour)
    return np.asarray(image)
