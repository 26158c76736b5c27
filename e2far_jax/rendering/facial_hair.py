"""Beards of all kinds, painted on the skin: where a face has landmarks, a beard can grow."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.features import FaceFeatures, FacePoints
from e2far_jax.rendering.ranges import Range, Ranges, between, number, share

# How much each kind has of: moustache, its ends, below the lip, chin, beside the mouth,
# jaw and cheek, side burns, neck.
KINDS = ("none", "stubble", "moustache", "goatee", "full beard", "side burns")
_COVERS = (
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (1.0, 1.0, 0.8, 1.0, 1.0, 1.0, 1.0, 0.8),
    (1.1, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (0.9, 0.9, 1.0, 1.2, 0.7, 0.0, 0.0, 0.0),
    (1.2, 1.1, 1.0, 1.2, 1.1, 1.0, 1.0, 0.7),
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.4, 1.2, 0.0),
)
_REACH, _FAR_REACH = 30.0, 65.0  # mm, of the steep and of the flat part of a weight
_FLAT = 0.02
_BARE = 0.0015  # weight of bare skin everywhere
_PART_OF_ANCHOR = (0, 1, 2, 3, 3, 4, 5, 5, 6, 6, 7)


@dataclasses.dataclass(frozen=True)
class FacialHairRanges(Ranges):
    """Who has a beard, and how much of it.

    Attributes:
      bearded: probability of any facial hair.
      density: least and most cover of hair that has grown; stubble has less than half of it.
      irregularity: most by which the parts of a beard differ from its kind, 0 to 1.
    """

    bearded: float = share(0.4)
    density: Range = number((0.35, 0.95), largest=1.0)
    irregularity: float = share(0.5)

    @classmethod
    def off(cls) -> FacialHairRanges:
        """Nobody has any."""
        return cls(bearded=0.0)

    @classmethod
    def at_level(cls, level: int) -> FacialHairRanges:
        """None at 0, some thin ones at 1, then more and denser ones."""
        return (
            cls.off(),
            cls(0.15, (0.3, 0.6), 0.2),
            cls(0.3, (0.3, 0.8), 0.4),
            cls(),
        )[level]


@pytree_dataclass
class FacialHair:
    """The beard of a person, or none.

    Attributes:
      growth: share of cover about each anchor of `beard_cover`.
      density: cover where it is full, 0 for none.
      softness: of the edges, 0 to 1.
    """

    growth: Float[Array, "*B 11"]
    density: Float[Array, "*B"]
    softness: Float[Array, "*B"]


def random_facial_hair(
    key: Key[Array, ""], ranges: FacialHairRanges
) -> tuple[FacialHair, dict[str, Float[Array, ""]]]:
    """A beard of a random kind.

    Args:
      key: decides everything.
      ranges: who has one, and how much.
    Returns:
      It, and the factors "facial_hair.kind" (0 none, 1 stubble, 2 moustache, 3 goatee, 4 full
      beard, 5 side burns) and "facial_hair.density" (0 to 1).
    """
    numbers = jax.random.uniform(key, (12,))
    chosen = 1 + jnp.floor(numbers[1] * (len(KINDS) - 1)).astype(jnp.int32)
    kind = jnp.where(numbers[0] < ranges.bearded, chosen, 0)
    stubble = kind == 1
    full = between(numbers[2], ranges.density)
    density = jnp.where(kind == 0, 0.0, jnp.where(stubble, 0.45 * full, full))
    parts = jnp.array(_COVERS)[kind]
    # A goatee comes with and without a moustache.
    shaved = (kind == 3) & (numbers[3] < 0.35) & (jnp.arange(8) < 2)
    parts = jnp.where(shaved, 0.0, parts)
    parts = parts * (1.0 + ranges.irregularity * (numbers[4:] - 0.6))
    hair = FacialHair(
        growth=parts[jnp.array(_PART_OF_ANCHOR)],
        density=density,
        softness=jnp.where(stubble, 1.0, 0.3 + 0.4 * numbers[3]),
    )
    factors = {"facial_hair.kind": kind.astype(density.dtype), "facial_hair.density": density}
    return hair, factors


def no_facial_hair() -> FacialHair:
    """A shaved face."""
    return FacialHair(jnp.zeros(len(_PART_OF_ANCHOR)), jnp.zeros(()), jnp.ones(()))


def beard_cover(
    points: FacePoints, features: FaceFeatures, hair: FacialHair, uneven: Float[Array, "*P"]
) -> Float[Array, "*P"]:
    """How much of each point a beard covers.

    Growth is known at anchors on the face, nought on lips, nose and cheeks; in between it is the
    mean weighted by nearness, and nought far away.

    Args:
      points: where.
      features: of the face.
      hair: growth at the anchors.
      uneven: noise that frays the edges, -1 to 1.
    Returns:
      0 to 1.
    """
    anchors = jnp.concatenate([_growing(features), _bare(features)])
    total, weighted = _BARE, 0.0
    for index in range(len(anchors)):
        x, y, z = anchors[index]
        square = (points.aside - x) ** 2 + (points.up - y) ** 2 + 0.6 * (points.out - z) ** 2
        steep = jnp.maximum(1.0 - square / _REACH**2, 0.0) ** 4
        flat = jnp.maximum(1.0 - square / _FAR_REACH**2, 0.0) ** 4
        weight = (steep * steep) * (steep * steep) + _FLAT * flat * flat
        total = total + weight
        if index < len(_PART_OF_ANCHOR):
            weighted = weighted + hair.growth[index] * weight
    growth = weighted / total
    edge = 0.35 + 0.5 * hair.softness
    cover = jnp.clip(0.5 + (growth - 0.5 + 0.25 * uneven) / edge, 0.0, 1.0)
    return hair.density * cover * points.skin


def _growing(features: FaceFeatures) -> Float[Array, "11 3"]:
    """Where the parts of a beard have their middle."""
    jaw, (_, below_nose, _), (upper, lower, corner) = features.jaw, features.nose, features.mouth
    chin = jaw[8]
    return jnp.stack(
        [
            (below_nose + upper) / 2.0 + jnp.array([7.0, -0.5, 0.0]),
            corner + jnp.array([-4.0, 8.0, 5.0]),
            lower + 0.2 * (chin - lower),
            lower + 0.7 * (chin - lower) + jnp.array([9.0, 0.0, -2.0]),
            chin + jnp.array([10.0, -8.0, -14.0]),
            corner + 0.55 * (jaw[6] - corner) + jnp.array([1.0, 0.0, 0.0]),
            jaw[4] + jnp.array([-2.0, 0.0, 2.0]),
            corner + 0.7 * (jaw[3] - corner),
            jaw[2] + jnp.array([0.0, 4.0, 2.0]),
            jaw[0] + jnp.array([0.0, -4.0, 1.0]),
            chin + jnp.array([20.0, -40.0, -45.0]),
        ]
    )


def _bare(features: FaceFeatures) -> Float[Array, "11 3"]:
    """Where nothing grows: lips, nose, cheeks, eyes, temples, lower neck."""
    jaw, (tip, _, wing), (upper, lower, corner) = features.jaw, features.nose, features.mouth
    lips, eye = (upper + lower) / 2.0, features.upper_lid.ends[1]
    cheek = jnp.stack([jnp.float32(37.0), tip[1] + 4.0, wing[2] - 12.0])
    return jnp.stack(
        [
            lips + jnp.array([6.0, 0.0, 0.0]),
            lips + 0.7 * (corner - lips),
            tip,
            wing + jnp.array([2.0, 4.0, 0.0]),
            cheek,
            jaw[1] + 0.4 * (cheek - jaw[1]),
            jnp.stack([eye + 12.0, tip[1] + 30.0, cheek[2] - 22.0]),
            jnp.stack([eye + 15.0, tip[1] + 50.0, cheek[2] - 30.0]),
            jaw[0] + jnp.array([-6.0, 30.0, 16.0]),
            jaw[8] + jnp.array([15.0, -75.0, -55.0]),
            jaw[3] + jnp.array([0.0, -45.0, -45.0]),
        ]
    )
