"""Wavefront .obj meshes and their .mtl materials. Vertices keep the morphable model's order.

"Object files (.obj)" and "Material library file (.mtl)", Appendix B1 of Wavefront's Advanced
Visualizer manual.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.faces.record import FACE_AXES
from e2far_jax.scans.mesh import Mesh

MATERIAL = "skin"


def obj_bytes(
    mesh: Mesh,
    texture_coordinates: Float[np.ndarray, "T 2"] | None = None,
    texture_triangles: Int[np.ndarray, "F 3"] | None = None,
    material: str | None = None,
    axes: str = FACE_AXES,
) -> bytes:
    """A mesh as a Wavefront OBJ file.

    Args:
      mesh: mm.
      texture_coordinates: (u, v) in [0, 1], u right and v up; None for a mesh without.
      texture_triangles: indices into them, one triple a triangle; given where they are.
      material: the name of the .mtl file, as it lies beside the .obj; None for no material.
      axes: units and axes, for the comment in the first line.
    Returns:
      The file's content.
    Raises:
      ValueError: for vertices or texture coordinates that are not finite, texture coordinates
        without triangles or the other way round, or a name of more than one line.
    """
    if (texture_coordinates is None) != (texture_triangles is None):
        raise ValueError("expected both of texture_coordinates and texture_triangles, or neither")
    lines = [f"# {axes}"]
    if material is not None:
        lines.append(f"mtllib {_file_name(material)}")
    lines += _numbers("v", mesh.vertices)
    corners, form = mesh.triangles, "f %d %d %d"
    if texture_coordinates is not None and texture_triangles is not None:
        lines += _numbers("vt", texture_coordinates)
        corners = np.stack([corners, texture_triangles], axis=2).reshape(-1, 6)
        form = "f %d/%d %d/%d %d/%d"
    if material is not None:
        lines.append(f"usemtl {MATERIAL}")
    lines += [form % tuple(row) for row in (corners + 1).tolist()]
    return _text(lines)


def mtl_bytes(texture: str | None = None) -> bytes:
    """The material of `obj_bytes`: matt, with a texture where there is one.

    Args:
      texture: the name of a picture that lies beside the .mtl.
    Returns:
      The file's content.
    Raises:
      ValueError: for a name of more than one line.
    """
    lines = [f"newmtl {MATERIAL}", "Ka 1 1 1", "Kd 1 1 1", "Ks 0 0 0", "illum 1"]
    if texture is not None:
        lines.append(f"map_Kd {_file_name(texture)}")
    return _text(lines)


def _numbers(keyword: str, rows: Float[np.ndarray, "K D"]) -> list[str]:
    """One line a row, to the nearest millionth."""
    if not np.isfinite(rows).all():
        raise ValueError(f"the numbers of the lines {keyword!r} are not all finite")
    form = " ".join([keyword] + ["%.6f"] * rows.shape[1])
    return [form % tuple(row) for row in rows.tolist()]


def _file_name(name: str) -> str:
    if not name or len(name.splitlines()) > 1:
        raise ValueError(f"a file's name in an .obj or .mtl must be one line, got {name!r}")
    return name


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
