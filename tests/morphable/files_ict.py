"""A small archive like ICT-FaceKit's: all its vertices, but few of its files and polygons."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from e2far_jax.morphable.formats import ict
from e2far_jax.morphable.formats.ict_regions import LANDMARKS_300W_LP, VERTICES
from e2far_jax.morphable.model import MorphableModel

IDENTITIES, EXPRESSIONS = ("identity000", "identity001"), ("jawOpen",)


def ict_files() -> dict[str, bytes]:
    """A dome in centimetres whose landmarks 36 and 45 are 9 apart; two polygons in its middle."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-6.0, 6.0, size=(2, VERTICES))
    x[[LANDMARKS_300W_LP[36], LANDMARKS_300W_LP[45]]] = -4.5, 4.5
    y[[LANDMARKS_300W_LP[36], LANDMARKS_300W_LP[45]]] = 3.0
    x[:4], y[:4] = [-1.0, 1.0, 1.0, -1.0], [-1.0, -1.0, 1.0, 1.0]
    neutral = np.stack([x, y, 6.0 - (x**2 + y**2) / 15.0], -1)
    textures = "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
    polygons = "f 1/1 2/2 3/3 4/4\nf 1/1 2/2 3/3\n"
    files = {f"{ict.NEUTRAL}.obj": lines(neutral) + textures + polygons}
    for name in (*IDENTITIES, *EXPRESSIONS):
        files[f"{name}.obj"] = lines(neutral + rng.normal(scale=0.1, size=neutral.shape))
    index = {"expressions": EXPRESSIONS, "idx_to_landmark_verts": list(LANDMARKS_300W_LP)}
    files["vertex_indices.json"] = json.dumps(index)
    return {name: text.encode() for name, text in files.items()}


def lines(vertices: np.ndarray) -> str:
    return "".join(f"v {x:.4f} {y:.4f} {z:.4f}\n" for x, y, z in vertices.tolist())


def write_ict(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """A .tar of the files."""
    path = folder / "ict.tar"
    with tarfile.open(path, "w") as archive:
        for name, content in (ict_files() if files is None else files).items():
            member = tarfile.TarInfo(f"FaceXModel/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def read_few_files(path: Path) -> MorphableModel:
    """As `read_ict`, which here asks for no more identities than `write_ict` writes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ict, "IDENTITIES", IDENTITIES)
        return ict.read_ict(path)
