"""Small files of the Basel Face Model 2009 in its three forms, in the published files' units."""

import struct
from pathlib import Path

import numpy as np
import scipy.io

SIDE, MODES, COLOURS, MOVES = 13, 5, 4, 3
VERTICES = SIDE * SIDE
GONE = 9  # the vertices inside the mouth, so to say
DEVIATIONS = np.array([4e4, 2e4, 1e4, 5e3, 2e3], np.float32)  # micrometres
COLOUR_DEVIATIONS = np.array([300.0, 200.0, 90.0, 30.0], np.float32)
MOVE_DEVIATIONS = np.array([3e4, 2e4, 4e3], np.float32)
LP_DEVIATIONS = np.array([1.5, 1.25, 0.5])


def orthonormal(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return np.linalg.qr(rng.normal(size=(rows, columns)))[0].astype(np.float32)


def interleaved(basis: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """The rows of some vertices."""
    return basis.reshape(VERTICES, 3, -1)[vertices].reshape(3 * len(vertices), -1)


def bfm2009_arrays() -> dict[str, np.ndarray]:
    """Variables of all three forms, and what they mean in millimetres and from 0.

    A dome of 169 vertices in random order; landmarks 36 and 45 are 90 mm apart.
    """
    rng = np.random.default_rng(0)
    x, y = (axis.ravel() for axis in np.meshgrid(*2 * [np.linspace(-60.0, 60.0, SIDE)]))
    x[[8 * SIDE + 1, 8 * SIDE + SIDE - 2]] = -45.0, 45.0
    order = rng.permutation(VERTICES)
    number = np.argsort(order)
    mean = np.stack([x, y, 60.0 - (x**2 + y**2) / 150.0], -1)[order].astype(np.float32)
    corner = np.arange(SIDE * (SIDE - 1)).reshape(-1, SIDE)[:, :-1].ravel()
    first = np.stack([corner, corner + 1, corner + SIDE + 1], -1)
    second = np.stack([corner, corner + SIDE + 1, corner + SIDE], -1)
    outward = number[np.concatenate([first, second])]

    eyes = number[[8 * SIDE + 1, 8 * SIDE + SIDE - 2]]
    others = rng.permutation(np.setdiff1d(np.arange(VERTICES), eyes))
    landmarks, gone = others[:68], others[-GONE:]
    landmarks[[36, 45]] = eyes
    kept = rng.permutation(np.setdiff1d(np.arange(VERTICES), gone))
    place = np.full(VERTICES, -1)
    place[kept] = np.arange(len(kept))
    trimmed = place[outward][(place[outward] >= 0).all(1)]

    shape, colour = orthonormal(rng, 3 * VERTICES, MODES), orthonormal(rng, 3 * VERTICES, COLOURS)
    rows = 3 * len(kept)
    tint = rng.uniform(20.0, 230.0, (3 * VERTICES, 1)).astype(np.float32)
    moved = rng.normal(size=(rows, 1)) * 3000.0
    return {
        "mean": mean,
        "outward": outward,
        "landmarks": landmarks,
        "kept": kept,
        "trimmed": trimmed,
        "shapeMU": mean.reshape(-1, 1) * 1000.0,
        "shapePC": shape,
        "shapeEV": DEVIATIONS[:, None],
        "texMU": tint,
        "texPC": colour,
        "texEV": COLOUR_DEVIATIONS[:, None],
        "tl": outward[:, ::-1].astype(np.uint32) + 1,
        "segbin": np.zeros((VERTICES, 4), np.uint8),
        "trimIndex": kept[:, None].astype(np.uint16) + 1,
        "mean_move": rng.normal(size=rows).astype(np.float32) * 3000.0,
        "moves": orthonormal(rng, rows, MOVES),
        "std_exp": MOVE_DEVIATIONS,
        "mu_shape": interleaved(mean[..., None] * 1000.0, kept),
        "w": interleaved(shape, kept),
        "sigma": DEVIATIONS[:, None].astype(float),
        "tri": trimmed[:, ::-1].T.astype(np.uint16) + 1,
        "keypoints": place[landmarks][None].astype(float) + 1,
        "mu_exp": moved,
        "w_exp": orthonormal(rng, rows, MOVES).astype(float) * 4e4,
        "sigma_exp": LP_DEVIATIONS[:, None],
    }


def changed(arrays: dict, changes: dict) -> dict[str, np.ndarray]:
    """With some arrays replaced, and those left out that are now None."""
    together = {**arrays, **{name: changes[name] for name in arrays if name in changes}}
    return {name: array for name, array in together.items() if array is not None}


def save(path: Path, names: str, compressed: bool, changes: dict) -> Path:
    arrays = bfm2009_arrays()
    chosen = changed({name: arrays[name] for name in names.split()}, changes)
    scipy.io.savemat(path, chosen, do_compression=compressed)
    return path


def write_bfm2009(
    folder: Path, companions: bool = True, compressed: bool = True, **changes
) -> Path:
    """The original; its companions are FaceWarehouse's expressions, of 160 vertices."""
    save(folder / "BFM_exp_idx.mat", "trimIndex", compressed, changes)
    save(folder / "Model_Shape.mat", "mu_shape keypoints", compressed, changes)  # for landmarks
    if companions:
        arrays = changed(bfm2009_arrays(), changes)
        modes = arrays["moves"].shape[1]
        parts = [arrays["mean_move"], *arrays["moves"].T]
        content = struct.pack("<i", modes) + b"".join(part.tobytes() for part in parts)
        (folder / "Exp_Pca.bin").write_bytes(content)
        (folder / "std_exp.txt").write_text(" ".join(f"{d:g}" for d in arrays["std_exp"]))
    names = "shapeMU shapePC shapeEV texMU texPC texEV tl segbin"
    return save(folder / "01_MorphableModel.mat", names, compressed, changes)


def write_300w_lp(
    folder: Path, companions: bool = True, compressed: bool = True, **changes
) -> Path:
    """300W-LP's model; its companion are 3 expressions."""
    if companions:
        names = "mu_exp w_exp sigma_exp"
        save(folder / "Model_Expression.mat", names, compressed, changes)
    names = "mu_shape w sigma tri keypoints"
    return save(folder / "Model_Shape.mat", names, compressed, changes)


def write_face3d(folder: Path, compressed: bool = True, **changes) -> Path:
    """All in one struct."""
    arrays = bfm2009_arrays()
    fields = {
        **{"shapeMU": arrays["mu_shape"], "shapePC": arrays["w"], "shapeEV": arrays["sigma"]},
        **{"expMU": arrays["mu_exp"], "expPC": arrays["w_exp"], "expEV": arrays["sigma_exp"]},
        "texMU": interleaved(arrays["texMU"], arrays["kept"]),
        "texPC": interleaved(arrays["texPC"], arrays["kept"]),
        **{"texEV": arrays["texEV"], "tri": arrays["tri"], "kpt_ind": arrays["keypoints"]},
        "tri_mouth": np.ones((3, 2)),
    }
    path = folder / "BFM.mat"
    scipy.io.savemat(path, {"model": changed(fields, changes)}, do_compression=compressed)
    return path
