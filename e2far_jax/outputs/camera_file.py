"""A face's camera as other programs take it: NAME.camera.json.

`orthographic` is the camera that the face was found with, exactly; `perspective` is a pinhole
camera at a stated distance that shows nearly the same, and says how nearly. `conventions` says what
each number means.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.faces.face import Face
from e2far_jax.faces.record import FACE_AXES, PICTURE_AXES
from e2far_jax.geometry.perspective import (
    PerspectiveCamera,
    affine_matrix,
    largest_distance,
    orthographic_matrices,
    orthographic_points,
    perspective_camera,
)
from e2far_jax.outputs.paint import Paint

DISTANCE = 2000.0  # mm, from the lens to the landmarks: what portraits are taken from, or more
NEAR, FAR = 0.5, 2.0  # OpenGL's planes, in distances
DIGITS = 10  # significant ones

_CONVENTIONS = {
    "points": f"{FACE_AXES}; divide translations by 1000 for a .glb, which is in metres",
    "picture": (
        f"{PICTURE_AXES}; where the first pixel's middle is (0, 0), subtract 0.5 from x and y, "
        "and so from the last column of K's first two rows"
    ),
    "affine": "3 x 4 by rows: (v, 1) in mm to x and y in pixels and depth in mm, larger nearer",
    "opencv": (
        "camera axes x right, y down, z forward; x ~ K (R v + t), R and K by rows, t in mm; "
        "rotation_vector is R for cv2.projectPoints; no distortion"
    ),
    "opengl": (
        "camera axes x right, y up, looking along -z; clip = projection model_view (v, 1); 16 "
        "numbers column by column, as glUniformMatrix4fv, three.js' fromArray and glTF take them; "
        "the viewport is the whole photograph"
    ),
}


def camera_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """Intrinsics and extrinsics in OpenCV's and OpenGL's conventions."""
    return {".camera.json": (json.dumps(camera_record(face), indent=1) + "\n").encode()}


def camera_record(face: Face, distance: float = DISTANCE) -> dict[str, Any]:
    """What the file holds, in plain lists and numbers.

    Args:
      face: whose camera.
      distance: of the pinhole camera from the landmarks, mm, before its pose is fitted.
    Raises:
      ValueError: for a distance within the face.
    """
    planes = NEAR * distance, FAR * distance
    model_view, projection = orthographic_matrices(
        face.camera, face.picture_size, distance, *planes
    )
    return {
        "conventions": _CONVENTIONS,
        "picture_size": list(face.picture_size),
        "orthographic": {
            "affine": _rows(affine_matrix(face.camera)),
            "opengl": {"model_view": _columns(model_view), "projection": _columns(projection)},
        },
        "perspective": _perspective(face, distance, planes),
    }


def _perspective(face: Face, distance: float, planes: tuple[float, float]) -> dict[str, Any]:
    import cv2

    points = np.float64(face.landmarks_3d)
    camera = perspective_camera(face.camera, points, face.picture_size, distance)
    off = largest_distance(camera.project(points), orthographic_points(face.camera, points))
    width, height = face.picture_size
    return {
        "distance": _rounded((points @ camera.rotation[2]).mean() + camera.translation[2]),
        "largest_landmark_displacement": _rounded(off),
        "horizontal_field_of_view": _field_of_view(camera, width),
        "vertical_field_of_view": _field_of_view(camera, height),
        "units": "mm; pixels from where the orthographic camera has it; degrees",
        "opencv": {
            "K": _rows(camera.intrinsics),
            "R": _rows(camera.rotation),
            "t": _rows(camera.translation),
            "rotation_vector": _rows(cv2.Rodrigues(camera.rotation)[0][:, 0]),
        },
        "opengl": {
            "model_view": _columns(camera.model_view()),
            "projection": _columns(camera.projection(width, height, *planes)),
        },
    }


def _field_of_view(camera: PerspectiveCamera, side: int) -> float:
    return _rounded(math.degrees(2.0 * math.atan(side / 2.0 / float(camera.intrinsics[0, 0]))))


def _rows(array: Float[np.ndarray, "..."]) -> Any:
    """Nested lists."""
    return [_rounded(part) if array.ndim == 1 else _rows(part) for part in array]


def _columns(matrix: Float[np.ndarray, "4 4"]) -> list[float]:
    return _rows(matrix.T.reshape(-1))


def _rounded(number: Any) -> float:
    return float(f"{float(number):.{DIGITS}g}")
