"""A face's maps as pictures at the photograph's size, and as arrays.

Lengths in 16-bit pictures are mm = (level - 32768) / 32, level 0 where there is nothing. Each .png
says so in its text chunk "Description".
"""

from __future__ import annotations

import io

import numpy as np
from jaxtyping import Float, UInt8, UInt16

from e2far_jax.faces.face import Face
from e2far_jax.faces.record import FACE_AXES
from e2far_jax.maps.picture_maps import PictureMaps, picture_maps
from e2far_jax.maps.unwrapping import position_map
from e2far_jax.outputs.paint import Paint
from e2far_jax.outputs.png import png_bytes

STEPS_PER_MM, MIDDLE = 32, 2**15

_LENGTHS = f"mm = (level - {MIDDLE}) / {STEPS_PER_MM}; level 0 is nothing"
_DEPTH = "depth along the camera's z axis, larger nearer to the viewer, 0 at the face's origin"
_NORMALS = "unit normals in the camera's axes, x right, y up, z towards the viewer"
_CODES = "x, y and z on the mean face, each scaled to [0, 1] over its vertices (PNCC)"


def depth_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """The depth of each pixel, 16 bits of gray."""
    maps = picture_maps(face)
    levels = maps.whole(length_levels(maps.depth))
    return {".depth.png": _described(levels, f"{_DEPTH}: {_LENGTHS}")}


def normals_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """The normal of each pixel, 8 bits of RGB."""
    maps = picture_maps(face)
    levels = maps.whole(_levels((maps.normals + 1.0) / 2.0) * maps.mask[..., None])
    about = f"{_NORMALS}: (R, G, B) / 127.5 - 1; black is nothing"
    return {".normals.png": _described(levels, about)}


def pncc_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """Where on the mean face each pixel is, 8 bits of RGB."""
    maps = picture_maps(face)
    about = f"{_CODES}: (R, G, B) / 255; black is nothing. Axes: {FACE_AXES}"
    return {".pncc.png": _described(maps.whole(_levels(maps.codes)), about)}


def mask_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """Which pixels show the face, 8 bits of gray."""
    maps = picture_maps(face)
    about = "255 where the morphable model's surface is, 0 elsewhere"
    return {".mask.png": _described(maps.whole(_levels(maps.mask)), about)}


def maps_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """Depth, normals and PNCC of the pixels around the face, as NumPy arrays."""
    return {".maps.npz": _arrays(picture_maps(face))}


def uv_position_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """Where on the face each texel of its texture is, 16 bits of RGB."""
    positions, covered = position_map(face)
    levels = length_levels(np.where(covered[..., None], positions, np.nan))
    about = f"x, y and z of the face with its expression at each texel: {_LENGTHS}. {FACE_AXES}"
    return {".uv_position.png": _described(levels, about)}


def length_levels(lengths: Float[np.ndarray, "H W *C"]) -> UInt16[np.ndarray, "H W *C"]:
    """Lengths (mm) as 16-bit levels; NaN becomes 0.

    Raises:
      ValueError: for lengths that don't fit.
    """
    levels = np.rint(lengths * STEPS_PER_MM) + MIDDLE
    if (levels < 1).any() or (levels > 2**16 - 1).any():
        farthest = float(np.nanmax(np.abs(lengths)))
        raise ValueError(
            f"{farthest:.0f} mm don't fit into a picture of 16 bits, which holds up to "
            f"{MIDDLE // STEPS_PER_MM - 1} mm from the face's origin"
        )
    return np.where(np.isnan(levels), 0, levels).astype(np.uint16)


def _levels(values: Float[np.ndarray, "h w *C"] | np.ndarray) -> UInt8[np.ndarray, "h w *C"]:
    return np.rint(255.0 * np.clip(values, 0.0, 1.0)).astype(np.uint8)


def _arrays(maps: PictureMaps) -> bytes:
    about = (
        f"depth: mm, {_DEPTH}, NaN where there is nothing; normals: {_NORMALS}; pncc: {_CODES}; "
        "window: left, top, width and height of these arrays in the photograph, pixels"
    )
    file = io.BytesIO()
    np.savez_compressed(
        file,
        depth=maps.depth,
        normals=maps.normals,
        pncc=maps.codes,
        window=np.array([maps.window.left, maps.window.top, maps.window.width, maps.window.height]),
        picture_size=np.array(maps.picture_size),
        about=np.array(about),
    )
    return file.getvalue()


def _described(levels: np.ndarray, about: str) -> bytes:
    return png_bytes(levels, {"Description": about})
