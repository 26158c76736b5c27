"""The arrays of a page: whole numbers of few bits, deflated, as text (ours)."""

from __future__ import annotations

import base64
import dataclasses
import zlib
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from e2far_jax.faces.face import Face
from e2far_jax.gallery.studio import opaque
from e2far_jax.maps.texture_charts import texture_chart

STEP = 0.01  # mm; displacements are whole multiples of it, unless one is too large for 16 bits
_LARGEST = 2**15 - 1


@dataclasses.dataclass(frozen=True)
class DrawnMesh:
    """What is drawn of a face's model, with the unused vertices left out.

    Attributes:
      vertices: which of the model's vertices are drawn.
      corners: for each point that is drawn, its index in `vertices`: several share a vertex where
        the texture has a seam.
      triangles: indices into `corners`.
      texture_coordinates: of each corner, v up; None where there is no texture.
    """

    vertices: Int[np.ndarray, "n"]
    corners: Int[np.ndarray, "c"]
    triangles: Int[np.ndarray, "f 3"]
    texture_coordinates: Float[np.ndarray, "c 2"] | None = None


def drawn_mesh(face: Face, textured: bool) -> DrawnMesh:
    """The part of a face's mesh that is drawn.

    Args:
      face: its model says which triangles are opaque.
      textured: whether corners have texture coordinates, those of `texture_chart`.
    """
    triangles, drawn = np.asarray(face.model.triangles), opaque(face.model)
    if not textured:
        vertices, compact = _compact(triangles[drawn])
        return DrawnMesh(vertices, np.arange(len(vertices)), compact)
    chart = texture_chart(face.model)
    pairs = np.stack([triangles, chart.triangles], axis=-1)[drawn].reshape(-1, 2)
    unique, compact = np.unique(pairs, axis=0, return_inverse=True)
    vertices, corners = _compact(unique[:, 0])
    return DrawnMesh(vertices, corners, compact.reshape(-1, 3), chart.coordinates[unique[:, 1]])


def mesh_arrays(face: Face, mesh: DrawnMesh) -> dict[str, Any]:
    """The mesh and its expressions, as `shape.js` unpacks them.

    Returns:
      "neutral": float32 mm; "displacements": int16 [E n 3], `step` mm each; "corners" and
      "triangles": uint32; "places": float32, texture coordinates, where there are any.
    """
    basis = np.moveaxis(np.asarray(face.model.expression_basis)[mesh.vertices], -1, 0)
    step = max(STEP, float(np.abs(basis).max(initial=0.0)) / _LARGEST)
    arrays = {
        "step": step,
        "neutral": packed(face.neutral_vertices[mesh.vertices].astype("<f4")),
        "displacements": packed(np.round(basis / step).astype("<i2")),
        "corners": packed(mesh.corners.astype("<u4")),
        "triangles": packed(mesh.triangles.astype("<u4")),
    }
    if mesh.texture_coordinates is not None:
        arrays["places"] = packed(mesh.texture_coordinates.astype("<f4"))
    return arrays


def packed_colours(colours: Float[np.ndarray, "N 3"], mesh: DrawnMesh) -> str:
    """RGB in [0, 1] of a model's vertices, as bytes of the drawn ones."""
    return packed(np.round(255.0 * np.clip(colours[mesh.vertices], 0.0, 1.0)).astype(np.uint8))


def packed(array: Shaped[np.ndarray, "..."]) -> str:
    """Little-endian bytes of an array, deflated (zlib), in base 64."""
    return base64.b64encode(zlib.compress(array.tobytes(), 9)).decode()


def _compact(
    indices: Int[np.ndarray, "*any"],
) -> tuple[Int[np.ndarray, "n"], Int[np.ndarray, "*any"]]:
    """The indices that are used, and the same indices counted among those."""
    used, compact = np.unique(indices, return_inverse=True)
    return used, compact.reshape(indices.shape)
