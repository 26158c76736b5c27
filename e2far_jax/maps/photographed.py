"""What a photograph shows at points of a face, and where it shows anything at all."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from e2far_jax.faces.face import Face
from e2far_jax.gallery.studio import opaque_triangles
from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.maps.blocks import BLOCK, Window, draw_attributes, window_around

FACING = (0.25, 0.5)  # cosine to the viewer from which on a point counts, and counts fully
LEAST_DEPTH_MM = 0.7  # how far behind the nearest surface a point may be and still be seen
# The face is never found exactly, so what lies beside an edge may be of the other side's colour.
MARGIN = 3  # pixels of depth: how far things reach beyond their outline in front of others
OUTLINE = 12.0  # pixels of depth: confidence rises over so many from the head's outline on


@dataclasses.dataclass(frozen=True)
class Samples:
    """What a photograph says of points.

    Attributes:
      colours: RGB in [0, 1]; 0 where the confidence is.
      confidence: 0 where the point is hidden, turned away, at the face's outline or beyond the
        picture; 1 where it is well seen.
    """

    colours: Float[np.ndarray, "*B 3"]
    confidence: Float[np.ndarray, "*B"]


class PhotographedFace:
    """A face's photograph with the depth of the face in it."""

    def __init__(self, face: Face, most_pixels: int = 2 * BLOCK) -> None:
        """Draw the depth and cut the face out.

        Args:
          face: one whose photograph is at hand.
          most_pixels: a photograph in which the face's longer side has more is made smaller, so
            that nothing is missed between the points that are asked for.
        Raises:
          ValueError: for a face without a photograph.
        """
        if face.photograph is None:
            raise ValueError("the face's photograph is not at hand, so it has no colours")
        self._face = face
        points = face.projected(face.vertices)
        self._picture, self._origin, self._scale = _shrunk(
            face.photograph, window_around(points, face.picture_size), most_pixels
        )
        # The depth is drawn beyond the picture too, at one size for all faces.
        low, high = points.min(axis=0)[:2], points.max(axis=0)[:2]
        self._depth_scale = (BLOCK - 2.0) / max(float((high - low).max()), 1e-6)
        self._depth_origin = low - 1.0 / self._depth_scale
        self._depth, self._within = _with_margins(
            draw_attributes(
                self._in_depth(points),
                opaque_triangles(face.model),
                np.zeros((len(points), 0), np.float32),
                Window(0, 0, BLOCK, BLOCK),
            )[0]
        )

    def samples(
        self, points: Float[np.ndarray, "*B 3"], normals: Float[np.ndarray, "*B 3"]
    ) -> Samples:
        """What the photograph shows at points of the face.

        Args:
          points: mm, the face's own axes.
          normals: unit vectors there.
        """
        shape = points.shape[:-1]
        seen = self._face.projected(points.reshape(-1, 3))
        facing = normals.reshape(-1, 3) @ np.asarray(self._face.camera.rotation)[2]
        # Most points are turned away or beyond the picture, which is soon said.
        possible = np.flatnonzero((facing > FACING[0]) & self._inside(seen))
        seen, facing = seen[possible], facing[possible]
        confidence = np.zeros(len(normals.reshape(-1, 3)), np.float32)
        confidence[possible] = smooth_ramp(facing, *FACING) * self._open(seen, facing)
        colours = np.zeros((len(confidence), 3), np.float32)
        colours[possible] = _bilinear(self._picture, (seen[:, :2] - self._origin) * self._scale)
        return Samples(colours.reshape(*shape, 3), confidence.reshape(shape))

    def _inside(self, seen: Float[np.ndarray, "K 3"]) -> Bool[np.ndarray, "K"]:
        (x, y), (width, height) = seen[:, :2].T, self._face.picture_size
        return (x >= 0.0) & (x < width) & (y >= 0.0) & (y < height)

    def _open(
        self, seen: Float[np.ndarray, "K 3"], facing: Float[np.ndarray, "K"]
    ) -> Float[np.ndarray, "K"]:
        """How far nothing is before the points, and the outline is not near."""
        pixel_mm = 1.0 / float(self._face.camera.scale) / self._depth_scale
        slope = np.sqrt(np.maximum(1.0 - facing**2, 0.0)) / np.maximum(facing, FACING[0])
        limit = seen[:, 2] + LEAST_DEPTH_MM + (MARGIN + 1.5) * pixel_mm * slope
        place = self._in_depth(seen)[:, :2] - 0.5
        first = np.floor(place).astype(int)
        share = place - first
        total = np.zeros(len(seen), np.float32)
        for right in (0, 1):
            for down in (0, 1):
                column, row = np.clip(first + np.array([right, down]), 0, BLOCK - 1).T
                weight = np.abs(1 - right - share[:, 0]) * np.abs(1 - down - share[:, 1])
                total += weight * (self._depth[row, column] <= limit) * self._within[row, column]
        return np.minimum(total, 1.0)

    def _in_depth(self, seen: Float[np.ndarray, "K 3"]) -> Float[np.ndarray, "K 3"]:
        flat = (seen[:, :2] - self._depth_origin) * self._depth_scale
        return np.concatenate([flat, seen[:, 2:]], axis=1).astype(np.float32)


