"""Where a head carries things: its skull, ears, eyes, nose, hair line and neck, from its shape.

The 68 landmarks decide, and the vertices of the region "scalp" where a model has one; a mask that
ends before the ears gets a skull of ordinary proportions behind it.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from e2far_jax.morphable.model import MorphableModel
from e2far_jax.pytrees import pytree_dataclass

SAMPLES = 800
_SCALP_SHARE = 4
_USUAL_EYES, _USUAL_FACE = 89.0, 150.0  # mm: outer corner to outer corner; ear to ear


@pytree_dataclass
class Head:
    """Places on one head, the face's axes, mm; leading axes are batches.

    Attributes:
      unit: the size of the face as a multiple of the usual one: ordinary lengths times it fit.
      centre: of the skull, an ellipsoid.
      radii: its half axes along x, y and z, on the skin.
      ears: the outermost point of the right and the left ear.
      eyes: centre of the right and the left eye's opening.
      bridge: of the nose, between the eyes.
      nose_tip: of the nose.
      chin: its lowest point, which moves with the jaw.
      brow: height of the middle of the brows, y.
      hairline: height of the hair line over the nose, y.
      neck: middle of the neck, a little under the chin of a closed mouth.
      neck_radius: half its breadth.
      whole: 1 where the model's scalp goes all the way over the head, 0 for a mask.
      samples: points spread over the skin of the upper head, the front under the brows left out.
    """

    unit: Float[Array, "*B"]
    centre: Float[Array, "*B 3"]
    radii: Float[Array, "*B 3"]
    ears: Float[Array, "*B 2 3"]
    eyes: Float[Array, "*B 2 3"]
    bridge: Float[Array, "*B 3"]
    nose_tip: Float[Array, "*B 3"]
    chin: Float[Array, "*B 3"]
    brow: Float[Array, "*B"]
    hairline: Float[Array, "*B"]
    neck: Float[Array, "*B 3"]
    neck_radius: Float[Array, "*B"]
    whole: Float[Array, "*B"]
    samples: Float[Array, "*B S 3"]


def head_of(vertices: Float[Array, "N 3"], model: MorphableModel) -> Head:
    """Where one shape of a model carries things.

    Args:
      vertices: of the shape, mm.
      model: whose landmarks and regions count; without "scalp", proportions are the usual ones.
    Returns:
      The places; finite for any finite shape.
    """
    points = model.landmarks.on(vertices)
    eyes = jnp.stack([points[36:42].mean(axis=0), points[42:48].mean(axis=0)])
    middle, brow = eyes.mean(axis=0), points[17:27, 1].mean()
    breadth = jnp.abs(points[16, 0] - points[0, 0])
    corners = jnp.linalg.norm(points[45] - points[36])
    unit = 0.5 * (corners / _USUAL_EYES + breadth / _USUAL_FACE)
    ears = _ears(vertices, points, middle, unit)
    scalp = model.regions.get("scalp", jnp.zeros(len(vertices), bool))
    low, high = _skull_limits(vertices, scalp & (vertices[:, 1] > middle[1] + 20.0 * unit))
    front = points[19:25, 2].max() + 1.0 * unit
    whole = (front - low[2] > 130.0 * unit) & (high[1] - middle[1] > 70.0 * unit)
    usual_low = jnp.stack(
        [middle[0] - 0.52 * breadth, middle[1] - 100.0 * unit, front - 190 * unit]
    )
    usual_high = jnp.stack([middle[0] + 0.52 * breadth, middle[1] + 110.0 * unit, front])
    low, high = jnp.where(whole, low, usual_low), jnp.where(whole, high, usual_high)
    centre = jnp.stack([0.5 * (low[0] + high[0]), middle[1] + 8.0 * unit, 0.5 * (low[2] + front)])
    radii = jnp.stack([0.5 * (high[0] - low[0]), high[1] - centre[1], front - centre[2]])
    return Head(
        unit=unit,
        centre=centre,
        radii=radii,
        ears=ears,
        eyes=eyes,
        bridge=points[27],
        nose_tip=points[30],
        chin=points[8],
        brow=brow,
        hairline=jnp.minimum(middle[1] + 65.0 * unit, centre[1] + 0.62 * radii[1]),
        neck=jnp.stack([middle[0], middle[1] - 140.0 * unit, centre[2] - 10.0 * unit]),
        neck_radius=56.0 * unit,
        whole=whole.astype(vertices.dtype),
        samples=_samples(vertices, model, scalp, brow, middle, unit),
    )


def _ears(
    vertices: Float[Array, "N 3"],
    points: Float[Array, "68 3"],
    middle: Float[Array, "3"],
    unit: Float[Array, ""],
) -> Float[Array, "2 3"]:
    """The outermost points beside the eyes and the nose, no further forward than ears can be."""
    beside = jnp.abs(vertices[:, 1] - middle[1] + 12.0 * unit) < 28.0 * unit
    across = jnp.where(beside, vertices[:, 0], middle[0])
    ears = jnp.stack([vertices[across.argmin()], vertices[across.argmax()]])
    limit = jnp.minimum(points[jnp.array([0, 16]), 2], middle[2] - 85.0 * unit)
    return ears.at[:, 2].min(limit)


def _skull_limits(
    vertices: Float[Array, "N 3"], skull: Bool[Array, "N"]
) -> tuple[Float[Array, "3"], Float[Array, "3"]]:
    """The least and the largest coordinates of the skull."""
    low = jnp.where(skull[:, None], vertices, jnp.inf).min(axis=0)
    return low, jnp.where(skull[:, None], vertices, -jnp.inf).max(axis=0)


def _samples(
    vertices: Float[Array, "N 3"],
    model: MorphableModel,
    scalp: Bool[Array, "N"],
    brow: Float[Array, ""],
    middle: Float[Array, "3"],
    unit: Float[Array, ""],
) -> Float[Array, "S 3"]:
    """Every so-manieth vertex of the skin over the brows, or behind them and over the mouth.

    The scalp's, which lie further apart, more often.
    """
    inside = model.regions.get("mouth_cavity", jnp.zeros(len(vertices), bool))
    behind = (vertices[:, 2] < middle[2] - 25.0 * unit) & (vertices[:, 1] > middle[1] - 60.0 * unit)
    chosen = ((vertices[:, 1] > brow) | behind) & ~inside
    ranks = jnp.cumsum(chosen * jnp.where(scalp, _SCALP_SHARE, 1))
    wanted = jnp.linspace(1.0, ranks[-1], SAMPLES).astype(jnp.int32)
    return vertices[jnp.searchsorted(ranks, wanted)]
