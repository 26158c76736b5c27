"""Pictures and their mirror images read as one."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy.spatial.transform import Rotation

from e2far_jax.both_ways import both_ways, mirrored_prediction
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.models import Prediction
from e2far_jax.morphable import open_morphable_model
from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.morphable.symmetry import MIRRORED_LANDMARKS, Mirror, mirror_of

SIDE = 16
RANDOM = np.random.default_rng(0)


def random_prediction(identity: int, expression: int, count: int = 3) -> Prediction:
    rotation = Rotation.from_rotvec(RANDOM.normal(size=(count, 3)) * 0.4).as_matrix()
    numbers = [
        RANDOM.normal(size=(count, identity)),
        RANDOM.uniform(size=(count, expression)),
        rotation,
        RANDOM.uniform(0.5, 1.0, count),
        RANDOM.uniform(0.0, SIDE, (count, 2)),
    ]
    coefficients, camera = numbers[:2], numbers[2:]
    return Prediction(*map(float32, coefficients), Camera(*map(float32, camera)))


def float32(array: np.ndarray) -> jax.Array:
    return jnp.asarray(array, jnp.float32)


def assert_same(a: Prediction, b: Prediction, atol: float = 1e-5) -> None:
    for one, other in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_allclose(one, other, atol=atol)


def test_the_mirrored_face_stands_mirrored_in_the_picture() -> None:
    model = open_morphable_model("default")
    prediction = random_prediction(model.identity_size, model.expression_size)
    mirrored = mirrored_prediction(prediction, mirror_of(model), SIDE)
    points, expected = (
        np.asarray(project(each.camera, landmarks_of(model, each)))[..., :2]
        for each in (mirrored, prediction)
    )
    expected = expected[:, MIRRORED_LANDMARKS] * np.array([-1.0, 1.0]) + np.array([SIDE, 0.0])
    np.testing.assert_allclose(points, expected, atol=1e-2)


def landmarks_of(model: MorphableModel, prediction: Prediction) -> jax.Array:
    return model.landmarks.on(shape(model, prediction.identity, prediction.expression))


def looking(prediction: Prediction, mirrored: Prediction):
    """A network that knows pictures, whose left is dark, from their mirror images."""

    def apply(variables: None, images: jax.Array) -> Prediction:
        is_mirrored = images[:, 0, 0, 0] > images[:, 0, -1, 0]
        count = len(images) // len(prediction.identity)

        def pick(one: jax.Array, other: jax.Array) -> jax.Array:
            shape = (-1, *(1,) * (one.ndim - 1))
            both = (jnp.concatenate([leaf] * count) for leaf in (other, one))
            return jnp.where(is_mirrored.reshape(shape), *both)

        return jax.tree.map(pick, prediction, mirrored)

    return apply


def pictures(count: int = 3) -> jax.Array:
    ramp = jnp.linspace(0.0, 1.0, SIDE)[None, None, :, None]
    return jnp.broadcast_to(ramp, (count, SIDE, SIDE, 3))


def test_a_network_that_mirrors_exactly_is_left_as_it_is() -> None:
    mirror = Mirror(np.diag([1.0, -1.0]).astype(np.float32), np.eye(2, dtype=np.float32)[::-1])
    prediction = random_prediction(2, 2)
    network = looking(prediction, mirrored_prediction(prediction, mirror, SIDE))
    assert_same(jax.jit(both_ways(network, mirror))(None, pictures()), prediction)
    assert_same(
        mirrored_prediction(network(None, pictures()[:, :, ::-1]), mirror, SIDE), prediction
    )


def test_mistakes_to_one_side_cancel() -> None:
    mirror = Mirror(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32))
    turn = Rotation.from_euler("xyz", [0.1, 0.2, -0.1]).as_matrix()[None]
    far = Rotation.from_euler("xyz", [0.1, 0.3, -0.1]).as_matrix()[None]
    near = Rotation.from_euler("xyz", [0.1, 0.1, -0.1]).as_matrix()[None]

    def seen(rotation: np.ndarray, offset: float) -> Prediction:
        plain = Prediction(
            jnp.full((1, 2), 1.0 + offset),
            jnp.full((1, 2), 0.5 - offset),
            Camera(
                float32(rotation),
                jnp.array([0.7 + 0.1 * offset]),
                jnp.array([[8.0 + offset, 7.0 - offset]]),
            ),
        )
        return plain

    mirrored = mirrored_prediction(seen(near, -0.1), mirror, SIDE)
    network = looking(seen(far, 0.1), mirrored)
    found = both_ways(network, mirror)(None, pictures(1))
    expected = seen(turn, 0.0)
    np.testing.assert_allclose(found.camera.rotation, expected.camera.rotation, atol=2e-3)
    assert_same(
        Prediction(found.identity, found.expression),
        Prediction(expected.identity, expected.expression),
    )
    np.testing.assert_allclose(found.camera.scale, expected.camera.scale, atol=1e-5)
    np.testing.assert_allclose(found.camera.translation, expected.camera.translation, atol=1e-5)
    orthogonal = found.camera.rotation[0] @ found.camera.rotation[0].T
    np.testing.assert_allclose(orthogonal, np.eye(3), atol=1e-5)


def test_without_a_mirror_the_network_is_what_it_was() -> None:
    network = looking(random_prediction(2, 2), random_prediction(2, 2))
    assert both_ways(network, None) is network
