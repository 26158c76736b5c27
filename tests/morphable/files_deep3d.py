"""A small file of Deep3DFaceRecon's face model, in the published file's units."""

from pathlib import Path

import numpy as np
import scipy.io

from tests.morphable.files_bfm2009 import bfm2009_arrays, changed


def deep3d_arrays() -> dict[str, np.ndarray]:
    """The variables; lengths in decimetres, and double precision as the published file has it."""
    rng = np.random.default_rng(1)
    small = bfm2009_arrays()
    rows = small["mean"].size
    return {
        "meanshape": small["mean"].reshape(1, -1) / 100.0,
        "idBase": rng.normal(size=(rows, 4)).astype(np.float32) / 100.0,
        "exBase": rng.normal(size=(rows, 3)) / 50.0,
        "meantex": small["texMU"].reshape(1, -1),
        "texBase": rng.normal(size=(rows, 2)) * 20.0,
        "tri": small["outward"].astype(np.float32) + 1,
        "keypoints": small["landmarks"][None].astype(np.float32) + 1,
        "point_buf": np.ones((rows // 3, 8), np.float32),
        "skinmask": np.ones((1, rows // 3), np.float32),
    }


def write_deep3d(folder: Path, compressed: bool = False, **changes) -> Path:
    """`BFM_model_front.mat`."""
    path = folder / "BFM_model_front.mat"
    arrays = changed(deep3d_arrays(), changes)
    scipy.io.savemat(path, arrays, do_compression=compressed)
    return path
