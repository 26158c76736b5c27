"""Binary .ply meshes with vertex colours, in the morphable model's order of vertices.

Greg Turk, "The PLY polygon file format", 1994.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.faces.record import FACE_AXES
from e2far_jax.scans.mesh import Mesh

_VERTEX = np.dtype([("position", "<f4", 3), ("colour", "u1", 3)])
_TRIANGLE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])


def ply_bytes(mesh: Mesh, colours: Float[np.ndarray, "N 3"], axes: str = FACE_AXES) -> bytes:
    """A mesh as a little-endian PLY file.

    Args:
      mesh: mm.
      colours: RGB in [0, 1] of each vertex, as in a picture; stored in 256 steps.
      axes: units and axes, for the header's comment.
    Returns:
      The file's content.
    Raises:
      ValueError: for vertices or colours that are not finite, or fewer colours than vertices.
    """
    if colours.shape != mesh.vertices.shape:
        raise ValueError(
            f"the colours' shape is {colours.shape}, that of the vertices {mesh.vertices.shape}"
        )
    if not (np.isfinite(mesh.vertices).all() and np.isfinite(colours).all()):
        raise ValueError("vertices and colours have to be finite")
    vertices = np.empty(len(mesh.vertices), _VERTEX)
    vertices["position"] = mesh.vertices
    vertices["colour"] = np.rint(np.clip(colours, 0.0, 1.0) * 255.0)
    triangles = np.empty(len(mesh.triangles), _TRIANGLE)
    triangles["count"], triangles["corners"] = 3, mesh.triangles
    header = _header(len(vertices), len(triangles), axes)
    return header + vertices.tobytes() + triangles.tobytes()


def _header(vertices: int, triangles: int, axes: str) -> bytes:
    lines = ["ply", "format binary_little_endian 1.0", f"comment {axes}"]
    lines.append(f"element vertex {vertices}")
    lines += [f"property float {axis}" for axis in "xyz"]
    lines += [f"property uchar {colour}" for colour in ("red", "green", "blue")]
    lines.append(f"element face {triangles}")
    lines += ["property list uchar int vertex_indices", "end_header"]
    return ("\n".join(lines) + "\n").encode("ascii")
