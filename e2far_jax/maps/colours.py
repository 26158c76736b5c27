"""Vertex colours taken from the photograph (ours)."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from e2far_jax.faces.face import Face
from e2far_jax.gallery.studio import part_colours
from e2far_jax.maps.photographed import PhotographedFace, face_normals
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.symmetry import mirror_partners
from e2far_jax.rendering.images import encode_gamma

GRAY = 0.7  # where there is no photograph, or the face is not in it
WELL_SEEN = 0.5  # confidence of the vertices that others take colours from
NEIGHBOURS = 40  # so many of them
INNER_PARTS = ("mouth_cavity", "teeth")  # hidden ones have plain colours of their own


def face_colours(face: Face) -> Float[np.ndarray, "N 3"]:
    """The colours of a face's vertices; gray where its photograph is not at hand."""
    if face.photograph is None:
        return np.full(face.vertices.shape, GRAY, np.float32)
    return vertex_colours(face, PhotographedFace(face))


def vertex_colours(face: Face, photographed: PhotographedFace) -> Float[np.ndarray, "N 3"]:
    """The photograph's colours where it shows vertices, borrowed ones elsewhere.

    A vertex that is hidden by other parts of the face, turned away or beyond the picture takes its
    mirror image's colour; where that isn't seen either, the mean of the nearest vertices that are,
    weighted by the inverse square of their distances. Hidden teeth and mouths take plain colours.

    Args:
      face: whose vertices.
      photographed: the same face's photograph.
    Returns:
      RGB in [0, 1].
    """
    samples = photographed.samples(face.vertices, face_normals(face))
    partner = mirror_partners(face.model)
    own, mirrored = samples.confidence, (1.0 - samples.confidence) * samples.confidence[partner]
    known = own + mirrored
    mixed = own[:, None] * samples.colours + mirrored[:, None] * samples.colours[partner]
    sampled = mixed / np.maximum(known, 1e-6)[:, None]
    around = _from_nearest(face.vertices, sampled, known >= WELL_SEEN)
    plain, inner = _plain_colours(face.model)
    around = np.where(inner[:, None], plain, around)
    return (known[:, None] * sampled + (1.0 - known[:, None]) * around).astype(np.float32)


def _from_nearest(
    vertices: Float[np.ndarray, "N 3"],
    colours: Float[np.ndarray, "N 3"],
    seen: Bool[np.ndarray, "N"],
) -> Float[np.ndarray, "N 3"]:
    from scipy.spatial import KDTree

    if not seen.any():
        return np.full(vertices.shape, GRAY, np.float32)
    count = min(NEIGHBOURS, int(seen.sum()))
    distances, nearest = KDTree(vertices[seen]).query(vertices, k=[*range(1, count + 1)])
    weights = 1.0 / np.maximum(distances, 1e-3) ** 2
    weights /= weights.sum(axis=1, keepdims=True)
    return np.einsum("nk,nkc->nc", weights, colours[seen][nearest])


def _plain_colours(
    model: MorphableModel,
) -> tuple[Float[np.ndarray, "N 3"], Bool[np.ndarray, "N"]]:
    """Display colours of a model's parts, and which vertices are inner ones."""
    colours = np.asarray(encode_gamma(jnp.asarray(part_colours(model))))
    inner = np.zeros(len(colours), bool)
    for name in INNER_PARTS:
        if name in model.regions:
            inner |= np.asarray(model.regions[name])
    return colours, inner
