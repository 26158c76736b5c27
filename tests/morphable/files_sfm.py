"""Small files of the Surrey Face Model, field by field."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

MODES, SIZE = 3, 59  # SIZE squared is more than the vertices that the published landmarks need
VARIANCES = np.array([9.0, 4.0, 0.25], np.float32)


def matrix(field, values):
    """Rows and columns, then column after column."""
    rows, columns = values.shape
    flat = [float(number) for column in values.T for number in column]
    return [
        (field, struct.pack("<ii", rows, columns)),
        (field, struct.pack(f"<{len(flat)}f", *flat)),
    ]


def triples(field, values):
    flat = [int(number) for row in values for number in row]
    return [
        (field, struct.pack("<Q", len(values))),
        (field, struct.pack(f"<{len(flat)}i", *flat)),
    ]


def pairs(field, values):
    flat = [float(number) for row in values for number in row]
    return [
        (field, struct.pack("<Q", len(values))),
        (field, struct.pack(f"<{len(flat)}d", *flat)),
    ]


def text(field, value):
    encoded = value.encode()
    return [(field, struct.pack("<Q", len(encoded))), (field, encoded)]


def basis_model(name, mean, basis, variances, triangles):
    return [
        *matrix(f"{name} mean", mean.reshape(-1, 1)),
        *matrix(f"{name} basis", basis),
        *matrix(f"{name} variances", variances.reshape(-1, 1)),
        *triples(f"{name} triangles", triangles),
    ]


def blendshapes(shapes):
    parts = [("blendshapes", struct.pack("<Q", len(shapes)))]
    for number, (name, offsets) in enumerate(shapes.items()):
        parts += text(f"name of blendshape {number}", name)
        parts += matrix(f"blendshape '{name}'", offsets.reshape(-1, 1))
    return parts


def face(side, landmarks):
    """A dome of side^2 vertices whose eyes' outer corners are 90 mm apart."""
    rng = np.random.default_rng(side)
    x, y = np.meshgrid(*2 * [np.linspace(-60.0, 60.0, side)])
    x, y = x.ravel(), y.ravel()
    order = rng.permutation(side**2)
    for landmark, goal in ((36, (-45.0, 30.0)), (45, (45.0, 30.0))):
        nearest = np.argmin((x - goal[0]) ** 2 + (y - goal[1]) ** 2)
        x[nearest], y[nearest] = goal
        there = np.flatnonzero(order == nearest)[0]
        order[[there, landmarks[landmark]]] = order[[landmarks[landmark], there]]
    corner = np.arange(side * (side - 1)).reshape(-1, side)[:, :-1].ravel()
    triangles = np.concatenate(
        [
            np.stack([corner, corner + 1, corner + side + 1], -1),
            np.stack([corner, corner + side + 1, corner + side], -1),
        ]
    )
    number = np.argsort(order)
    mean = np.stack([x, y, 60.0 - (x**2 + y**2) / 150.0], -1)[order].astype(np.float32)
    basis = np.linalg.qr(rng.normal(size=(3 * side**2, MODES)))[0].astype(np.float32)
    return {"mean": mean, "basis": basis, "variances": VARIANCES, "triangles": number[triangles]}


def parts_of(version, model, expression=None, landmarks=None, texture=None, faces=()):
    """Fields and bytes of a file, field by field."""
    arrays = {name: model[name] for name in ("mean", "basis", "variances", "triangles")}
    nothing = [np.zeros((0, 1)), np.zeros((0, 0)), np.zeros((0, 1)), np.zeros((0, 3))]
    parts = [("version", struct.pack("<I", version))]
    parts += basis_model("shape", **arrays)
    parts += basis_model("colour", *nothing)
    if version >= 2:
        parts += expression or [("expressions: absent", b"\x01")]
    if version >= 3:
        parts += [("landmarks: absent", b"\x01" if landmarks is None else b"\x00")]
        if landmarks is not None:
            parts += [("landmarks", struct.pack("<Q", len(landmarks)))]
            for number, (name, vertex) in enumerate(landmarks.items()):
                parts += text(f"name of landmark {number}", name)
                parts += [(f"landmark {number}", struct.pack("<i", vertex))]
    parts += pairs("texture coordinates", np.zeros((0, 2)) if texture is None else texture)
    if version >= 4:
        parts += triples("texture triangles", faces)
    return parts


def names_of(landmarks):
    """As a C++ hash map has them, in any order, and with other names between."""
    named = {str(i + 1): int(vertex) for i, vertex in enumerate(landmarks)}
    return {"nose": 7, **{name: named[name] for name in sorted(named)}}


def written(path, parts):
    path.write_bytes(b"".join(content for _, content in parts))
    return path


def write_sfm(folder: Path) -> Path:
    """A file of version 4 that has everything."""
    rng = np.random.default_rng(1)
    landmarks = rng.permutation(144)[:68]
    model = face(12, landmarks)
    moves = {name: rng.normal(size=(144, 3)).astype(np.float32) for name in ("anger", "größer")}
    held = [
        ("expressions: absent", b"\x00"),
        ("expressions: kind", struct.pack("<i", 1)),
        *blendshapes(moves),
    ]
    texture, faces = rng.uniform(size=(200, 2)), rng.integers(200, size=model["triangles"].shape)
    parts = parts_of(4, model, held, names_of(landmarks), texture, faces)
    return written(folder / "sfm.bin", parts)
