"""How much a model's faces differ, part by part: figures to compare two models by.

A part of the face is what lies nearest to its places, which hang on the 68 landmarks, so that it is
the same part on every mesh. Everything is measured after a similarity fit of the face's front, to
first order round the mean face, and follows from the basis without sampling.
"""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Int

from e2far_jax.geometry.intersections import contact_zone, new_crossings, welded
from e2far_jax.geometry.meshes import vertex_areas
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.operations import crop, without_similarity

# Part -> its places: landmarks, or landmarks of the subject's left half with offsets in mm on a
# face whose outer eye corners are 90 mm apart; the right half mirrors them.
_PLACES: dict[str, tuple[tuple[int, tuple[int, int, int]], ...]] = {
    "forehead": ((27, (0, 45, -2)), (24, (7, 26, -12)), (27, (0, 66, -12)), (26, (8, 8, -20))),
    "brows": tuple((n, (0, 0, 0)) for n in range(22, 27)),
    "eyes": tuple((n, (0, 0, 0)) for n in range(42, 48)),
    "nose": tuple((n, (0, 0, 0)) for n in (27, 28, 29, 30, 33, 34, 35)),
    "cheeks": ((45, (11, -24, -4)), (54, (12, 30, -8)), (54, (27, 10, -24)), (15, (0, 0, 10))),
    "mouth": tuple((n, (0, 0, 0)) for n in (51, 52, 53, 54, 55, 56, 57, 62)),
    "chin": ((8, (0, 0, 0)), (9, (0, 0, 0)), (8, (0, 10, 6)), (9, (0, 12, 4))),
    "jaw": ((10, (0, 2, 0)), (11, (0, 0, 0)), (12, (0, 0, 0)), (13, (0, 0, 0)), (14, (0, 0, 0))),
    "ears": ((16, (10, -24, -38)), (16, (14, 0, -42)), (16, (4, -48, -30))),
    "skull": ((27, (0, 108, -107)), (16, (3, 45, -40)), (27, (0, 20, -195)), (27, (0, 90, -40))),
    "neck": ((8, (0, -12, -32)), (8, (0, -36, -57)), (16, (-16, -120, -35)),
             (27, (0, -110, -170)), (13, (0, -25, -35))),
    "shoulders": ((8, (0, -100, -70)), (16, (10, -190, -35)), (27, (0, -180, -190))),
}  # fmt: skip
_NOT_SKIN = ("eyes", "irises", "pupils", "teeth", "mouth_cavity", "eye_sockets")

# Distances between landmarks that anthropometry knows.
DISTANCES = {
    "face width": (1, 15), "jaw width": (4, 12), "face height": (27, 8), "lower face": (33, 8),
    "nose width": (31, 35), "nose height": (27, 33), "nose depth": (33, 30),
    "mouth width": (48, 54), "between the eyes": (39, 42), "outer eye corners": (36, 45),
    "eye length": (36, 39), "eye opening": (37, 41), "upper lip": (51, 62), "lower lip": (66, 57),
}  # fmt: skip


def front(
    points: Float[np.ndarray, "N 3"], landmarks: Float[np.ndarray, "68 3"]
) -> Bool[np.ndarray, "N"]:
    """What the similarity fit goes by: from the jaw line to the hair line, before the ears.

    Args:
      points: mm.
      landmarks: the 68 points of the same face.
    """
    y, z = landmarks[:, 1], landmarks[:, 2]
    low, high = y[8] - 3, y[27] + 0.57 * (y[27] - y[8])
    return (points[:, 2] > z[0] - 7) & (points[:, 1] > low) & (points[:, 1] < high)


