"""The Basel Face Models of 2017 and 2019, HDF5 files in statismo's format.

Gerig, Morel-Forster, Blumer et al., "Morphable face models - an open framework", FG 2018. A face is

    S = shape mean + B_s (sigma_s z_s) + expression mean + B_e (sigma_e z_e)

in millimetres; colours, RGB in 0..1, are a third such model. The shape's mean alone is the neutral
face: the expression mean, up to 17 mm long, opens the mouth. So it is neither left out here nor
added to the mean. It is the first column of the expression basis: 0 is the neutral face, 1 followed
by z_e is the S above, and whitened coefficients have the same second moments about the neutral face
as the file's expressions, m m^T + B_e diag(sigma_e^2) B_e^T.
"""

from __future__ import annotations

import os

import numpy as np
from jaxtyping import Bool, Float, Int

from e2far_jax.containers.hdf5 import Hdf5Arrays, read_hdf5
from e2far_jax.morphable.formats.bfm2017_landmarks import EDITIONS, bfm2017_landmarks
from e2far_jax.morphable.formats.landmark_files import named_points, read_landmarks
from e2far_jax.morphable.formats.outlines import lips_and_brows
from e2far_jax.morphable.formats.statismo import NUMBERS, has_part, linear_model, triangles
from e2far_jax.morphable.formats.validation import checked_model
from e2far_jax.morphable.model import MorphableModel

_NAMED_POINTS = "metadata/landmarks/json"
_LANDMARKS = {
    "center.nose.tip": 30,
    "right.eye.corner_outer": 36,
    "right.eye.corner_inner": 39,
    "left.eye.corner_inner": 42,
    "left.eye.corner_outer": 45,
    "right.lips.corner": 48,
    "left.lips.corner": 54,
}
# How far a landmark may be from the point of that name, mm: people place them differently.
_FARTHEST = 15.0


@np.errstate(all="ignore")  # numbers that are not finite are found when all is there
def read_bfm2017(
    path: str | os.PathLike[str], landmarks: str | os.PathLike[str] | None = None
) -> MorphableModel:
    """Read the model: any crop of 2017 and 2019, and others in that format.

    Args:
      path: such as `model2017-1_bfm_nomouth.h5` or `model2019_face12.h5`.
      landmarks: a text file of the 68 landmarks' vertices, counted from 0, in iBUG order. Needed
        only for faces whose landmarks this package does not know (`bfm2017_landmarks`).
    Returns:
      The model: identities, expressions and colours are whitened, and the first expression is the
      mean one. The region "face" is what lies above the chin and before the jaw line's ends.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: where one of them is damaged, or something else.
    """
    file = read_hdf5(path, NUMBERS, [_NAMED_POINTS])
    shape = linear_model(file, "shape")
    mean, expressions = shape.mean, _expressions(file, len(shape.mean))
    vertices = _landmarks(file, mean, mean + expressions[..., :1].sum(axis=-1), landmarks)
    face = np.all(mean[:, 1:] >= mean[vertices, 1:].min(axis=0), axis=1)
    parts = {name: mask & face for name, mask in lips_and_brows(mean, vertices).items()}
    return checked_model(
        path,
        mean=mean,
        identity_basis=shape.basis,
        expression_basis=expressions,
        triangles=_outward(mean, triangles(file, len(mean)), face),
        landmarks=vertices,
        regions={"face": face, **parts},
        **_colours(file, len(mean)),
        name=f"Basel Face Model {EDITIONS.get(len(mean), '2017/2019')}",
        licence="free for non-commercial research, University of Basel",
        expression_names=(),
        expression_prior="normal",
    )


def _expressions(file: Hdf5Arrays, vertices: int) -> Float[np.ndarray, "N 3 E"]:
    """The mean expression and the basis, where the file has expressions."""
    if not has_part(file, "expression"):
        return np.zeros((vertices, 3, 0), np.float32)
    expressions = linear_model(file, "expression", vertices)
    return np.concatenate([expressions.mean[..., None], expressions.basis], axis=-1)


def _landmarks(
    file: Hdf5Arrays,
    mean: Float[np.ndarray, "N 3"],
    expressive: Float[np.ndarray, "N 3"],
    given: str | os.PathLike[str] | None,
) -> Int[np.ndarray, "68"]:
    """Those given or known, unless the file's own points of the same names are elsewhere."""
    found = bfm2017_landmarks(expressive) if given is None else read_landmarks(given, len(mean))
    if found is None:
        raise file.wrong(
            "landmarks",
            f"are not known for this face of {len(mean)} vertices: "
            "give a text file of their 68 vertices (landmarks=FILE)",
        )
    points = named_points(file, _NAMED_POINTS) if _NAMED_POINTS in file.found else {}
    for name, landmark in _LANDMARKS.items():
        distance = np.linalg.norm(mean[found[landmark]] - points.get(name, mean[found[landmark]]))
        if not distance < _FARTHEST:
            raise file.wrong(
                "landmarks",
                f"number {landmark}, from {given or 'what is known of such files'}, is "
                f"{distance:.3g} mm from where the file has {name}",
            )
    return found


def _outward(
    mean: Float[np.ndarray, "N 3"],
    triangles: Int[np.ndarray, "F 3"],
    face: Bool[np.ndarray, "N"],
) -> Int[np.ndarray, "F 3"]:
    """Turned around where those of the face look inward, as they may in older files."""
    corners = mean[triangles[face[triangles].all(axis=1)]]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return triangles[:, ::-1] if normals[:, 2].sum() < 0.0 else triangles


def _colours(file: Hdf5Arrays, vertices: int) -> dict[str, np.ndarray]:
    """RGB in 0..1, where the file has colours."""
    if not has_part(file, "color"):
        return {}
    colours = linear_model(file, "color", vertices)
    low, high = colours.mean.min(), colours.mean.max()
    if not 0.0 <= low <= high <= 1.0:
        raise file.wrong("color/model/mean", f"runs from {low:.3g} to {high:.3g}, expected 0 to 1")
    return {"mean_colour": colours.mean, "colour_basis": colours.basis}
