"""What is left of the shape's error where points of the face are seen only so exactly.

No network reads a shape better than the best guess from what can be seen. Here that is points
spread over the face, each one's place in the picture with a normal error in x and in y, of a face
whose camera is unknown; the guess is the posterior mean

    theta = mu + (J' J / s^2 + P)^-1 J' (y - y(mu)) / s^2

with J the derivative of the points' places after coefficients and camera, s the error, and P the
inverse covariance of the coefficients that scenes are drawn with (0 for the camera's). Places are
taken as linear in everything around the truth.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from tqdm import tqdm

from e2far_jax.evaluation.face_errors import MEAN_FACE, NETWORK, face_errors
from e2far_jax.evaluation.report import SHAPES
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.model import MorphableModel, clip_expression, shape
from e2far_jax.morphable.moving_points import MovingPoints, points_over_the_face
from e2far_jax.morphable.spread_points import spread_points
from e2far_jax.rendering.scene import random_coefficients
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.rendering.views import random_view

# Whose coefficients the prior is estimated from; and the least cosine between a point's normal and
# the direction to the camera at which it counts as seen.
_PRIOR_FACES, _SEEN = 4096, 0.15
# Turn, logarithm of the scale, translation.
_CAMERA_NUMBERS = 6


@dataclasses.dataclass(frozen=True)
class ShapeBound:
    """Errors of the best guess as a share of the mean face's, over the face after a similarity fit.

    Attributes:
      pixels: standard deviation of each point's place, along x and along y.
      seen: how many points were seen of a face, on average.
      neutral: share of the mean face's RMSE.
      expressive: the same with the expression.
    """

    pixels: float
    seen: float
    neutral: float
    expressive: float


def shape_bounds(
    model: MorphableModel,
    scene: SceneConfig,
    *,
    points: int,
    pixels: Sequence[float],
    faces: int,
    seed: int = 0,
) -> list[ShapeBound]:
    """The bound for each exactness, on the same random faces, with a progress line.

    Args:
      model: the morphable model.
      scene: whose shapes, poses and crops are drawn, and the side of the picture.
      points: how many points of the face may be seen, the 68 landmarks first.
      pixels: standard deviations of their places, each above 0.
      faces: how many, at least 1.
      seed: of faces and errors.
    Raises:
      ValueError: for numbers outside these, fewer than 68 points, or more than the face has.
    """
    if faces < 1 or not pixels or not all(0.0 < each < np.inf for each in pixels):
        raise ValueError(f"{faces} faces, errors of {[*pixels]} pixels; expected numbers over 0")
    vertices, moving = spread_points(model, points), points_over_the_face(model, points)
    prior_key, *keys = jax.random.split(jax.random.key(seed), 1 + faces)
    mean, precision = _prior(prior_key, model, scene)
    noise = np.random.default_rng(seed)
    truths, counts, guesses = [], [], {each: [] for each in pixels}
    for key in tqdm(keys, "faces", unit="face"):
        truth, facing = _random_face(key, model, scene)
        seen = np.asarray(facing)[vertices] > _SEEN
        slopes = np.asarray(_slopes(truth, moving), np.float64)[seen]
        slopes = slopes.reshape(2 * len(slopes), -1)
        counts.append(seen.sum())
        truths.append(np.concatenate([truth.identity, truth.expression]).astype(np.float64))
        unseen = slopes[:, : len(mean)] @ (truths[-1] - mean)
        for each in pixels:
            places = unseen + each * noise.standard_normal(len(slopes))
            guesses[each].append(mean + posterior_mean(slopes, places, each, precision))
    true = _prediction(truths, model)
    return [
        ShapeBound(each, float(np.mean(counts)), *_shares(_prediction(guess, model), true, model))
        for each, guess in guesses.items()
    ]


def posterior_mean(
    slopes: Float[np.ndarray, "M P"],
    measured: Float[np.ndarray, "M"],
    deviation: float,
    precision: Float[np.ndarray, "C C"],
) -> Float[np.ndarray, "C"]:
    """The mean of the first C of P unknowns, given what was measured of slopes @ unknowns.

    Args:
      slopes: of the M measurements.
      measured: with independent normal errors.
      deviation: of these errors, above 0.
      precision: inverse covariance of the first C unknowns, whose mean is 0; of the others nothing
        is known.
    Returns:
      The mean, in the unknowns' units.
    """
    known = np.zeros((slopes.shape[1],) * 2)
    known[: len(precision), : len(precision)] = precision
    information = slopes.T @ slopes / deviation**2 + known
    # What neither picture nor prior says of a camera, as with too few points, stays at 0.
    found = np.linalg.lstsq(information, slopes.T @ measured / deviation**2, rcond=None)[0]
    return found[: len(precision)]


def _prior(
    key: Array, model: MorphableModel, scene: SceneConfig
) -> tuple[Float[np.ndarray, "C"], Float[np.ndarray, "C C"]]:
    """Mean and inverse covariance of the coefficients that scenes are drawn with."""
    keys = jax.random.split(key, _PRIOR_FACES)
    drawn = jax.jit(jax.vmap(lambda key: random_coefficients(key, model, scene)))(keys)
    both = np.concatenate(drawn, axis=1).astype(np.float64)
    # An expression that never happens has a variance of 0.
    return both.mean(axis=0), np.linalg.inv(np.cov(both.T) + 1e-6 * np.eye(both.shape[1]))


@jax.jit
def _random_face(
    key: Array, model: MorphableModel, scene: SceneConfig
) -> tuple[Prediction, Float[Array, "N"]]:
    """A face and its camera, and how far each vertex faces it: the cosine of the angle between."""
    keys = jax.random.split(key)
    identity, expression = random_coefficients(keys[0], model, scene)
    vertices = shape(model, identity, expression)
    landmarks = model.landmarks.on(vertices)
    view, _ = random_view(keys[1], landmarks, scene.pose, scene.crop, scene.image_size)
    normals = vertex_normals(vertices, model.triangles)
    return Prediction(identity, expression, view.camera), normals @ view.camera.rotation[2]


@jax.jit
def _slopes(face: Prediction, moving: MovingPoints) -> Float[Array, "P 2 U"]:
    """Derivatives of the points' places after coefficients and camera, around a face."""
    coefficients = jnp.concatenate([face.identity, face.expression])
    here = jnp.concatenate([coefficients, jnp.zeros(_CAMERA_NUMBERS)])

    def places(unknowns: Float[Array, "U"]) -> Float[Array, "P 2"]:
        identity, expression, turn, scale, shift = jnp.split(
            unknowns, np.cumsum([face.identity.size, face.expression.size, 3, 1])
        )
        camera = Camera(
            _small_turn(turn) @ face.camera.rotation,
            face.camera.scale * jnp.exp(scale[0]),
            face.camera.translation + shift,
        )
        return project(camera, moving.on(identity, expression))[:, :2]

    return jax.jacfwd(places)(here)


def _small_turn(turn: Float[Array, "3"]) -> Float[Array, "3 3"]:
    """A rotation by the vector `turn`, radians, to first order."""
    x, y, z = turn
    return jnp.eye(3) + jnp.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


def _prediction(coefficients: Sequence[np.ndarray], model: MorphableModel) -> Prediction:
    """Identity and expression, of one row a face, within what the model can say."""
    both = jnp.asarray(np.stack(coefficients), jnp.float32)
    identity, expression = jnp.split(both, [model.identity_size], axis=1)
    return Prediction(identity, clip_expression(model, expression))


def _shares(guess: Prediction, true: Prediction, model: MorphableModel) -> list[float]:
    """The neutral and the expressive error by the mean face's."""
    errors = face_errors(guess, true, model).shapes
    return [
        float(getattr(errors[NETWORK], kind).mean() / getattr(errors[MEAN_FACE], kind).mean())
        for kind in SHAPES
    ]
