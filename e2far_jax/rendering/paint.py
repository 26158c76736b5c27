"""Where a face has skin, lips, eyes, mouth and hair: once for each model."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from e2far_jax.morphable.model import MorphableModel
from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.features import FaceFeatures, face_coordinates, face_features
from e2far_jax.rendering.outlines import bump, line_distance, polygon_distance, within

WAVES = 16
_RIGHT_LID, _LEFT_LID = slice(36, 42), slice(42, 48)


@pytree_dataclass
class FacePaint:
    """How much of each layer covers each vertex, 0 to 1.

    Attributes:
      waves: fixed slow functions over the face, unit variance, to mix variation from.
      light: share of the light that gets there: less under the lids, in nostrils and mouth.
      flush: where blood shows, on cheeks and nose.
      coordinates: places for `detail.skin_detail`, from `features.face_coordinates`.
      features: where brows, lids, mouth and beard are.
      lids: the upper lids up to the brows.
      under_eyes: where shadows are under the eyes.
      oily: forehead, nose and chin.
      lips, scalp, sclera, cavity, teeth: what is painted there.
    """

    waves: Float[Array, "N K"]
    light: Float[Array, "N"]
    flush: Float[Array, "N"]
    coordinates: Float[Array, "N 3"]
    features: FaceFeatures
    lids: Float[Array, "N"]
    under_eyes: Float[Array, "N"]
    oily: Float[Array, "N"]
    lips: Float[Array, "N"]
    scalp: Float[Array, "N"]
    sclera: Float[Array, "N"]
    cavity: Float[Array, "N"]
    teeth: Float[Array, "N"]


def face_paint(model: MorphableModel) -> FacePaint:
    """Find what each vertex of a model belongs to.

    Regions of the model ("eyes", "lips", "mouth_cavity", "teeth", "scalp") are taken where there
    are any vertices in them; lips and eyes come from the landmarks of the mean face otherwise.
    """
    points = model.mean
    marks = model.landmarks.on(points)
    unit = jnp.linalg.norm(marks[45] - marks[36]) / 90.0  # 1 for a face of ordinary size in mm
    features = face_features(model)
    sclera = _eyes(model, marks, unit)
    cavity, teeth = _region(model, "mouth_cavity", 0.0), _region(model, "teeth", 0.0)
    skin = jnp.clip(1.0 - sclera - cavity - teeth, 0.0, 1.0)
    front = _front(points, marks, unit)
    mouth = within(polygon_distance(points, marks[48:60]), 0.0 * unit, 1.5 * unit)
    scaled = (points - marks.mean(axis=0)) / (90.0 * unit)
    return FacePaint(
        waves=_waves(scaled),
        light=_light(points, marks, unit, sclera * features.eyeballs, jnp.maximum(cavity, teeth)),
        flush=_flush(points, marks, unit) * skin,
        coordinates=face_coordinates(model),
        features=features,
        lids=_lids(points, marks, unit) * skin * front,
        under_eyes=_under_eyes(points, marks, unit) * skin * front,
        oily=_oily(points, marks, unit) * skin,
        lips=_region(model, "lips", mouth * front, spread=1) * skin,
        scalp=_region(model, "scalp", 0.0, spread=2),
        cavity=cavity,
        sclera=sclera,
        teeth=teeth,
    )


def _region(
    model: MorphableModel, name: str, otherwise: Float[Array, "N"] | float, spread: int = 0
) -> Float[Array, "N"]:
    """A region's mask, its edge softened so many times, or something else where it is empty."""
    mask = model.regions.get(name)
    if mask is None:
        return jnp.broadcast_to(otherwise, len(model.mean)).astype(model.mean.dtype)
    cover = mask.astype(model.mean.dtype)
    for _ in range(spread):
        cover = _spread(cover, model.triangles)
    return jnp.where(mask.any(), cover, otherwise)


def _spread(cover: Float[Array, "N"], triangles: Int[Array, "F 3"]) -> Float[Array, "N"]:
    """The mean over the triangles around each vertex: a softer edge."""
    corners = triangles.reshape(-1)
    share = jnp.repeat(cover[triangles].mean(axis=1), 3)
    total = jnp.zeros_like(cover).at[corners].add(share)
    return total / jnp.maximum(jnp.zeros_like(cover).at[corners].add(1.0), 1.0)


def _front(
    points: Float[Array, "N 3"], marks: Float[Array, "68 3"], unit: Float[Array, ""]
) -> Bool[Array, "N"]:
    """The part of the head where brows, eyes and mouth are: not the back behind them."""
    return points[:, 2] > marks[17:, 2].min() - 20.0 * unit


