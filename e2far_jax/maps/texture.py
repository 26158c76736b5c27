"""A face's texture out of its photograph; what it doesn't show comes from the other side (ours)."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Bool, Float

from e2far_jax.faces.face import Face
from e2far_jax.maps.colours import vertex_colours
from e2far_jax.maps.filling import filled
from e2far_jax.maps.photographed import PhotographedFace, Samples, face_normals
from e2far_jax.maps.texture_charts import texture_shape
from e2far_jax.maps.unwrapping import TEXTURE_SIZE, unwrapped
from e2far_jax.morphable.symmetry import mirror_partners

SEEN = 0.5  # confidence from which on a texel counts as seen
MOST_LIGHT = 0.25  # difference of display values between the two sides
LIGHT_GRAIN = 16  # texels: finer differences are not those of light
UNSEEN = 0.02  # weight with which hidden texels keep the colours of vertices


@dataclasses.dataclass(frozen=True)
class Texture:
    """A face's colours, laid out by its model's `texture_chart`; the first row is v = 1.

    Attributes:
      colours: RGB in [0, 1], everywhere.
      seen: which texels the photograph shows.
    """

    colours: Float[np.ndarray, "H W 3"]
    seen: Bool[np.ndarray, "H W"]


def photograph_texture(face: Face, size: int = TEXTURE_SIZE) -> Texture:
    """Unwrap a photograph from a face.

    A texel that is well seen takes the photograph's colour. One that is hidden, slanted or beyond
    the picture takes the colour of its mirror image, shifted by the difference of both sides where
    both are seen, carried on smoothly, so that neither a seam nor the other side's light appears.
    What isn't seen there either continues `vertex_colours` without a seam. Between these the
    texture blends by confidence.

    Args:
      face: one whose photograph is at hand.
      size: rows of the texture; `texture_shape` says how many columns that gives.
    Raises:
      ValueError: for a face without its photograph.
    """
    photographed = PhotographedFace(face)
    coarse = vertex_colours(face, photographed)
    partner, normals = mirror_partners(face.model), face_normals(face)
    sides = [face.vertices, normals, face.vertices[partner], normals[partner]]
    values, covered = unwrapped(
        face.model, np.concatenate([*sides, coarse], axis=1), *texture_shape(face.model, size)
    )
    points, directions, mirrored, mirrored_directions, coarse = np.split(
        values, [3, 6, 9, 12], axis=-1
    )
    own = _within(photographed.samples(points, _unit(directions)), covered)
    other = _within(photographed.samples(mirrored, _unit(mirrored_directions)), covered)
    colours = _blended(own, other, filled(coarse, covered.astype(np.float32)))
    return Texture(np.clip(colours, 0.0, 1.0), own.confidence >= SEEN)


def _blended(
    own: Samples, other: Samples, coarse: Float[np.ndarray, "H W 3"]
) -> Float[np.ndarray, "H W 3"]:
    """What the photograph shows of texels, of their mirror images, and colours everywhere."""
    light = _light(own, other)
    mirrored = (1.0 - own.confidence) * other.confidence
    correction = own.confidence[..., None] * (own.colours - coarse)
    correction += mirrored[..., None] * (other.colours + light - coarse)
    weight = np.maximum(own.confidence + mirrored, UNSEEN)
    return coarse + filled(correction / weight[..., None], weight)


def _light(own: Samples, other: Samples) -> Float[np.ndarray, "H W 3"]:
    """How much brighter texels are than their mirror images, smoothly, known or not.

    What is seen less than well counts little and no difference is larger than `MOST_LIGHT`, since
    beside the face's outline it may be one between the face and what is behind it.
    """
    import cv2

    weight = (own.confidence * other.confidence) ** 2
    difference = (own.colours - other.colours) * weight[..., None]
    rows, columns = (max(side // LIGHT_GRAIN, 1) for side in weight.shape)
    stacked = np.concatenate([difference, weight[..., None]], axis=-1).astype(np.float32)
    grid = cv2.resize(stacked, (columns, rows), interpolation=cv2.INTER_AREA)
    grid = grid.reshape(rows, columns, 4)
    means = grid[..., :3] / np.maximum(grid[..., 3:], 1e-6)
    light = filled(np.clip(means, -MOST_LIGHT, MOST_LIGHT), grid[..., 3])
    size = weight.shape[::-1]
    return cv2.resize(light.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)


def _within(samples: Samples, covered: Bool[np.ndarray, "H W"]) -> Samples:
    return dataclasses.replace(samples, confidence=samples.confidence * covered)


def _unit(vectors: Float[np.ndarray, "H W 3"]) -> Float[np.ndarray, "H W 3"]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
