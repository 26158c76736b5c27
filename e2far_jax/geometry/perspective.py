"""Perspective cameras in OpenCV's and OpenGL's conventions, and the one nearest to ours.

OpenCV's camera looks along +z, x right, y down; OpenGL's along -z, x right, y up. Both share their
origin, so a turn by half about x leads from one to the other.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float

from e2far_jax.geometry.cameras import Camera

_HALF_TURN = np.diag([1.0, -1.0, -1.0])  # about x


@dataclasses.dataclass(frozen=True)
class PerspectiveCamera:
    """A pinhole camera in OpenCV's convention.

    Attributes:
      intrinsics: K, pixels; image coordinates begin at the top left corner of the top left pixel.
      rotation: R, from the face's axes to the camera's.
      translation: t, mm: a point v is at R v + t before the camera.
    """

    intrinsics: Float[np.ndarray, "3 3"]
    rotation: Float[np.ndarray, "3 3"]
    translation: Float[np.ndarray, "3"]

    def project(self, points: Float[np.ndarray, "K 3"]) -> Float[np.ndarray, "K 2"]:
        """Where points (mm, the face's axes) fall, pixels."""
        seen = (points @ self.rotation.T + self.translation) @ self.intrinsics.T
        return seen[:, :2] / seen[:, 2:]

    def model_view(self) -> Float[np.ndarray, "4 4"]:
        """OpenGL's matrix from the face's axes to the camera's, mm; for column vectors."""
        return _rigid(_HALF_TURN @ self.rotation, _HALF_TURN @ self.translation)

    def projection(
        self, width: int, height: int, near: float, far: float
    ) -> Float[np.ndarray, "4 4"]:
        """OpenGL's matrix from the camera's axes to clip coordinates; for column vectors.

        Args:
          width: of the picture, pixels.
          height: of the picture, pixels.
          near: distance of the nearest plane, mm, positive.
          far: distance of the farthest plane, mm.
        """
        (fx, _, cx), (_, fy, cy), _ = self.intrinsics
        return np.array(
            [
                [2.0 * fx / width, 0.0, 1.0 - 2.0 * cx / width, 0.0],
                [0.0, 2.0 * fy / height, 2.0 * cy / height - 1.0, 0.0],
                [0.0, 0.0, -(far + near) / (far - near), -2.0 * far * near / (far - near)],
                [0.0, 0.0, -1.0, 0.0],
            ]
        )


def perspective_camera(
    camera: Camera, points: Float[np.ndarray, "K 3"], size: tuple[int, int], distance: float
) -> PerspectiveCamera:
    """The pinhole camera that shows points nearly where a scaled-orthographic one does.

    It has square pixels and its principal point in the picture's middle, and is `distance` away
    from the points' mean depth, where it has the orthographic camera's scale. Its pose then
    minimises the points' squared distances in the picture (Levenberg-Marquardt, OpenCV's
    `solvePnP`), if that brings the largest of them down.

    Args:
      camera: scaled-orthographic.
      points: the face's axes, mm, in number six or more, not in a plane.
      size: the picture's width and height, pixels.
      distance: mm.
    Raises:
      ValueError: for a distance within the points.
    """
    rotation = np.asarray(camera.rotation, np.float64)
    scale, (width, height) = float(camera.scale), size
    depths = points @ rotation[2]
    if not distance > depths.max() - depths.mean():
        raise ValueError(f"distance is {distance} mm, which is within the face")
    focal = scale * distance
    intrinsics = np.array([[focal, 0.0, width / 2.0], [0.0, focal, height / 2.0], [0.0, 0.0, 1.0]])
    aside = (np.asarray(camera.translation, np.float64) - np.array(size) / 2.0) / scale
    start = PerspectiveCamera(
        intrinsics, _HALF_TURN @ rotation, np.array([*aside, distance + depths.mean()])
    )
    wanted = orthographic_points(camera, points)
    fitted = _fitted(start, points, wanted)
    return min((start, fitted), key=lambda each: largest_distance(each.project(points), wanted))


def orthographic_points(
    camera: Camera, points: Float[np.ndarray, "K 3"]
) -> Float[np.ndarray, "K 2"]:
    """Where a scaled-orthographic camera has points, pixels, in double precision."""
    matrix = affine_matrix(camera)
    return points @ matrix[:2, :3].T + matrix[:2, 3]


def affine_matrix(camera: Camera) -> Float[np.ndarray, "3 4"]:
    """A scaled-orthographic camera as a matrix: (v, 1) in mm to x, y in pixels and depth in mm."""
    rotation = np.asarray(camera.rotation, np.float64)
    scale, (x, y) = float(camera.scale), np.asarray(camera.translation, np.float64).tolist()
    rows = rotation * np.array([[scale], [-scale], [1.0]])
    return np.concatenate([rows, np.array([[x], [y], [0.0]])], axis=1)


def orthographic_matrices(
    camera: Camera, size: tuple[int, int], distance: float, near: float, far: float
) -> tuple[Float[np.ndarray, "4 4"], Float[np.ndarray, "4 4"]]:
    """OpenGL's model-view and projection matrices of the scaled-orthographic camera.

    Args:
      camera: scaled-orthographic.
      size: the picture's width and height, pixels.
      distance: from the viewer to the face's origin, mm; nothing in the picture depends on it.
      near: distance of the nearest plane, mm.
      far: distance of the farthest plane, mm.
    """
    scale, middle = float(camera.scale), np.array(size) / 2.0
    aside = (np.asarray(camera.translation, np.float64) - middle) / scale * np.array([1.0, -1.0])
    model_view = _rigid(np.asarray(camera.rotation, np.float64), np.array([*aside, -distance]))
    projection = np.diag([*(scale / middle), -2.0 / (far - near), 1.0])
    projection[2, 3] = -(far + near) / (far - near)
    return model_view, projection


def largest_distance(a: Float[np.ndarray, "K D"], b: Float[np.ndarray, "K D"]) -> float:
    """The largest distance between points that belong together."""
    return float(np.linalg.norm(a - b, axis=1).max())


def _fitted(
    start: PerspectiveCamera, points: Float[np.ndarray, "K 3"], wanted: Float[np.ndarray, "K 2"]
) -> PerspectiveCamera:
    import cv2

    turn = cv2.Rodrigues(start.rotation)[0]
    _, turn, shift = cv2.solvePnP(
        np.ascontiguousarray(points, np.float64),
        np.ascontiguousarray(wanted, np.float64),
        start.intrinsics,
        None,
        turn,
        start.translation.reshape(3, 1).copy(),
        useExtrinsicGuess=True,
        flags=cv2.SOLVEPNP_ITERATIVE,
    )
    return dataclasses.replace(start, rotation=cv2.Rodrigues(turn)[0], translation=shift.reshape(3))


def _rigid(
    rotation: Float[np.ndarray, "3 3"], translation: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "4 4"]:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, translation
    return matrix
