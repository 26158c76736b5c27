"""Mesh files. Vertices keep the morphable model's order, so that its vertex indices hold."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.morphable.model import MorphableModel


def obj_bytes(model: MorphableModel, vertices: Float[np.ndarray, "N 3"]) -> bytes:
    """A Wavefront OBJ in mm, with the model's texture coordinates where it has any.

    Args:
      model: for triangles and texture coordinates.
      vertices: the face's own axes, mm.
    Returns:
      The file's content.
    """
    lines = ["# millimetres; +x the subject's left, +y up, +z out of the face"]
    lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in vertices.tolist()]
    triangles = np.asarray(model.triangles) + 1
    if model.texture_coordinates is None or model.texture_triangles is None:
        lines += [f"f {a} {b} {c}" for a, b, c in triangles.tolist()]
    else:
        lines += [f"vt {u:.6f} {v:.6f}" for u, v in np.asarray(model.texture_coordinates).tolist()]
        corners = np.stack([triangles, np.asarray(model.texture_triangles) + 1], axis=-1)
        lines += [
            "f " + " ".join(f"{vertex}/{texture}" for vertex, texture in triangle)
            for triangle in corners.tolist()
        ]
    return ("\n".join(lines) + "\n").encode()


def glb_bytes(
    model: MorphableModel, vertices: Float[np.ndarray, "N 3"], colours: Float[np.ndarray, "N 3"]
) -> bytes:
    """A binary glTF in metres, as that format demands, with a colour for each vertex.

    Args:
      model: for the triangles.
      vertices: the face's own axes, mm.
      colours: RGB in [0, 1] as in a picture; the file stores linear light.
    Returns:
      The file's content.
    """
    import trimesh

    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    mesh = trimesh.Trimesh(
        vertices=vertices / 1000.0,
        faces=np.asarray(model.triangles),
        vertex_normals=np.asarray(vertex_normals(jnp.asarray(vertices), model.triangles)),
        vertex_colors=np.rint(np.clip(linear, 0.0, 1.0) * 255.0).astype(np.uint8),
        process=False,
    )
    return trimesh.exchange.gltf.export_glb(trimesh.Scene(mesh), include_normals=True)
