"""Wavefront OBJ: vertices, texture coordinates and polygons out of its text.

"Object files (.obj)", Appendix B1 of Wavefront's Advanced Visualizer manual. What a line means is
said by its first word; words that the manual does not have are refused, for behind one may be a
damaged vertex, without which all that follow it would be others.
"""

from __future__ import annotations

import dataclasses
import os
import re

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.scans.lines import LineError, Rows, naming, read_content, shown
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.polygons import Polygons, assembled_mesh, fans

# x y z, with a weight, with a colour, and with both.
_VERTEX_SIZES = (3, 4, 6, 7)
_KEYWORDS = (
    b"v vt vn vp f fo l p o g s mg usemtl mtllib usemap maplib lod bevel c_interp d_interp "
    b"shadow_obj trace_obj cstype deg bmat step curv curv2 surf parm trim hole scrv sp end con "
    b"ctech stech call csh bsp bzp cdc cdp res"
).split()
_COMMENT = re.compile(rb"#[^\r\n]*")
_UNKNOWN = re.compile(
    rb"^[ \t]*(?!(?:" + b"|".join(_KEYWORDS) + rb")(?:\s|$)|#)(\S+)", re.MULTILINE
)


@dataclasses.dataclass(frozen=True)
class TexturedPolygons:
    """The polygons of an OBJ file.

    Attributes:
      polygons: of vertices.
      textures: the texture coordinates of their corners, from 0; -1 or less for none.
    """

    polygons: Polygons
    textures: Int[np.ndarray, "C"]


def read_obj(path: str | os.PathLike[str]) -> Mesh:
    """Read an OBJ file.

    Args:
      path: the file. Colours, textures, normals, materials, groups, lines and curves are left out.
    Returns:
      All its vertices in their order; polygons become fans of triangles.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it is damaged or something else.
    """
    text = b"\n".join(read_content(path).splitlines())
    with naming(path):
        unknown = _UNKNOWN.search(text)
        if unknown:
            line = text.count(b"\n", 0, unknown.start(1)) + 1
            raise LineError(line, f"{shown(unknown[1])} does not begin a line of an OBJ file")
        vertices = parse_vectors(text, b"v", *_VERTEX_SIZES)
        polygons = parse_polygons(text).polygons
    return assembled_mesh(path, vertices, polygons)


def parse_vectors(text: bytes, keyword: bytes, *sizes: int) -> Float[np.ndarray, "N K"]:
    """All lines `keyword x y ...` of an OBJ file.

    Args:
      text: the file.
      keyword: b"v" or b"vt".
      sizes: how many numbers a line may have; the first so many are taken of each.
    Returns:
      One row a line.
    Raises:
      LineError: for a line with more or fewer numbers, or with something else.
    """
    return _rows(text, keyword).table(*sizes)


def parse_polygons(text: bytes) -> TexturedPolygons:
    """All lines `f corner corner ...` of an OBJ file.

    Args:
      text: the file; a corner is `vertex`, `vertex/texture`, `vertex//normal` or
        `vertex/texture/normal`, each counted from 1, or from -1 backwards from the line.
    Raises:
      LineError: for a corner that is something else.
    """
    rows = _rows(text, b"f")
    parts = [[part for word in words for part in _parts(word)] for words in rows.words]
    numbers = Rows(parts, rows.lines).numbers("int64").reshape(-1, 3)
    sizes = rows.counts()
    lines = np.repeat(np.array(rows.lines, np.int64), sizes)
    corners = _from_zero(numbers[:, 0], lines, _rows(text, b"v"))
    textures = _from_zero(numbers[:, 1], lines, _rows(text, b"vt"))
    return TexturedPolygons(Polygons(corners, sizes, rows.lines, base=1), textures)


def parse_triangles(
    text: bytes,
) -> tuple[Int[np.ndarray, "F 3"], Int[np.ndarray, "F 3"]]:
    """The polygons of a textured OBJ file as fans of triangles.

    Args:
      text: the file.
    Returns:
      Indices of vertices and of texture coordinates, counted from 0, which may be out of range.
    Raises:
      LineError: for a corner without texture, or a polygon of fewer than three corners.
    """
    textured = parse_polygons(text)
    polygons = textured.polygons
    for size, line in zip(polygons.sizes, polygons.places, strict=True):
        if size < 3:
            raise LineError(line, f"a polygon has {size} corners, expected 3 or more")
    bare = np.flatnonzero(textured.textures < 0)
    if len(bare):
        line = polygons.places[np.searchsorted(np.cumsum(polygons.sizes), bare[0], side="right")]
        raise LineError(line, "a corner has no texture coordinate, expected vertex/texture")
    triangles = fans(polygons.sizes)
    return polygons.corners[triangles], textured.textures[triangles]


def _rows(text: bytes, keyword: bytes) -> Rows:
    """The lines that a keyword begins, without it and without comments."""
    starts = tuple(keyword + blank for blank in (b" ", b"\t", b"\r", b"\n"))
    lines = (_COMMENT.sub(b"", text) + b"\n").splitlines(keepends=True)
    rows = [
        (line.split()[1:], number)
        for number, line in enumerate(lines, 1)
        if line.lstrip().startswith(starts)
    ]
    return Rows([words for words, _ in rows], [number for _, number in rows])


def _parts(corner: bytes) -> list[bytes]:
    """Vertex, texture and normal of a corner, 0 for what it leaves out."""
    vertex, *others = corner.split(b"/")
    parts = [vertex, *(other or b"0" for other in others), b"0", b"0"]
    return parts[:3] if len(others) < 3 else [corner]


def _from_zero(
    numbers: Int[np.ndarray, "C"], lines: Int[np.ndarray, "C"], named: Rows
) -> Int[np.ndarray, "C"]:
    """Indices from 0; those below 0 count backwards from the last one named before their line."""
    before = np.searchsorted(np.array(named.lines, np.int64), lines)
    return np.where(numbers < 0, numbers + before, numbers - 1)
