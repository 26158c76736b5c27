"""Pictures turned in their own plane, and the way back: for faces that are not upright.

Angles count counter-clockwise as the viewer sees the picture, in radians, like the roll of
`geometry.rotations`; points are in pixels, x right, y down.
"""

from __future__ import annotations

import dataclasses
import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Shaped

from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.reconstruction.crops import Crop, camera_in_photograph, cut_crop

MARGIN = 2.0  # sides of the upright picture, in sides of the face's crop; sqrt 2 would just do
SIZE = 512  # pixels of the upright picture's side; the face's own crop has half of them


@dataclasses.dataclass(frozen=True)
class Turn:
    """The map q = M (p - before) + after, where M turns by `angle`.

    Attributes:
      angle: radians, counter-clockwise as the viewer sees it.
      before, after: where a point is that stays the middle, pixels.
    """

    angle: float
    before: Float[np.ndarray, "2"]
    after: Float[np.ndarray, "2"]

    @property
    def matrix(self) -> Float[np.ndarray, "2 2"]:
        """M, for columns [x, y] with y down."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return np.array([[cos, sin], [-sin, cos]])

    @property
    def undone(self) -> Turn:
        """The way back."""
        return Turn(-self.angle, self.after, self.before)

    def points(self, points: Float[np.ndarray, "*B 2"]) -> Float[np.ndarray, "*B 2"]:
        """Points after the turn."""
        return (points - self.before) @ self.matrix.T + self.after

    def boxes(self, boxes: Float[np.ndarray, "faces 4"]) -> Float[np.ndarray, "faces 4"]:
        """The boxes of the ellipses that fill them, turned.

        Their diagonals, and with them the sides of the crops around them, stay as they are.
        """
        centres = self.points((boxes[:, :2] + boxes[:, 2:]) / 2.0)
        halves = np.sqrt(((boxes[:, 2:] - boxes[:, :2]) / 2.0) ** 2 @ self.matrix.T**2)
        return np.hstack([centres - halves, centres + halves])

    def camera(self, camera: Camera) -> Camera:
        """A camera of the picture before the turn as one of the picture after it."""
        zero = jnp.zeros(())
        rolled = rotation_from_euler(zero, zero, jnp.asarray(self.angle, camera.rotation.dtype))
        return Camera(
            rotation=jnp.matmul(rolled, camera.rotation, precision="highest"),
            scale=camera.scale,
            translation=jnp.asarray(
                self.points(np.float64(camera.translation)), camera.translation.dtype
            ),
        )

    def picture(
        self, picture: Shaped[np.ndarray, "H W 3"], width: int, height: int
    ) -> Shaped[np.ndarray, "h w 3"]:
        """A picture after the turn; what lies beyond it repeats its nearest edge pixel."""
        import cv2

        # OpenCV counts from the middle of the top left pixel.
        origin = self.points(np.array([0.5, 0.5])) - 0.5
        return cv2.warpAffine(
            picture,
            np.hstack([self.matrix, origin[:, None]]),
            (width, height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )


def turn_whole(width: int, height: int, angle: float) -> tuple[Turn, int, int]:
    """A turn about a picture's middle, and the width and height that hold all of the result."""
    cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
    # Less a trifle, so that a quarter turn has no pixels too many.
    wide = math.ceil(width * cos + height * sin - 1e-6)
    high = math.ceil(width * sin + height * cos - 1e-6)
    middle, turned = np.array([width, height]) / 2.0, np.array([wide, high]) / 2.0
    return Turn(angle, middle, turned), wide, high


@dataclasses.dataclass(frozen=True)
class Upright:
    """The surroundings of one face, turned so that it stands upright.

    Attributes:
      pixels: RGB in [0, 1]; the face is in the middle.
      box: its landmark box [x0, y0, x1, y1] in them.
    """

    pixels: Float[np.ndarray, "S S 3"]
    box: Float[np.ndarray, "4"]
    _crop: Crop
    _turn: Turn

    def camera_in_photograph(self, camera: Camera) -> Camera:
        """A camera in these pixels as one in the photograph's."""
        return camera_in_photograph(self._turn.undone.camera(camera), self._crop)

    def points_in_photograph(self, points: Float[np.ndarray, "*B 2"]) -> Float[np.ndarray, "*B 2"]:
        """Points of these pixels in the photograph's."""
        return self._turn.undone.points(points) * self._crop.scale + self._crop.offset


def turn_upright(
    photograph: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"], roll: float
) -> Upright:
    """Cut out a face with its surroundings, and undo its roll.

    Args:
      photograph: RGB in [0, 1].
      box: the face's landmark box [x0, y0, x1, y1] in the photograph, pixels.
      roll: how far the head is turned, radians, counter-clockwise as the viewer sees it.
    """
    centre, half = (box[:2] + box[2:]) / 2.0, (box[2:] - box[:2]) / 2.0
    around = np.concatenate([centre - MARGIN * half, centre + MARGIN * half])
    crop = cut_crop(photograph, around, SIZE)
    middle = np.full(2, SIZE / 2.0)
    turn = Turn(-roll, middle, middle)
    (turned,) = turn.boxes((box - np.tile(crop.offset, 2))[None] / crop.scale)
    return Upright(turn.picture(crop.pixels, SIZE, SIZE), turned.astype(box.dtype), crop, turn)
