"""Things between the face and the camera: hands, cups, telephones, scarves, strands of hair.

Everything is put together from one kind of part, a plate with rounded corners and edges that may
taper and bend: a finger is a plate that is all edge. Plates are drawn one over the other, each with
a shadow around it.
"""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.plates import Plates, draw_plates, plate_distance
from e2far_jax.rendering.ranges import Range, Ranges, between, number, share
from e2far_jax.rendering.things import THINGS, random_things

_RETREATS = (0.0, 20.0, 40.0, 65.0, 100.0, 400.0)  # mm, tried in turn where too much is covered


@dataclasses.dataclass(frozen=True)
class ObjectsRanges(Ranges):
    """Ranges of things in front of the face; the first seven are probabilities, in all at most 1.

    Attributes:
      hand: fingers at the mouth, a cheek, an eye, or the forehead.
      cup: at the mouth, with the fingers that hold it.
      microphone: under the mouth.
      phone: at a cheek or before the face.
      paper: a sheet or book from below.
      scarf: around the chin, up to the nose.
      strands: loose hair across the face.
      size: least and most size of things, as a multiple of the usual one.
      cover: most share of the 68 landmarks that may be covered.
    """

    hand: float = share(0.1)
    cup: float = share(0.03)
    microphone: float = share(0.03)
    phone: float = share(0.03)
    paper: float = share(0.02)
    scarf: float = share(0.03)
    strands: float = share(0.08)
    size: Range = number((0.85, 1.2), smallest=0.1, largest=3.0)
    cover: float = share(0.55)

    @classmethod
    def off(cls) -> ObjectsRanges:
        """Nothing in front."""
        return cls(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    @classmethod
    def at_level(cls, level: int) -> ObjectsRanges:
        """From nothing (0) to everything (3)."""
        return (
            cls.off(),
            cls(0.03, 0.01, 0.01, 0.01, 0.0, 0.01, 0.03, cover=0.25),
            cls(0.07, 0.02, 0.02, 0.02, 0.01, 0.02, 0.05, cover=0.4),
            cls(),
        )[level]


@pytree_dataclass
class Objects:
    """What is in front of one face.

    Attributes:
      plates: its parts, the last on top; empty ones draw nothing.
      present: whether there is anything.
      light: unit vector towards the light, image x and y and towards the viewer.
      softness: width of the edges, pixels.
    """

    plates: Plates
    present: Float[Array, "*B"]
    light: Float[Array, "*B 3"]
    softness: Float[Array, "*B"]


def random_objects(
    key: Key[Array, ""],
    landmarks: Float[Array, "68 2"],
    skin_colour: Float[Array, "3"],
    ranges: ObjectsRanges,
) -> tuple[Objects, dict[str, Float[Array, ""]]]:
    """Things in front of one face, at most one kind at a time.

    Args:
      key: decides everything.
      landmarks: of the face, pixels.
      skin_colour: display colour of the face's skin where light falls on it, for its hands.
      ranges: what may come.
    Returns:
      The things, and "objects.kind" (0 for none, else 1 and on in the order of the ranges) and
      "objects.cover", the share of the landmarks that is behind them.
    """
    numbers = jax.random.uniform(key, (64,))
    shares = jnp.array([getattr(ranges, name) for name in THINGS])
    kind = jnp.sum(numbers[0] >= jnp.cumsum(shares))  # len(THINGS) for none
    present = (kind < len(THINGS)).astype(jnp.float32)
    pixels = _pixels_per_mm(landmarks) * between(numbers[1], ranges.size)
    kind = jnp.minimum(kind, len(THINGS) - 1)
    plates, towards, place = random_things(numbers[4:], kind, landmarks, skin_colour)
    retreats = place - pixels * jnp.array(_RETREATS)[:, None] * towards
    candidates = jax.vmap(lambda spot: _placed(plates, spot, towards, pixels))(retreats)
    covers = jax.vmap(_cover, (0, None))(candidates, landmarks)
    chosen = jnp.argmax(covers <= ranges.cover)
    plates = jax.tree.map(lambda field: field[chosen], candidates)
    side = 2.0 * numbers[2] - 1.0
    light = jnp.stack([0.6 * side, -0.55 * jnp.ones(()), 0.6 + 0.0 * side])
    objects = Objects(
        plates=plates,
        present=present,
        light=light / jnp.linalg.norm(light),
        softness=1.0 + 1.2 * numbers[3] ** 2,
    )
    cover = covers[chosen] * present
    factors = {"kind": (kind + 1.0) * present, "cover": cover}
    return objects, {f"objects.{name}": value for name, value in factors.items()}


def draw_objects(image: Float[Array, "H W 3"], objects: Objects) -> Float[Array, "H W 3"]:
    """Draw things over a picture.

    Args:
      image: display RGB.
      objects: what to draw.
    Returns:
      Display RGB; the same picture, bit for bit, where there is nothing to draw.
    """
    return jax.lax.cond(
        objects.present > 0.0,
        lambda: draw_plates(image, objects.plates, objects.light, objects.softness),
        lambda: image,
    )


def _pixels_per_mm(landmarks: Float[Array, "68 2"]) -> Float[Array, ""]:
    """From distances that a face of ordinary size has, of which turning leaves one."""
    height = jnp.linalg.norm(landmarks[27] - landmarks[8]) / 115.0
    return jnp.maximum(height, jnp.linalg.norm(landmarks[45] - landmarks[36]) / 90.0)


def _placed(
    plates: Plates, place: Float[Array, "2"], towards: Float[Array, "2"], pixels: Float[Array, ""]
) -> Plates:
    """From millimetres about the origin, things pointing along x, to pixels about a place."""
    across = jnp.stack([-towards[1], towards[0]])

    def turned(vectors: Float[Array, "P 2"]) -> Float[Array, "P 2"]:
        return vectors[:, :1] * towards + vectors[:, 1:] * across

    return dataclasses.replace(
        plates,
        centres=place + pixels * turned(plates.centres),
        directions=turned(plates.directions),
        halves=pixels * plates.halves,
        corners=pixels * plates.corners,
        bends=pixels * plates.bends,
        edges=pixels * plates.edges,
        periods=pixels * plates.periods,
    )


def _cover(plates: Plates, landmarks: Float[Array, "68 2"]) -> Float[Array, ""]:
    """Share of the landmarks that lie behind a plate."""
    x, y = landmarks.T
    distance = jax.vmap(lambda plate: plate_distance(plate, x, y)[0])(plates)
    return (distance < 0.0).any(axis=0).mean()
