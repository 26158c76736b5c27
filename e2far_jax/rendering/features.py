"""Where the brows, lids, lips and beard of a model lie, and coordinates to find them with.

Everything is measured on the mean face, from the point between the eyes, in millimetres of a face
of ordinary size, and as the mean of both halves: a function of the distance to the midline.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from e2far_jax.morphable.model import MorphableModel
from e2far_jax.pytrees import pytree_dataclass

FACE_WIDTH = 144.0  # mm, of a face of ordinary size: 1.6 times between the eyes' outer corners
_AXIS = 80.0  # mm from the point between the eyes back to the axis of the head
EYEBALL, HIDDEN = 3.0, -3.0  # where the coordinates of eyeballs and of the mouth's inside are put

# Points of the right half of the face, and their mirror images.
_BROW, _BROW_MIRRORED = (21, 20, 19, 18, 17), (22, 23, 24, 25, 26)
_UPPER_LID, _UPPER_LID_MIRRORED = (39, 38, 37, 36), (42, 43, 44, 45)
_LOWER_LID, _LOWER_LID_MIRRORED = (39, 40, 41, 36), (42, 47, 46, 45)
_LIP_LINE, _LIP_LINE_MIRRORED = (60, 61, 62, 67, 66), (64, 63, 62, 65, 66)


@pytree_dataclass
class Curve:
    """A height over the distance to the midline: a cubic between two ends, mm.

    Attributes:
      ends: the distances nearest to and farthest from the midline.
      coefficients: of 1, t, t^2, t^3, where t goes from -1 to 1 between the ends.
    """

    ends: Float[Array, "*B 2"]
    coefficients: Float[Array, "*B 4"]

    def share(self, aside: Float[Array, "*P"]) -> Float[Array, "*P"]:
        """How far along from the near (-1) to the far end (1), not bounded."""
        near, far = self.ends[0], self.ends[1]
        return (2.0 * aside - near - far) / (far - near)

    def height(self, share: Float[Array, "*P"]) -> Float[Array, "*P"]:
        """The height there; beyond the ends that of the nearer end."""
        t, (a, b, c, d) = jnp.clip(share, -1.0, 1.0), self.coefficients
        return a + t * (b + t * (c + t * d))


@pytree_dataclass
class FaceFeatures:
    """Curves and points over half a face, mm.

    Attributes:
      brow: along the landmarks of the brow.
      upper_lid, lower_lid: the lids' edges.
      lip_line: where closed lips meet.
      eyeballs: 1 where the model has eyeballs, 0 where eyes have to be painted on.
      jaw: landmarks 0 to 8 in three dimensions, the ear's first.
      nose: the tip, the point below it, and the wing.
      mouth: the middle of the upper lip's border, that of the lower one's, and the corner.
    """

    brow: Curve
    upper_lid: Curve
    lower_lid: Curve
    lip_line: Curve
    eyeballs: Float[Array, "*B"]
    jaw: Float[Array, "*B 9 3"]
    nose: Float[Array, "*B 3 3"]
    mouth: Float[Array, "*B 3 3"]


@pytree_dataclass
class FacePoints:
    """Points of a face by their places on the mean face, mm.

    Attributes:
      aside: distance to the midline.
      up: above the eyes.
      out: in front of the point between the eyes.
      side: -1 on the subject's right, 1 on the left.
      around: arc from the midline, about the head's axis; with `up` a chart of the face.
      skin, eyeball: 1 there, 0 elsewhere.
      pixels: pixels a millimetre.
      edge: slope of edges that are as sharp as pixels and skin allow, 1/mm.
    """

    aside: Float[Array, "*P"]
    up: Float[Array, "*P"]
    out: Float[Array, "*P"]
    side: Float[Array, "*P"]
    around: Float[Array, "*P"]
    skin: Float[Array, "*P"]
    eyeball: Float[Array, "*P"]
    pixels: Float[Array, "*P"]
    edge: Float[Array, "*P"]


def face_features(model: MorphableModel) -> FaceFeatures:
    """Find the features of a model's mean face by its landmarks."""
    marks = _in_millimetres(model.landmarks.on(model.mean), model)
    half = jnp.concatenate([jnp.abs(marks[:, :1]), marks[:, 1:]], axis=-1)

    def both(right: Sequence[int], left: Sequence[int]) -> Float[Array, "K 3"]:
        return (half[np.array(right)] + half[np.array(left)]) / 2.0

    eyes = model.regions.get("eyes")
    return FaceFeatures(
        brow=_curve(both(_BROW, _BROW_MIRRORED)),
        upper_lid=_curve(both(_UPPER_LID, _UPPER_LID_MIRRORED)),
        lower_lid=_curve(both(_LOWER_LID, _LOWER_LID_MIRRORED)),
        lip_line=_curve(both(_LIP_LINE, _LIP_LINE_MIRRORED)),
        eyeballs=jnp.zeros(()) if eyes is None else eyes.any().astype(jnp.float32),
        jaw=both(range(9), range(16, 7, -1)),
        nose=both((30, 33, 31), (30, 33, 35)),
        mouth=both((51, 57, 48), (51, 57, 54)),
    )


