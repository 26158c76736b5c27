"""The face of 3DDFA_V2: part of the Basel Face Model 2009, without ears and neck, as a pickle.

Guo, Zhu, Yang et al., "Towards fast, accurate and stable 3D dense face alignment", ECCV 2020.
S = u + w_shp a_I + w_exp a_E, in micrometres, where u is the mean face with its mean expression.
Neither basis is scaled: mean and standard deviation of the coefficients over the training pictures
(300W-LP) are in a file of their own, after the twelve numbers of a pose.
"""

from __future__ import annotations

import os
import pathlib
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.containers.pickles import array_field, checked_array, read_pickle
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.outlines import lips_and_brows
from e2far_jax.morphable.formats.validation import checked_model
from e2far_jax.morphable.model import MorphableModel

STATISTICS = "param_mean_std_62d_120x120.pkl"
TRIANGLES = "tri.pkl"

_POSE, _IDENTITIES, _EXPRESSIONS = 12, 40, 10  # what the 62 statistics are of
_MILLIMETRES_PER_UNIT = 1e-3


@np.errstate(all="ignore")  # numbers that are not finite are found when all is there
def read_tddfa(path: str | os.PathLike[str]) -> MorphableModel:
    """Read the model, `bfm_noneck_v3.pkl`, with what is published beside it.

    Args:
      path: the pickle. Beside it must be `param_mean_std_62d_120x120.pkl`. Where there is a
        `tri.pkl`, its triangles are used, as 3DDFA_V2 does, and not the model's own.
    Returns:
      The model with whitened coefficients. Its mean is that of the faces in the training pictures:
      the mean coefficients, the expressions' too, are part of it, so it is not quite neutral.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: where one of them is damaged, or something else, and where the statistics
        are missing.
    """
    fields = read_pickle(path)
    flat_mean = array_field(path, fields, "u", "f")
    if flat_mean.ndim not in (1, 2) or flat_mean.size != len(flat_mean) or flat_mean.size % 3:
        raise ModelFormatError(path, "u", f"has shape {flat_mean.shape}, expected (3 N, 1)")
    basis = np.concatenate(
        [
            _basis(path, fields, "w_shp", len(flat_mean), _IDENTITIES),
            _basis(path, fields, "w_exp", len(flat_mean), _EXPRESSIONS),
        ],
        axis=1,
    )
    statistics = read_tddfa_statistics(path)
    centre, deviation = statistics.mean[_POSE:], statistics.deviation[_POSE:]
    mean = _vertices(flat_mean.reshape(-1) + basis @ centre)
    scaled = _vertices(basis * deviation)
    landmarks = _landmarks(path, array_field(path, fields, "keypoints", "iuf"), len(mean))
    return checked_model(
        path,
        mean=mean,
        identity_basis=scaled[..., :_IDENTITIES],
        expression_basis=scaled[..., _IDENTITIES:],
        triangles=_triangles(path, fields, len(mean)),
        landmarks=landmarks,
        regions={"face": np.ones(len(mean), bool), **lips_and_brows(mean, landmarks)},
        name="3DDFA_V2",
        licence="free for non-commercial research, University of Basel",
        expression_names=(),
        expression_prior="normal",
    )


def _basis(
    path: str | os.PathLike[str], fields: object, name: str, rows: int, columns: int
) -> Float[np.ndarray, "M K"]:
    """The first columns, which are all, or those that the statistics are of."""
    basis = array_field(path, fields, name, "f")
    if basis.ndim != 2 or len(basis) != rows or basis.shape[1] < columns:
        raise ModelFormatError(
            path, name, f"has shape {basis.shape}, expected ({rows}, {columns} or more)"
        )
    return basis[:, :columns].astype(np.float32)


class Statistics(NamedTuple):
    """Mean and standard deviation of pose, identity and expression over the training pictures."""

    mean: Float[np.ndarray, "62"]
    deviation: Float[np.ndarray, "62"]


def read_tddfa_statistics(path: str | os.PathLike[str]) -> Statistics:
    """Read the statistics that lie beside a model, by which 3DDFA_V2's networks are whitened.

    Args:
      path: the model.
    Raises:
      ModelFormatError: where they are missing or damaged.
    """
    beside = pathlib.Path(path).parent / STATISTICS
    if not beside.is_file():
        raise ModelFormatError(
            path,
            STATISTICS,
            "must lie beside the model: it holds the coefficients' standard deviations. It is "
            "published with 3DDFA_V2 (github.com/cleardusk/3DDFA_V2, folder configs)",
        )
    fields = read_pickle(beside)
    size = _POSE + _IDENTITIES + _EXPRESSIONS
    found = {name: array_field(beside, fields, name, "f") for name in ("mean", "std")}
    for name, array in found.items():
        if array.shape != (size,):
            raise ModelFormatError(beside, name, f"has shape {array.shape}, expected ({size},)")
        if not np.isfinite(array).all():
            raise ModelFormatError(beside, name, "some of its numbers are not finite")
    if (found["std"] < 0.0).any():
        raise ModelFormatError(beside, "std", "some of its numbers are negative")
    return Statistics(found["mean"].astype(np.float32), found["std"].astype(np.float32))


def _vertices(micrometres: Float[np.ndarray, "M *K"]) -> Float[np.ndarray, "N 3 *K"]:
    millimetres = micrometres.astype(np.float32) * np.float32(_MILLIMETRES_PER_UNIT)
    return millimetres.reshape(-1, 3, *micrometres.shape[1:])


def _landmarks(
    path: str | os.PathLike[str], keypoints: np.ndarray, vertices: int
) -> Int[np.ndarray, "68"]:
    """Vertices; the file counts their coordinates: three in turn for each landmark."""
    if keypoints.size != 68 * 3:
        raise ModelFormatError(path, "keypoints", f"are {keypoints.size}, expected 204")
    coordinates = keypoints.reshape(68, 3).astype(np.float64)
    landmarks = coordinates[:, 0] / 3.0
    if not (landmarks.min() >= 0.0 and landmarks.max() < vertices):
        raise ModelFormatError(path, "keypoints", f"are not all coordinates of {vertices} vertices")
    landmarks = landmarks.astype(np.int32)
    if not np.array_equal(coordinates, 3 * landmarks[:, None] + np.arange(3)):
        raise ModelFormatError(path, "keypoints", "are not x, y and z of vertices in turn")
    return landmarks


def _triangles(
    path: str | os.PathLike[str], fields: object, vertices: int
) -> Int[np.ndarray, "F 3"]:
    """Turned outward; the files have them inward."""
    source = pathlib.Path(path).parent / TRIANGLES
    if source.is_file():
        triangles = checked_array(source, "tri", read_pickle(source), "iu")
    else:
        source, triangles = path, array_field(path, fields, "tri", "iu")
    if triangles.ndim != 2 or len(triangles) != 3 or not triangles.size:
        raise ModelFormatError(source, "tri", f"has shape {triangles.shape}, expected (3, any)")
    first, last = int(triangles.min()), int(triangles.max())
    if first < 0 or last >= vertices:
        raise ModelFormatError(
            source, "tri", f"are of vertices {first} to {last}, expected 0 to {vertices - 1}"
        )
    return triangles.astype(np.int32).T[:, ::-1]