def face_parts(model: MorphableModel) -> dict[str, Bool[np.ndarray, "N"]]:
    """The skin's vertices by the part of the face that they belong to."""
    mean, landmarks = np.asarray(model.mean), np.asarray(model.landmarks.on(model.mean))
    unit = np.linalg.norm(landmarks[45] - landmarks[36]) / 90
    places = [
        (part, landmarks[number] + unit * np.array(offset))
        for part, rows in _PLACES.items()
        for number, offset in rows
    ]
    folded = np.stack([np.abs(mean[:, 0]), mean[:, 1], mean[:, 2]], axis=-1)
    distance = np.stack([((folded - place) ** 2).sum(axis=1) for _, place in places])
    names = np.array([part for part, _ in places])[distance.argmin(axis=0)]
    return {part: (names == part) & _skin(model) for part in _PLACES}


def part_spread(model: MorphableModel) -> dict[str, float]:
    """The standard deviation of a point's place, mm, in each part, weighted by area."""
    basis = np.asarray(_fitted(model).identity_basis)
    variance = (basis**2).sum(axis=(1, 2))
    areas = np.asarray(vertex_areas(model.mean, model.triangles))
    return {
        part: float(np.sqrt(np.average(variance[mask], weights=areas[mask])))
        for part, mask in face_parts(model).items()
        if areas[mask].sum() > 0
    }


def spectrum(model: MorphableModel) -> Float[np.ndarray, "I"]:
    """The deviation over the face's front that the first 1, 2, ... modes make together, mm."""
    fitted = _fitted(model)
    inside = np.asarray(fitted.regions["front"])
    square = (np.asarray(fitted.identity_basis)[inside] ** 2).sum(axis=(0, 1)) / inside.sum()
    return np.sqrt(np.cumsum(square))


def distance_deviations(model: MorphableModel) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of the `DISTANCES`, mm, with the head's size."""
    mean = np.asarray(model.landmarks.on(model.mean))
    basis = np.asarray(model.landmarks.on(jnp.moveaxis(model.identity_basis, -1, 0)))
    deviations = {}
    for name, (a, b) in DISTANCES.items():
        length = float(np.linalg.norm(mean[a] - mean[b]))
        along = np.einsum("c,ic->i", (mean[a] - mean[b]) / length, basis[:, a] - basis[:, b])
        deviations[name] = length, float(np.linalg.norm(along))
    return deviations


def random_identities(
    model: MorphableModel, count: int, seed: int = 0, limit: float = 2.0
) -> Float[np.ndarray, "B I"]:
    """Standard normal coefficients, clipped at `limit` standard deviations."""
    drawn = np.random.default_rng(seed).normal(size=(count, model.identity_size))
    return np.clip(drawn, -limit, limit)


def crossing_faces(
    model: MorphableModel, identities: Float[np.ndarray, "B I"]
) -> Int[np.ndarray, "B"]:
    """How many pairs of triangles cross on each face that do not on the mean face.

    Where parts of the mean face run into each other, such as an eyeball and the rims of its lids,
    they may slide: crossings within two triangles of there are not counted.

    Args:
      model: any; only "opaque" vertices count where it has that region.
      identities: one row a face.
    """
    if "opaque" in model.regions:
        model = crop(model, model.regions["opaque"])
    mean, triangles = np.asarray(model.mean, np.float64), np.asarray(model.triangles)
    basis = np.asarray(model.identity_basis, np.float64)
    places = welded(mean)
    zone = contact_zone(mean, triangles, places)
    return np.array(
        [len(new_crossings(mean + basis @ row, triangles, places, zone)) for row in identities], int
    )


def _fitted(model: MorphableModel) -> MorphableModel:
    landmarks = np.asarray(model.landmarks.on(model.mean))
    inside = front(np.asarray(model.mean), landmarks) & _skin(model)
    regions = {**model.regions, "front": jnp.asarray(inside)}
    return without_similarity(dataclasses.replace(model, regions=regions), "front")


def _skin(model: MorphableModel) -> Bool[np.ndarray, "N"]:
    regions = {name: np.asarray(mask) for name, mask in model.regions.items()}
    skin = regions.get("opaque", np.ones(len(model.mean), bool)).copy()
    for name in _NOT_SKIN:
        skin &= ~regions.get(name, np.zeros_like(skin))
    return skin
