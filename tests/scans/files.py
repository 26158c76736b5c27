"""Small files of every format, written in the published form."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np

# A pyramid over a square, and a vertex that no polygon uses.
VERTICES = np.array(
    [[0, 0, 0], [2, 0, 0.25], [2, 2, 0], [0, 2, 0], [9, 9, 9], [1, 1, 1.5]], np.float64
)
POLYGONS = [[0, 1, 5], [1, 2, 5], [2, 3, 5], [3, 0, 5], [3, 2, 1, 0]]
TRIANGLES = [[0, 1, 5], [1, 2, 5], [2, 3, 5], [3, 0, 5], [3, 2, 1], [3, 1, 0]]

OBJ = b"""# a scan
mtllib scan.mtl
o face
v 0 0 0
v 2 0 2.5e-1 0.5 0.5 0.5
v 2 2 0
vt 0 0
vn 0 0 1
v 0 2 0 1
v 9 9 9
v\t1 1  1.5 # the top
usemtl skin
s off
f 1 2 6
f 2/1 3/1 6/1
f 3/1/1 4/1/1 6/1/1
usemtl hair
f 4//1 1//1 6//1
f -3 -4 -5 -6
"""

PLY = b"""ply
format ascii 1.0
comment a scan
obj_info nothing
element camera 1
property float focus
property list uchar double more
element vertex 6
property uchar red
property double x
property double y
property double z
element face 5
property list uchar int vertex_indices
property uchar flag
element edge 1
property int first
property int second
end_header
1.5 2 0 0
255 0 0 0
255 2 0 0.25
255 2 2 0
255 0 2 0
255 9 9 9
255 1 1 1.5
3 0 1 5 7
3 1 2 5 7
3 2 3 5 7
3 3 0 5 7
4 3 2 1 0 7
0 1
"""

VRML = b"""#VRML V2.0 utf8
# a scan, with a bracket ] in a comment
WorldInfo { info [ "made by } nobody" ] }
DEF Face Transform {
  translation 0 0 0
  rotation 0 1 0 0
  children [ Shape {
    appearance Appearance { texture ImageTexture { url "face[1].bmp" }
      textureTransform TextureTransform { scale 2 2 } }
    geometry IndexedFaceSet {
      ccw TRUE
      coord DEF Points Coordinate {
        point [
          0 0 0, 2 0 0.25,
          2.0 2 0
          0,2,0, # the left one
          9 9 9, 1 1 1.5,
        ]
      }
      coordIndex [ 0, 1, 5, -1, 1, 2, 5, -1
        2 3 5 -1, 3,0,5,-1,
        3, 2, 1, 0
      ]
      texCoord TextureCoordinate { point [ 0 0, 1 1 ] }
      texCoordIndex [ 0, 0, 1, -1 ]
    }
  } ]
}
"""

PP = b"""<!DOCTYPE PickedPoints>
<PickedPoints>
 <DocumentData>
  <DateTime time="10:00:00" date="2020-01-01"/>
  <DataFileName name="scan.obj"/>
  <templateName name=""/>
 </DocumentData>
 <point x="1.5" y="-2" name="nose" active="1" z="3e1"/>
 <point name="chin" x="0" y="0.25" z="0"/>
</PickedPoints>
"""
PP_POINTS = [[1.5, -2.0, 30.0], [0.0, 0.25, 0.0]]

PTS = b"version: 1\nn_points:  3\n{\n1.5 2\n3 4\n-5e-1 6\n}\n"
PTS_POINTS = [[1.5, 2.0], [3.0, 4.0], [-0.5, 6.0]]


def packed_ply(order: str, count: str = "B", index: str = "i", coordinate: str = "f") -> bytes:
    """The scan of `PLY` in binary, in the kinds of numbers that numpy's letters say."""
    names = {"b": "char", "B": "uint8", "h": "short", "H": "uint16", "i": "int", "I": "uint32"}
    names |= {"f": "float", "d": "float64"}
    content = PLY[: PLY.index(b"end_header\n") + len(b"end_header\n")].decode()
    content = content.replace(
        "ascii", {"<": "binary_little_endian", ">": "binary_big_endian"}[order]
    )
    content = content.replace("double x", f"{names[coordinate]} x")
    content = content.replace("double y", f"{names[coordinate]} y")
    content = content.replace("double z", f"{names[coordinate]} z")
    content = content.replace("uchar int vertex", f"{names[count]} {names[index]} vertex")

    def numbers(kind: str, *values: float) -> bytes:
        return np.array(values, order + kind).tobytes()

    rows = [content.encode(), numbers("f", 1.5), numbers("B", 2), numbers("d", 0, 0)]
    rows += [numbers("B", 255) + numbers(coordinate, *vertex) for vertex in VERTICES]
    rows += [
        numbers(count, len(polygon)) + numbers(index, *polygon) + numbers("B", 7)
        for polygon in POLYGONS
    ]
    return b"".join([*rows, numbers("i", 0, 1)])


def range_image(flags: np.ndarray, points: np.ndarray) -> bytes:
    """An .abs file of flags [H W] and points [H W 3]."""
    height, width = flags.shape
    blocks = [flags, *np.moveaxis(np.where(flags[..., None] == 1, points, -999999.0), -1, 0)]
    lines = [" ".join(f"{number:.6f}" for number in block.ravel()) for block in blocks[1:]]
    first = " ".join(str(int(flag)) for flag in flags.ravel())
    heading = f"{height} rows\n{width} columns\npixels (flag X Y Z):\n"
    return (heading + "\n".join([first, *lines]) + "\n").encode()


def small_range_image() -> bytes:
    """Four rows of five pixels, some of them not seen."""
    rng = np.random.default_rng(0)
    columns, rows = np.meshgrid(np.arange(5.0), np.arange(4.0))
    points = np.stack([columns, -rows, rng.normal(size=(4, 5))], axis=-1)
    return range_image((rng.uniform(size=(4, 5)) < 0.8).astype(int), points)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


MESHES = {
    "scan.obj": OBJ,
    "scan.ply": PLY,
    "little.ply": packed_ply("<"),
    "big.ply": packed_ply(">"),
    "scan.npy": npy(VERTICES),
    "scan.wrl": VRML,
    "scan.abs": small_range_image(),
    "scan.abs.gz": gzip.compress(small_range_image(), mtime=0),
}
POINTS = {
    "points.pts": PTS,
    "points.pp": PP,
    "points.lnd": b"nose 1.5 -2 3e1\nleft eye 0 0.25 0\n3 1 2 3\n4 5 6\n",
    "points.bnd": b"".join(b"%d\t\t%d.5 -2 %d\n" % (7 * i, i, i) for i in range(83)),
    "points.txt": b"1.5, 2, 3\n4,5,6\n\n7, 8, 9\n",
    "points.npy": npy(VERTICES[:, :2].astype(np.float32)),
}


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
