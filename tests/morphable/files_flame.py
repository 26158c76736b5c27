"""Small files of FLAME: as Python 2 pickled them, byte by byte, and as pickles of today."""

from __future__ import annotations

import pathlib
import pickle

import numpy as np

from tests.containers.files_pickles import (
    Global,
    Made,
    array,
    chumpy,
    python_2_pickle,
    sparse,
    write_object_npy,
)

SIDE, HALF_WIDTH = 12, 60.0  # of the dome's grid; mm
FRONT, VERTICES = SIDE**2, SIDE**2 + 4  # of the dome alone, and with what is behind it


def landmark_places():
    """Where the 68 landmarks are seen from the front, mm."""
    jaw, mouth, lips = (np.linspace(0.0, turn, n) for turn, n in ((np.pi, 17), (11, 12), (7, 8)))
    mouth, lips = mouth * np.pi / 6.0, lips * np.pi / 4.0
    brow = np.stack([np.linspace(-45.0, -15.0, 5), [40.0, 43.0, 44.0, 43.0, 40.0]], -1)
    ridge = np.stack([np.full(4, 0.3), np.linspace(25.0, -5.0, 4)], -1)
    nostrils = np.stack([np.linspace(-10.0, 10.0, 5), np.full(5, -12.0)], -1)
    eye = np.array([(-45, 28), (-37, 32), (-29, 32), (-21, 28), (-29, 25), (-37, 25)], float)
    return np.concatenate(
        [
            np.stack([-55.0 * np.cos(jaw), 10.0 - 60.0 * np.sin(jaw)], -1),
            brow,
            brow[::-1] * [-1.0, 1.0],
            ridge,
            nostrils,
            eye,
            eye[[3, 2, 1, 0, 5, 4]] * [-1.0, 1.0],
            np.stack([-22.0 * np.cos(mouth), 9.0 * np.sin(mouth) - 35.0], -1),
            np.stack([-16.0 * np.cos(lips), 4.0 * np.sin(lips) - 35.0], -1),
        ]
    )


def head():
    """A dome that looks forward and a larger sheet behind it that looks back, mm."""
    x, y = (grid.ravel() for grid in np.meshgrid(*2 * [np.linspace(-HALF_WIDTH, HALF_WIDTH, SIDE)]))
    dome = np.stack([x, y, 60.0 - (x**2 + y**2) / 150.0], -1)
    behind = np.array([[-150, -150, -120], [150, -150, -120], [150, 150, -120], [-150, 150, -120]])
    corner = np.arange(SIDE * (SIDE - 1)).reshape(-1, SIDE)[:, :-1].ravel()
    triangles = np.concatenate(
        [
            np.stack([corner, corner + 1, corner + SIDE + 1], -1),
            np.stack([corner, corner + SIDE + 1, corner + SIDE], -1),
            FRONT + np.array([[0, 2, 1], [0, 3, 2]]),
        ]
    )
    return np.concatenate([dome, behind]), triangles


def flame_fields(columns=20, vertices=VERTICES):
    """What the pickle holds, in its units; more vertices than the head's lie behind it."""
    rng = np.random.default_rng(columns)
    mean, triangles = head()
    more = np.tile([0.0, 0.0, -130.0], (vertices - len(mean), 1))
    return {
        "f": triangles.astype(np.uint32),
        "J_regressor": np.eye(5, vertices),
        "kintree_table": np.array([[-1, 0, 1, 1, 1], [0, 1, 2, 3, 4]]),
        "posedirs": rng.normal(size=(vertices, 3, 2)),
        "shapedirs": 1e-3 * rng.normal(size=(vertices, 3, columns)),
        "v_template": np.concatenate([mean, more]) / 1000.0,
        "weights": rng.uniform(size=(vertices, 5)),
    }


def flame_embedding():
    """Which triangles the landmarks lie in, and where."""
    place = (landmark_places() + HALF_WIDTH) / (2.0 * HALF_WIDTH) * (SIDE - 1)
    column, row = np.floor(place).astype(int).T
    u, v = (place - np.floor(place)).T
    upper = v > u
    lower_weights = np.stack([1.0 - u, u - v, v], -1)
    upper_weights = np.stack([1.0 - v, u, v - u], -1)
    return {
        "full_lmk_faces_idx": (row * (SIDE - 1) + column + upper * (SIDE - 1) ** 2)[None],
        "full_lmk_bary_coords": np.where(upper[:, None], upper_weights, lower_weights)[None],
    }


def write_flame(folder, fields=None, embedding=None, edition=2020):
    """Write the model and the embedding beside it.

    Args:
      folder: where to.
      fields: as `flame_fields`.
      embedding: as `flame_embedding`.
      edition: 2020 as Python 2 wrote it with chumpy and scipy; 2023 as Python 3 does.
    Returns:
      The model's path.
    """
    fields = flame_fields() if fields is None else fields
    embedding = flame_embedding() if embedding is None else embedding
    path = pathlib.Path(folder) / ("generic_model.pkl" if edition == 2020 else "flame2023.pkl")
    if edition == 2020:
        special = {"shapedirs": chumpy, "J_regressor": sparse}
        old = {name: special.get(name, array)(value) for name, value in fields.items()}
        path.write_bytes(python_2_pickle({"bs_style": "lbs", **old}))
        write_object_npy(path.parent / "landmark_embedding.npy", {**tensors(), **embedding})
    else:
        path.write_bytes(pickle.dumps({"bs_style": "lbs", **fields}, protocol=4))
        boxed = np.array(embedding, dtype=object)
        np.save(path.parent / "landmark_embedding.npy", boxed, allow_pickle=True)
    return path


def tensors():
    """What PyTorch leaves in the published embedding."""
    storage = Made(Global("torch.storage", "_load_from_bytes"), (b"\x80\x02\xff",))
    rebuilt = Made(Global("torch._utils", "_rebuild_tensor_v2"), (storage, 0, (79, 17), (17, 1)))
    return {"dynamic_lmk_faces_idx": rebuilt}
