"""Copies of data sets in the published form, made of small files without any person in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import scipy.io

OBJ = "v 0 0 0\nv 1 0 0.5\nv 0 1 0.25\nf 1 2 3\n"
OBJ_VERTICES = np.array([[0, 0, 0], [1, 0, 0.5], [0, 1, 0.25]])


def write(path: Path, content: str | bytes = b"") -> Path:
    """A file with its folders; empty for what nobody may open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(points: np.ndarray, first: str = "") -> str:
    """A point a line; `first` is formatted with its number from 1 and goes before it."""
    lines = [
        first.format(number) + " ".join(map(str, point))
        for number, point in enumerate(points.tolist(), 1)
    ]
    return "\n".join(lines) + "\n"


def picked_points(points: np.ndarray) -> str:
    """MeshLab's .pp."""
    lines = [
        f' <point x="{x}" y="{y}" z="{z}" name="{number}" active="1"/>'
        for number, (x, y, z) in enumerate(points.tolist())
    ]
    return "\n".join(["<!DOCTYPE PickedPoints>", "<PickedPoints>", *lines, "</PickedPoints>"])


def random_points(*shape: int, seed: int = 0) -> np.ndarray:
    """Points in millimetres."""
    return np.random.default_rng(seed).normal(size=shape).round(3) * 50.0


def posed_values(seed: int = 0) -> dict[str, np.ndarray]:
    """The variables of 300W-LP's MATLAB files, with types and shapes of the published ones."""
    rng = np.random.default_rng(seed)
    pose = [0.1, -0.5, 0.05, 220.0, 230.0, -80.0, 1e-3]
    return {
        "pt2d": rng.uniform(1.0, 450.0, (2, 68)),
        "pt3d_68": rng.uniform(1.0, 450.0, (3, 68)),
        "roi": np.array([[53, -166, 638, 419]], np.int16),
        "Illum_Para": rng.normal(size=(1, 10)),
        "Color_Para": rng.normal(size=(1, 7)).astype(np.float32),
        "Tex_Para": rng.normal(size=(199, 1)) * 1e4,
        "Shape_Para": rng.normal(size=(199, 1)) * 1e5,
        "Exp_Para": rng.normal(size=(29, 1)),
        "Pose_Para": np.array([pose], np.float32),
    }


def write_posed(folder: Path, names: Iterable[str], **changed: np.ndarray | None) -> Path:
    """Pictures that nobody may open, each with its MATLAB file; None leaves a variable out."""
    for seed, name in enumerate(names):
        write(folder / f"{name}.jpg")
        values = {**posed_values(seed), **changed}
        kept = {key: value for key, value in values.items() if value is not None}
        scipy.io.savemat(folder / f"{name}.mat", kept, do_compression=True)
    return folder
