"""Procedural colour for any morphable face: skin, lips, brows, lashes, eyes, mouth.

`face_paint` finds once for a model which vertex belongs to what, from the regions it names and
from its 68 landmarks; `random_colours` then mixes the colours of one person. Colours are linear
reflectances.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from e2far_jax.morphable.model import MorphableModel
from e2far_jax.pytrees import pytree_dataclass

# Absorption (negative log reflectance) in red, green, blue.
_PALE = (0.16, 0.50, 0.72)  # the palest skin
_MELANIN = (2.5, 3.1, 3.5)  # from the palest to the darkest
_HAEMOGLOBIN = (0.10, 0.55, 0.45)


@pytree_dataclass
class FacePaint:
    """How much of each layer covers each vertex, 0 to 1; later layers lie on top.

    Attributes:
      position: the mean face scaled to about [-1, 1], for slow variation over the skin.
      flush: where blood shows: cheeks, nose.
      lips, brows, lashes, scalp, sclera, iris, pupil, cavity, teeth: their coverage.
    """

    position: Float[Array, "N 3"]
    flush: Float[Array, "N"]
    lips: Float[Array, "N"]
    brows: Float[Array, "N"]
    lashes: Float[Array, "N"]
    scalp: Float[Array, "N"]
    sclera: Float[Array, "N"]
    iris: Float[Array, "N"]
    pupil: Float[Array, "N"]
    cavity: Float[Array, "N"]
    teeth: Float[Array, "N"]


def face_paint(model: MorphableModel) -> FacePaint:
    """Find what each vertex of a model belongs to.

    Regions of the model ("eyes", "irises", "pupils", "lips", "brows", "mouth_cavity", "teeth",
    "scalp") are taken where there are any; lips, brows and eyes otherwise come from the landmarks
    of the mean face, seen from the front.
    """
    points = model.mean
    marks = points[model.landmarks]
    unit = jnp.linalg.norm(marks[45] - marks[36]) / 90.0  # 1 for a face of ordinary size in mm
    layers = _eye_layers(model, marks, unit)
    inner = sum(_region(model, name) for name in ("mouth_cavity", "teeth")) + layers["sclera"]
    skin = jnp.clip(1.0 - inner, 0.0, 1.0)
    brow_lines = marks[jnp.array([[17, 18, 19, 20, 21], [22, 23, 24, 25, 26]])]
    brows = sum(_soft(_line_distance(points, line), 3.0 * unit, unit) for line in brow_lines)
    lips = _soft(_polygon_distance(points, marks[48:60]), 0.0, unit)
    lips = lips * (points[:, 2] > marks[48:60, 2].min() - 12.0 * unit)
    lids = [_line_distance(points, _closed(marks[start : start + 6])) for start in (36, 42)]
    lashes = _soft(jnp.minimum(*lids), 1.0 * unit, 0.8 * unit)
    nose = _ball(points, marks[30], 18.0 * unit)
    cheeks = [
        _ball(points, (marks[eye] + marks[mouth]) / 2, 28.0 * unit)
        for eye, mouth in ((36, 48), (45, 54))
    ]
    return FacePaint(
        position=(points - marks.mean(axis=0)) / (90.0 * unit),
        flush=jnp.clip(0.8 * nose + sum(cheeks), 0.0, 1.0) * skin,
        lips=_region(model, "lips", lips) * skin,
        brows=_region(model, "brows", jnp.clip(brows, 0.0, 1.0)) * skin,
        lashes=lashes * skin,
        scalp=_region(model, "scalp"),
        cavity=_region(model, "mouth_cavity"),
        teeth=_region(model, "teeth"),
        **layers,
    )


def random_colours(key: Key[Array, ""], paint: FacePaint) -> Float[Array, "N 3"]:
    """Colours of one random person.

    Skin follows two pigments, melanin and haemoglobin (after Tsumura, Haneishi, Miyake,
    "Independent-component analysis of skin color image", JOSA A 1999): each absorbs its own share
    of red, green and blue, and both vary slowly over the face.

    Args:
      key: decides everything.
      paint: from `face_paint`.
    Returns:
      Linear reflectance of each vertex.
    """
    keys = jax.random.split(key, 6)
    hair = _hair_colour(keys[0])
    strengths = jax.random.uniform(keys[1], (4,), minval=jnp.array([0.4, 0.3, 0.3, 0.4]))
    colours = _skin(keys[2], paint)
    colours = _cover(colours, paint.brows * strengths[0], hair)
    colours = _cover(colours, paint.lashes * strengths[1], 0.3 * hair)
    colours = _cover(colours, paint.scalp, hair)
    colours = _cover(colours, paint.sclera, jnp.array([0.62, 0.58, 0.55]))
    colours = _cover(colours, paint.iris, _iris_colour(keys[3]))
    colours = _cover(colours, paint.pupil, jnp.array([0.01, 0.01, 0.01]))
    colours = _cover(colours, paint.cavity, jnp.array([0.10, 0.02, 0.02]) * strengths[2])
    return _cover(colours, paint.teeth, jnp.array([0.70, 0.64, 0.54]) * strengths[3])


def _skin(key: Key[Array, ""], paint: FacePaint) -> Float[Array, "N 3"]:
    keys = jax.random.split(key, 4)
    tone = jax.random.uniform(keys[0], (4,))
    melanin = tone[0] + 0.12 * _slow_variation(keys[1], paint.position)
    blood = 0.2 + 0.6 * tone[1] + 0.25 * _slow_variation(keys[2], paint.position)
    blood = blood + (0.2 + 0.6 * tone[2]) * paint.flush + (0.5 + 1.2 * tone[3]) * paint.lips
    melanin = jnp.clip(melanin + 0.15 * paint.lips, 0.0, 1.2)[:, None]
    blood = jnp.maximum(blood, 0.0)[:, None]
    absorbed = jnp.array(_PALE) + melanin * jnp.array(_MELANIN) + blood * jnp.array(_HAEMOGLOBIN)
    return jnp.exp(-absorbed)


def _slow_variation(key: Key[Array, ""], position: Float[Array, "N 3"]) -> Float[Array, "N"]:
    """Six random waves over the face, about unit variance."""
    keys = jax.random.split(key, 2)
    frequency = 4.0 * jax.random.normal(keys[0], (3, 6))
    phase = jax.random.uniform(keys[1], (6,), maxval=2 * jnp.pi)
    return jnp.sin(position @ frequency + phase).sum(axis=-1) / jnp.sqrt(3.0)


def _hair_colour(key: Key[Array, ""]) -> Float[Array, "3"]:
    """From black over brown to blond, with some red; dark hair is the most frequent."""
    dark, red = jax.random.uniform(key, (2,))
    absorbed = jnp.array([1.0, 1.5, 2.2]) + jnp.sqrt(dark) * jnp.array([3.0, 3.0, 2.6])
    return jnp.exp(-absorbed - 0.4 * red * jnp.array([-0.4, 0.6, 1.0]))


def _iris_colour(key: Key[Array, ""]) -> Float[Array, "3"]:
    """Between brown, hazel, green and blue."""
    palette = jnp.array(
        [[0.05, 0.02, 0.01], [0.14, 0.07, 0.02], [0.10, 0.14, 0.06], [0.10, 0.19, 0.30]]
    )
    return jax.random.dirichlet(key, jnp.array([1.0, 0.4, 0.3, 0.5])) @ palette


def _cover(
    below: Float[Array, "N 3"], amount: Float[Array, "N"], colour: Float[Array, "3"]
) -> Float[Array, "N 3"]:
    return below + amount[:, None] * (colour - below)


def _eye_layers(
    model: MorphableModel, marks: Float[Array, "68 3"], unit: Float[Array, ""]
) -> dict[str, Float[Array, "N"]]:
    """Coverage by sclera, iris and pupil."""
    points = model.mean
    sclera, iris, pupil = [jnp.zeros(len(points))] * 3
    eyes = _region(model, "eyes")
    for start in (36, 42):
        lid = marks[start : start + 6]
        if "eyes" in model.regions:
            here = eyes * (jnp.abs(points[:, 0] - lid[:, 0].mean()) < 25.0 * unit)
            pole = points[jnp.argmax(jnp.where(here > 0, points[:, 2], -jnp.inf))]
        else:
            here = _soft(_polygon_distance(points, lid), 0.0, 0.5 * unit)
            pole = lid.mean(axis=0)
        from_pole = jnp.linalg.norm((points - pole)[:, :2], axis=-1)
        sclera = jnp.maximum(sclera, here)
        iris = jnp.maximum(iris, here * _soft(from_pole, 5.8 * unit, 0.4 * unit))
        pupil = jnp.maximum(pupil, here * _soft(from_pole, 2.2 * unit, 0.4 * unit))
    return {
        "sclera": sclera,
        "iris": _region(model, "irises", iris),
        "pupil": _region(model, "pupils", pupil),
    }


def _region(
    model: MorphableModel, name: str, otherwise: Float[Array, "N"] | None = None
) -> Float[Array, "N"]:
    if name in model.regions:
        return model.regions[name].astype(model.mean.dtype)
    return jnp.zeros(len(model.mean)) if otherwise is None else otherwise


def _soft(
    distance: Float[Array, "N"], radius: Float[Array, ""] | float, edge: Float[Array, ""]
) -> Float[Array, "N"]:
    """1 well within the radius, 0 well outside, a logistic step `edge` wide between."""
    return jax.nn.sigmoid((radius - distance) * 2.0 / edge)


def _ball(
    points: Float[Array, "N 3"], centre: Float[Array, "3"], radius: Float[Array, ""]
) -> Float[Array, "N"]:
    return jnp.exp(-jnp.sum((points - centre) ** 2, axis=-1) / (2 * (0.6 * radius) ** 2))


def _closed(line: Float[Array, "K 3"]) -> Float[Array, "K1 3"]:
    return jnp.concatenate([line, line[:1]])


def _line_distance(points: Float[Array, "N 3"], line: Float[Array, "K 3"]) -> Float[Array, "N"]:
    """Distance to a line through corners, seen from the front."""
    start, step = line[:-1, :2], jnp.diff(line[:, :2], axis=0)
    offset = points[:, None, :2] - start
    along = jnp.sum(offset * step, axis=-1) / jnp.maximum(jnp.sum(step**2, axis=-1), 1e-12)
    rest = offset - jnp.clip(along, 0.0, 1.0)[..., None] * step
    return jnp.linalg.norm(rest, axis=-1).min(axis=-1)


def _polygon_distance(
    points: Float[Array, "N 3"], polygon: Float[Array, "K 3"]
) -> Float[Array, "N"]:
    """Signed distance to a closed polygon, seen from the front; negative inside."""
    x, y = points[:, :1], points[:, 1:2]
    x0, y0 = polygon[:, 0], polygon[:, 1]
    x1, y1 = jnp.roll(x0, -1), jnp.roll(y0, -1)
    spans = (y0 > y) != (y1 > y)
    crossing = x0 + (y - y0) * (x1 - x0) / jnp.where(y1 == y0, 1.0, y1 - y0)
    inside = jnp.sum(spans & (x < crossing), axis=-1) % 2 == 1
    return _line_distance(points, _closed(polygon)) * jnp.where(inside, -1.0, 1.0)
