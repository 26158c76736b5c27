"""Units and axes of mesh files, in words that the files carry."""

from __future__ import annotations

from e2far_jax.faces.record import FACE_AXES

CAMERA_AXES = (
    "mm; +x to the right in the photograph, +y up, +z towards the viewer; right-handed; the origin "
    "in the photograph's middle"
)
AXES: dict[str, str] = {"frontal": FACE_AXES, "camera": CAMERA_AXES}
