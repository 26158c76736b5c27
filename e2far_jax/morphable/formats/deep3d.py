"""The face model of Deep3DFaceRecon: the front of the Basel Face Model 2009, with FaceWarehouse.

Deng, Yang, Xu, Chen, Jia, Tong, "Accurate 3D face reconstruction with weakly-supervised learning",
CVPR workshops 2019. Its bases are scaled to one standard deviation, and its triangles outward.
"""

from __future__ import annotations

import os

import numpy as np

from e2far_jax.containers.mat import open_mat
from e2far_jax.morphable.formats.bfm_arrays import (
    basel_model,
    colours,
    landmark_vertices,
    require_spread,
    scaled_basis,
    triangles,
    vectors,
)
from e2far_jax.morphable.model import MorphableModel

_MILLIMETRES = np.float32(100.0)  # a unit, which is a decimetre


@np.errstate(all="ignore")  # numbers that are not finite are found when all is there
def read_deep3d(path: str | os.PathLike[str]) -> MorphableModel:
    """Read `BFM_model_front.mat`.

    The mean face is where the file has it. Deep3DFaceRecon moves it before it poses it, so that
    the mean of its vertices is 0.

    Args:
      path: the file.
    Returns:
      The model: 80 modes of identity and of colour, and 64 of expression, all whitened.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: where it is damaged, or something else.
    """
    variables = open_mat(path)
    mean = vectors(variables, "meanshape") * _MILLIMETRES
    bases = {}
    for field, name in (("identity_basis", "idBase"), ("expression_basis", "exBase")):
        bases[field] = scaled_basis(variables, name, len(mean)) * _MILLIMETRES
        require_spread(path, name, bases[field])
    return basel_model(
        path,
        mean=mean,
        triangles=triangles(variables, "tri", len(mean)),
        landmarks=landmark_vertices(variables, "keypoints", len(mean)),
        name="Deep3DFaceRecon",
        **bases,
        **colours(variables, "meantex", "texBase", len(mean)),
    )
