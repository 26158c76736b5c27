"""Small files of 3DDFA_V2: the model, the statistics of its coefficients, its triangles."""

from __future__ import annotations

import pathlib
import pickle

import numpy as np

SIDE = 12
POSE, IDENTITIES, EXPRESSIONS = 12, 40, 10


def dome():
    """Vertices in mm and 68 of them as landmarks; the eyes' outer corners are 90 mm apart."""
    rng = np.random.default_rng(1)
    x, y = (grid.ravel() for grid in np.meshgrid(*2 * [np.linspace(-45.0, 45.0, SIDE)]))
    landmarks = rng.permutation(SIDE**2)
    eyes = np.array([8 * SIDE, 8 * SIDE + SIDE - 1])
    landmarks = landmarks[~np.isin(landmarks, eyes)][:68]
    landmarks[[36, 45]] = eyes
    return np.stack([x, y, 60.0 - (x**2 + y**2) / 150.0], -1), landmarks


def outward_triangles():
    """Of the dome."""
    corner = np.arange(SIDE * (SIDE - 1)).reshape(-1, SIDE)[:, :-1].ravel()
    right, above = np.stack([corner, corner + 1, corner + SIDE + 1], -1), corner + SIDE
    return np.concatenate([right, np.stack([corner, corner + SIDE + 1, above], -1)])


def tddfa_statistics():
    """Mean and standard deviation of pose, identity and expression."""
    rng = np.random.default_rng(2)
    spread = [
        np.ones(POSE),
        np.geomspace(6e5, 1e4, IDENTITIES),
        np.geomspace(2.0, 0.1, EXPRESSIONS),
    ]
    std = np.concatenate(spread)
    mean = 0.2 * std * rng.normal(size=len(std))
    return {"mean": mean.astype(np.float32), "std": std.astype(np.float32)}


def tddfa_fields():
    """What the model's pickle holds, in micrometres; the mean coefficients lead to the dome."""
    rng = np.random.default_rng(3)
    vertices, landmarks = dome()
    shapes = rng.normal(scale=0.05, size=(vertices.size, IDENTITIES)).astype(np.float32)
    moves = rng.normal(scale=300.0, size=(vertices.size, EXPRESSIONS)).astype(np.float32)
    centre = tddfa_statistics()["mean"][POSE:].astype(float)
    offset = shapes @ centre[:IDENTITIES] + moves @ centre[IDENTITIES:]
    return {
        "u": (1000.0 * vertices.ravel() - offset).astype(np.float32)[:, None],
        "w_shp": shapes,
        "w_exp": moves,
        "tri": outward_triangles().T[::-1].astype(np.int32),
        "keypoints": (3 * landmarks[:, None] + np.arange(3)).ravel(),
    }


def write_tddfa(folder, fields=None, statistics=None, triangles=None):
    """Write the model and what belongs beside it.

    Args:
      folder: where to.
      fields: as `tddfa_fields`.
      statistics: as `tddfa_statistics`.
      triangles: given, they are written to a file of their own.
    Returns:
      The model's path.
    """
    contents = {
        "bfm_noneck_v3.pkl": tddfa_fields() if fields is None else fields,
        "param_mean_std_62d_120x120.pkl": tddfa_statistics() if statistics is None else statistics,
    }
    if triangles is not None:
        contents["tri.pkl"] = triangles
    for name, content in contents.items():
        (pathlib.Path(folder) / name).write_bytes(pickle.dumps(content, protocol=3))
    return pathlib.Path(folder) / "bfm_noneck_v3.pkl"
