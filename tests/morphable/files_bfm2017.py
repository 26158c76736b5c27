"""Small files of the Basel Face Models' format, written as scalismo writes them."""

import json
from pathlib import Path

import numpy as np

from tests.containers.files_hdf5 import write_hdf5

SIDE = 12
# Where on the grid each vertex is; no landmark is in the lowest row.
ORDER = np.random.default_rng(0).permutation(SIDE**2)
LANDMARKS = np.random.default_rng(1).permutation(np.flatnonzero(ORDER >= SIDE))[:68]
NAMES = {
    **{"center.nose.tip": 30, "right.eye.corner_outer": 36, "left.eye.corner_outer": 45},
    **{"right.lips.corner": 48, "left.lips.corner": 54},
}


def face() -> dict[str, np.ndarray]:
    """A dome of 144 vertices whose eyes' outer corners are 90 mm apart; its triangles."""
    x, y = (axis.ravel() for axis in np.meshgrid(*2 * [np.linspace(-60.0, 60.0, SIDE)]))
    order = ORDER.copy()
    for landmark, goal in ((36, (-45.0, 30.0)), (45, (45.0, 30.0))):
        nearest = np.argmin((x - goal[0]) ** 2 + (y - goal[1]) ** 2)
        x[nearest], y[nearest] = goal
        there = np.flatnonzero(order == nearest)[0]
        order[[there, LANDMARKS[landmark]]] = order[[LANDMARKS[landmark], there]]
    corner = np.arange(SIDE * (SIDE - 1)).reshape(-1, SIDE)[:, :-1].ravel()
    first = np.stack([corner, corner + 1, corner + SIDE + 1], -1)
    second = np.stack([corner, corner + SIDE + 1, corner + SIDE], -1)
    mean = np.stack([x, y, 60.0 - (x**2 + y**2) / 150.0], -1)[order].astype(np.float32)
    return {"mean": mean, "triangles": np.argsort(order)[np.concatenate([first, second])]}


def datasets() -> dict[str, object]:
    """What a file holds, by name: three identities, two expressions and a mean one, two colours."""
    rng, dome = np.random.default_rng(2), face()
    size = dome["mean"].size
    means = {
        "shape": dome["mean"].ravel(),
        "expression": 0.5 * rng.normal(size=size).astype(np.float32),
        "color": rng.uniform(size=size).astype(np.float32),
    }
    variances = {"shape": [9.0, 4.0, 0.25], "expression": [16.0, 1.0], "color": [0.04, 0.01]}
    held: dict[str, object] = {"version/majorVersion": 0, "version/minorVersion": 9}
    for part, mean in means.items():
        basis = np.linalg.qr(rng.normal(size=(size, len(variances[part]))))[0]
        held |= {
            f"{part}/model/mean": mean,
            f"{part}/model/noiseVariance": np.array([0.1], np.float32),
            f"{part}/model/pcaBasis": basis.astype(np.float32),
            f"{part}/model/pcaVariance": np.array(variances[part], np.float32),
            f"{part}/modelinfo/build-time": np.array([b"Mon Mar 13 16:18:11 CET 2017"]),
            f"{part}/representer/cells": dome["triangles"].T.astype(np.int32),
            f"{part}/representer/points": dome["mean"].T,
            f"{part}/version/majorVersion": 0,
            f"{part}/version/minorVersion": 9,
        }
    points = [
        {"id": name, "coordinates": [float(number) for number in dome["mean"][LANDMARKS[landmark]]]}
        for name, landmark in NAMES.items()
    ]
    held["metadata/landmarks/json"] = np.array([json.dumps(points).encode()])
    return held


def write_bfm2017(folder: Path, **changes: object) -> Path:
    """Write a model, and beside it `landmarks.txt` with its landmarks.

    Args:
      folder: where to.
      changes: datasets that differ, "/" written as two underscores; None leaves one out.
    """
    np.savetxt(folder / "landmarks.txt", LANDMARKS, fmt="%d", header="68 landmarks")
    changed = {name.replace("__", "/"): value for name, value in changes.items()}
    return write_hdf5(folder / "model.h5", {**datasets(), **changed})
