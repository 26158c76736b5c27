"""What the 68 landmarks of a picture alone tell of a face: a morphable model fitted to them.

    min over R, s, t, a, e of  sum_l |s P R (m_l + U_l a + E_l e) + t - y_l|^2 / (sigma h)^2
                               + |a|^2 + |e|^2 / sigma_e^2

The regularised least-squares fit of Blanz and Vetter, "A morphable model for the synthesis of 3D
faces", SIGGRAPH 1999, to landmarks y_l: the most likely face where landmarks are off by a normal
error, whitened coefficients are standard normal, and the camera P, R, s, t is scaled orthographic.
h is the root of the area of the landmarks' box. Ours are sigma, and sigma_e for blendshape weights,
which are not normal; they are brought into 0..1 at the end, as a network's are.
"""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.optimize import least_squares

from e2far_jax.evaluation.metrics.landmarks import face_length
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable.model import MorphableModel, clip_expression, shape
from e2far_jax.morphable.moving_points import MovingPoints

DEVIATION = 0.0025  # sigma, a good one for faces from other keys than the benchmark's
WEIGHT_DEVIATION = 0.3  # sigma_e of blendshape weights
_TOLERANCE = 1e-5  # of the sum of squares and of the step, in single precision
_CAMERA = 6  # numbers: three angles, the scale's logarithm, the place


@dataclasses.dataclass(frozen=True)
class FittedFace:
    """The coefficients and the camera that were found."""

    identity: Float[np.ndarray, "I"]
    expression: Float[np.ndarray, "E"]
    camera: Camera


def fit_camera(points: Float[np.ndarray, "68 3"], seen: Float[np.ndarray, "68 2"]) -> Camera:
    """The scaled-orthographic camera near the best affine one: a start for finding the best.

    Args:
      points: mm.
      seen: where they are in the picture, pixels.
    """
    centre, middle = points.mean(axis=0), seen.mean(axis=0)
    affine, *_ = np.linalg.lstsq(points - centre, (seen - middle) * [1.0, -1.0], rcond=None)
    left, sizes, right = np.linalg.svd(affine.T, full_matrices=False)
    rows = left @ right
    rotation = np.stack([*rows, np.cross(*rows)])
    scale = sizes.mean()
    place = middle - scale * (rotation[:2] @ centre) * [1.0, -1.0]
    return Camera(*(jnp.asarray(part, jnp.float32) for part in (rotation, scale, place)))


def fit_landmarks(
    model: MorphableModel, landmarks: MovingPoints, seen: Float[np.ndarray, "68 2"]
) -> FittedFace:
    """The face whose landmarks fall on given ones, as the module says.

    Args:
      model: the morphable model; how its expressions are distributed matters here.
      landmarks: of that model, `moving_landmarks(model)`.
      seen: the landmarks of the picture, pixels.
    Raises:
      ValueError: for landmarks that are not finite or all in a line along an axis.
    """
    length = float(face_length(seen[None])[0])
    if not 0.0 < length < np.inf:
        raise ValueError("the landmarks are not finite, or their box has no area")
    start = fit_camera(np.asarray(landmarks.mean, np.float64), seen)
    deviation = 1.0 if model.expression_prior == "normal" else WEIGHT_DEVIATION
    rest = (landmarks, start, jnp.asarray(seen, jnp.float32), DEVIATION * length, deviation)
    sizes = (landmarks.identity.shape[-1], landmarks.expression.shape[-1])
    found = least_squares(
        lambda x: np.asarray(_residuals(jnp.asarray(x, jnp.float32), *rest), np.float64),
        np.zeros(_CAMERA + sum(sizes)),
        lambda x: np.asarray(_jacobian(jnp.asarray(x, jnp.float32), *rest), np.float64),
        method="lm",
        x_scale="jac",
        ftol=_TOLERANCE,
        xtol=_TOLERANCE,
    )
    camera, identity, expression = _parts(jnp.asarray(found.x, jnp.float32), landmarks, start)
    return FittedFace(np.asarray(identity), np.asarray(clip_expression(model, expression)), camera)


def _parts(
    x: Float[Array, "K"], landmarks: MovingPoints, start: Camera
) -> tuple[Camera, Float[Array, "I"], Float[Array, "E"]]:
    """The unknowns as a camera and coefficients; 0 is the start and the mean face."""
    identity_size = landmarks.identity.shape[-1]
    pose, identity, expression = jnp.split(x, [_CAMERA, _CAMERA + identity_size])
    turned = jnp.matmul(rotation_from_euler(*pose[:3]), start.rotation, precision="highest")
    camera = Camera(turned, start.scale * jnp.exp(pose[3]), start.translation + pose[4:])
    return camera, identity, expression


@jax.jit
def _residuals(
    x: Float[Array, "K"],
    landmarks: MovingPoints,
    start: Camera,
    seen: Float[Array, "68 2"],
    deviation: float | Float[Array, ""],
    weight_deviation: float | Float[Array, ""],
) -> Float[Array, "R"]:
    camera, identity, expression = _parts(x, landmarks, start)
    off = (project(camera, landmarks.on(identity, expression))[:, :2] - seen) / deviation
    return jnp.concatenate([off.ravel(), identity, expression / weight_deviation])


_jacobian = jax.jit(jax.jacfwd(_residuals))


def fitted_vertices(
    model: MorphableModel, face: FittedFace
) -> tuple[Float[np.ndarray, "N 3"], Float[np.ndarray, "N 3"]]:
    """The face with and without its expression, mm."""
    both = np.stack([face.expression, np.zeros_like(face.expression)])
    identities = np.stack([face.identity, face.identity])
    found = np.asarray(_shape(model, jnp.asarray(identities), jnp.asarray(both)), np.float64)
    return found[0], found[1]


_shape = jax.jit(shape)