def face_coordinates(model: MorphableModel) -> Float[Array, "N 3"]:
    """Where each vertex is on the mean face, in face widths from the point between the eyes.

    Eyeballs get places of their own, x and y from the middle of the iris and z = `EYEBALL`, and
    the inside of the mouth z = `HIDDEN`, so that nothing of the skin is painted there.
    """
    places = places_on_face(model.mean, model)
    inside = (
        region_mask(model, "mouth_cavity")
        | region_mask(model, "teeth")
        | region_mask(model, "eye_sockets")
    )
    places = jnp.where(inside[:, None], places.at[:, 2].set(HIDDEN), places)
    eyes, irises = (
        region_mask(model, "eyes"),
        region_mask(model, "irises") & region_mask(model, "eyes"),
    )
    for half in (places[:, 0] < 0, places[:, 0] >= 0):
        ball, iris = eyes & half, (irises & half)[:, None]
        foremost = places[jnp.argmax(jnp.where(ball, places[:, 2], -jnp.inf))]
        middle = jnp.where(iris, places, 0.0).sum(axis=0) / jnp.maximum(iris.sum(), 1)
        middle = jnp.where(iris.any(), middle, foremost)
        placed = (places - middle).at[:, 2].set(EYEBALL)
        places = jnp.where(ball[:, None], placed, places)
    return places


def face_points(
    position: Float[Array, "3 *P"], pixels: Float[Array, "*P"] | Float[Array, ""]
) -> FacePoints:
    """What `skin_detail` needs to know of coordinates from `face_coordinates`."""
    x, y, z = position
    aside, depth = FACE_WIDTH * jnp.abs(x), FACE_WIDTH * z + _AXIS
    skin = (jnp.abs(z) < 1.5).astype(position.dtype)
    # A quotient that grows like an angle about the axis, and is as long as an arc in front.
    around = 1.6 * _AXIS * aside / (jnp.abs(depth) + aside + 0.4 * _AXIS)
    return FacePoints(
        aside=aside,
        up=FACE_WIDTH * y,
        out=FACE_WIDTH * z,
        side=jnp.where(x < 0, -1.0, 1.0),
        around=around,
        skin=skin,
        eyeball=(z > 1.5).astype(position.dtype),
        pixels=jnp.broadcast_to(pixels, x.shape),
        edge=jnp.minimum(jnp.broadcast_to(pixels, x.shape), 2.0),
    )


def places_on_face(points: Float[Array, "K 3"], model: MorphableModel) -> Float[Array, "K 3"]:
    """Points of the mean face in face widths from the point between the eyes."""
    return _in_millimetres(points, model) / FACE_WIDTH


def _in_millimetres(points: Float[Array, "N 3"], model: MorphableModel) -> Float[Array, "N 3"]:
    """From the point between the eyes, of a face of ordinary size."""
    marks = model.landmarks.on(model.mean)
    width = 1.6 * jnp.linalg.norm(marks[45] - marks[36])
    return (points - marks[36:48].mean(axis=0)) * (FACE_WIDTH / width)


def region_mask(model: MorphableModel, name: str) -> Bool[Array, "N"]:
    """The vertices of a region; none of them where a model has no such region."""
    return model.regions.get(name, jnp.zeros(len(model.mean), bool))


def _curve(points: Float[Array, "K 3"]) -> Curve:
    """The cubic that fits points best, the first nearest to the midline and the last farthest."""
    aside, height = points[:, 0], points[:, 1]
    curve = Curve(jnp.stack([aside.min(), aside.max()]), jnp.zeros(4))
    powers = curve.share(aside)[:, None] ** np.arange(4)
    # Least squares; damped, for fewer than four places say little about the higher powers.
    square = powers.T @ powers + jnp.diag(jnp.array([1e-5, 1e-5, 1e-3, 1e-2]))
    return Curve(curve.ends, jnp.linalg.solve(square, powers.T @ height))