def _with_margins(
    depth: Float[np.ndarray, "H W"],
) -> tuple[Float[np.ndarray, "H W"], Float[np.ndarray, "H W"]]:
    """The depth of the nearest surface within MARGIN; 0 at the outline rising to 1 within it."""
    import cv2

    covered = ~np.isnan(depth)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * MARGIN + 1, 2 * MARGIN + 1))
    nearest = cv2.dilate(np.where(covered, depth, -np.inf).astype(np.float32), disc)
    bordered = np.pad(covered, 1).astype(np.uint8)
    distance = cv2.distanceTransform(bordered, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    return nearest, smooth_ramp(distance, 0.0, OUTLINE)


def face_normals(face: Face) -> Float[np.ndarray, "N 3"]:
    """Unit normals of a face's vertices in its own axes."""
    return np.asarray(vertex_normals(jnp.asarray(face.vertices), face.model.triangles))


def smooth_ramp(
    values: Float[np.ndarray, "*B"], low: float, high: float
) -> Float[np.ndarray, "*B"]:
    """0 up to `low`, 1 from `high` on, between them 3 t^2 - 2 t^3."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return (t * t * (3.0 - 2.0 * t)).astype(np.float32)


def _shrunk(
    picture: Float[np.ndarray, "H W 3"], window: Window, most: int
) -> tuple[Float[np.ndarray, "h w 3"], Float[np.ndarray, "2"], Float[np.ndarray, "2"]]:
    """The window's pixels, no more than that; its corner; its pixels a pixel of the picture."""
    import cv2

    part = window.cut(picture)
    origin = np.array([window.left, window.top], np.float32)
    if part.size == 0:
        return np.zeros((1, 1, 3), np.float32), origin, np.ones(2, np.float32)
    factor = min(1.0, most / max(window.width, window.height))
    size = max(round(window.width * factor), 1), max(round(window.height * factor), 1)
    scale = np.array(size, np.float32) / np.array([window.width, window.height], np.float32)
    small = cv2.resize(np.ascontiguousarray(part, np.float32), size, interpolation=cv2.INTER_AREA)
    return small, origin, scale


def _bilinear(
    picture: Float[np.ndarray, "H W 3"], points: Float[np.ndarray, "K 2"]
) -> Float[np.ndarray, "K 3"]:
    """Between pixel centres; beyond the border the nearest pixel."""
    from scipy.ndimage import map_coordinates

    rows_columns = points.T[::-1] - 0.5
    channels = [
        map_coordinates(picture[..., c], rows_columns, order=1, mode="nearest") for c in range(3)
    ]
    return np.stack(channels, axis=-1)