def _eyes(
    model: MorphableModel, marks: Float[Array, "68 3"], unit: Float[Array, ""]
) -> Float[Array, "N"]:
    """The eyeballs, or what lies between the lids where there are none."""
    points = model.mean
    lids = [polygon_distance(points, marks[lid]) for lid in (_RIGHT_LID, _LEFT_LID)]
    between = within(jnp.minimum(*lids), 0.0 * unit, unit) * _front(points, marks, unit)
    return _region(model, "eyes", between)


def _flush(
    points: Float[Array, "N 3"], marks: Float[Array, "68 3"], unit: Float[Array, ""]
) -> Float[Array, "N"]:
    """Cheeks, half-way from the eyes' outer to the mouth's corners, and the tip of the nose."""
    nose = bump(points, marks[30], 10.0 * unit)
    right, left = (marks[36] + marks[48]) / 2.0, (marks[45] + marks[54]) / 2.0
    cheeks = bump(points, right, 17.0 * unit) + bump(points, left, 17.0 * unit)
    return jnp.clip(0.8 * nose + cheeks, 0.0, 1.0)


def _lids(
    points: Float[Array, "N 3"], marks: Float[Array, "68 3"], unit: Float[Array, ""]
) -> Float[Array, "N"]:
    """From the upper lids' edges half-way up to the brows."""
    cover = jnp.zeros(len(points))
    for lid in (marks[_RIGHT_LID], marks[_LEFT_LID]):
        above = line_distance(points, lid[:4])
        higher = jax.nn.sigmoid((points[:, 1] - lid[jnp.array([0, 3]), 1].mean()) / (1.5 * unit))
        cover = jnp.maximum(cover, higher * within(above, 6.5 * unit, 6.0 * unit))
    return cover


def _under_eyes(
    points: Float[Array, "N 3"], marks: Float[Array, "68 3"], unit: Float[Array, ""]
) -> Float[Array, "N"]:
    """Below the lower lids, more so towards the nose."""
    cover = jnp.zeros(len(points))
    for lid, nose in ((marks[_RIGHT_LID], 3), (marks[_LEFT_LID], 0)):
        corner = lid[nose] + unit * jnp.array([0.0, -7.0, 0.0])
        middle = lid[4:6].mean(axis=0) + unit * jnp.array([0.0, -6.0, 0.0])
        pair = bump(points, corner, 6.0 * unit) + 0.8 * bump(points, middle, 6.0 * unit)
        cover = cover + pair
    return jnp.clip(cover, 0.0, 1.0)


def _oily(
    points: Float[Array, "N 3"], marks: Float[Array, "68 3"], unit: Float[Array, ""]
) -> Float[Array, "N"]:
    """Forehead, nose and chin, where skin has most oil."""
    forehead = marks[jnp.array([21, 22])].mean(axis=0) + unit * jnp.array([0.0, 28.0, 0.0])
    chin = (marks[8] + marks[57]) / 2.0
    spots = bump(points, forehead, 22.0 * unit) + bump(points, chin, 9.0 * unit)
    nose = bump(points, marks[30], 9.0 * unit) + bump(points, marks[28], 8.0 * unit)
    return jnp.clip(spots + nose, 0.0, 1.0)


def _light(
    points: Float[Array, "N 3"],
    marks: Float[Array, "68 3"],
    unit: Float[Array, ""],
    eyes: Float[Array, "N"],
    mouth: Float[Array, "N"],
) -> Float[Array, "N"]:
    """A hand-made stand-in for ambient occlusion."""
    dark = jnp.zeros(len(points))
    for lid in (marks[_RIGHT_LID], marks[_LEFT_LID]):
        upper = line_distance(points, lid[:4])
        lower = line_distance(points, jnp.concatenate([lid[3:], lid[:1]]))
        shadow = 0.8 * jnp.exp(-upper / (1.8 * unit)) + 0.4 * jnp.exp(-lower / (1.2 * unit))
        dark = jnp.maximum(dark, eyes * shadow)
    behind_lips = jnp.maximum(marks[60:68, 2].mean() - points[:, 2], 0.0)
    dark = jnp.maximum(dark, mouth * (1.0 - jnp.exp(-behind_lips / (18.0 * unit))))
    for nostril in (marks[32], marks[34]):
        centre = nostril + unit * jnp.array([0.0, 2.0, -1.0])
        dark = jnp.maximum(dark, 0.75 * bump(points, centre, 2.2 * unit))
    return 1.0 - jnp.minimum(dark, 0.9)


def _waves(position: Float[Array, "N 3"]) -> Float[Array, "N K"]:
    """Plane waves of fixed random directions and phases, one to four of them across a face."""
    keys = jax.random.split(jax.random.key(1))
    frequency = 4.0 * jax.random.normal(keys[0], (3, WAVES))
    phase = jax.random.uniform(keys[1], (WAVES,), maxval=2.0 * jnp.pi)
    return jnp.sqrt(2.0) * jnp.sin(position @ frequency + phase)
