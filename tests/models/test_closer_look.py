from __future__ import annotations

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.camera_steps import stepped
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.models import E2FAR, NetworkSettings, Prediction
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.moving_points import MovingPoints, points_over_the_face
from tests.random_faces import TINY_NETWORK, random_model

LOOKING = dataclasses.replace(
    TINY_NETWORK, look_points=70, look_samples=4, look_extent=12.0, look_channels=3
)


@pytest.fixture(scope="module")
def model() -> MorphableModel:
    return random_model(vertices=300)


@pytest.fixture(scope="module")
def images() -> jax.Array:
    return jax.random.uniform(jax.random.key(0), (3, 32, 32, 3))


@functools.partial(jax.jit, static_argnums=0)
def read(settings: NetworkSettings, variables: dict, images: jax.Array) -> Prediction:
    return E2FAR(settings).apply(variables, images)


def initialised(model: MorphableModel, images: jax.Array) -> dict:
    points = points_over_the_face(model, LOOKING.look_points)
    return E2FAR(LOOKING, points=points).init(jax.random.key(1), images)


def with_random_read_outs(variables: dict) -> dict:
    """Heads that say something; everything but the closer look's read-out, which stays at zero."""
    parameters = dict(variables["params"])
    for number, name in enumerate(name for name in parameters if name.endswith("_head")):
        read_out = parameters[name]["read_out"]
        key = jax.random.key(number)
        kernel = 0.02 * jax.random.normal(key, read_out["kernel"].shape)
        parameters[name] = {**parameters[name], "read_out": {**read_out, "kernel": kernel}}
    return {**variables, "params": parameters}


def test_impossible_looks_are_refused() -> None:
    for name, value in (("look_points", 67), ("look_extent", 0.0), ("looks", 0)):
        with pytest.raises(ValueError, match=rf"network\.{name} is {value}; expected"):
            dataclasses.replace(LOOKING, **{name: value})
    with pytest.raises(ValueError, match=r"network\.look_points is 70 and network\.camera is off"):
        dataclasses.replace(LOOKING, camera=False)


def test_each_look_is_a_part(model: MorphableModel, images: jax.Array) -> None:
    twice = dataclasses.replace(LOOKING, looks=2)
    shapes = jax.eval_shape(E2FAR(twice).init, jax.random.key(0), images)
    assert set(shapes["params"]) == set(twice.parts)
    assert {"closer_look_1", "closer_look_2"} <= set(twice.parts)


def test_before_training_nothing_is_corrected(model: MorphableModel, images: jax.Array) -> None:
    variables = with_random_read_outs(initialised(model, images))
    once = dataclasses.replace(LOOKING, look_points=0)
    first, corrected = (read(s, variables, images) for s in (once, LOOKING))
    assert np.abs(first.identity).max() > 0.01
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6), first, corrected)


def test_the_points_are_kept_with_the_parameters(model: MorphableModel, images: jax.Array) -> None:
    variables = initialised(model, images)
    points = points_over_the_face(model, LOOKING.look_points)
    for name, kept in variables["points"]["face"].items():
        np.testing.assert_array_equal(kept, getattr(points, name))
    without = E2FAR(LOOKING).init(jax.random.key(1), images)
    assert not np.any(without["points"]["face"]["mean"])


def reference(variables: dict, images: np.ndarray, first: Prediction) -> np.ndarray:
    """The correction of identity coefficients, window after window, sample after sample."""
    from scipy.ndimage import map_coordinates

    look = jax.tree.map(np.asarray, variables["params"]["closer_look_1"])
    points = MovingPoints(**variables["points"]["face"])
    assert first.camera is not None
    centres = np.asarray(project(first.camera, points.on(first.identity, first.expression)))
    corrections = []
    for number, image in enumerate(images):
        camera: Camera = jax.tree.map(lambda leaf, at=number: np.asarray(leaf)[at], first.camera)
        levels = (255.0 * image - np.array(LOOKING.pixel_mean)) / LOOKING.pixel_scale
        up = camera.rotation[:2, 1] / np.linalg.norm(camera.rotation[:2, 1])
        right = np.array([up[1], up[0]])  # in the picture, whose y is down
        down = np.array([-up[0], up[1]])
        windows = np.zeros((70, 4, 4, 3))
        for point in range(70):
            for row in range(4):
                for column in range(4):
                    across = (column - 1.5) * right + (row - 1.5) * down
                    x, y = centres[number, point, :2] + camera.scale * 3.0 * across
                    at = np.clip(np.array([y, x]) - 0.5, 0.0, 31.0)[:, None]
                    for channel in range(3):
                        (value,) = map_coordinates(levels[..., channel], at, order=1)
                        windows[point, row, column, channel] = value
        windows -= windows.mean(axis=(1, 2), keepdims=True)
        squares = (windows**2).mean(axis=(1, 2, 3), keepdims=True)
        windows /= np.sqrt(squares + 0.1 * squares.mean() + 0.01)
        features = [
            np.maximum(windows[point].ravel() @ look["window_kernel"][point], 0.0)
            for point in range(70)
        ]
        rows = camera.rotation[:2].ravel()
        seen = np.concatenate([*features, first.identity[number], first.expression[number], rows])
        corrections.append(seen @ look["read_out"]["kernel"] + look["read_out"]["bias"])
    return np.array(corrections)


def test_the_correction_is_that_of_a_slow_reference(
    model: MorphableModel, images: jax.Array
) -> None:
    variables = initialised(model, images)  # whose first reading is the frontal mean face
    keys = iter(jax.random.split(jax.random.key(5), 9))
    look = jax.tree.map(
        lambda leaf: leaf + 0.02 * jax.random.normal(next(keys), leaf.shape),
        variables["params"]["closer_look_1"],
    )
    variables = {**variables, "params": {**variables["params"], "closer_look_1": look}}
    raw = np.array([0.05, -0.4, 0.0, 0.3, 0.0, 0.1, 0.2, 0.05, -0.1], np.float32)
    camera_head = {**variables["params"]["camera_head"]["read_out"], "bias": jnp.asarray(raw)}
    variables["params"]["camera_head"] = {"read_out": camera_head}
    first = read(dataclasses.replace(LOOKING, look_points=0), variables, images)
    corrected = read(LOOKING, variables, images)
    expected = reference(variables, np.asarray(images), first)
    assert np.abs(expected).max() > 0.05
    coefficients = np.concatenate(
        [corrected.identity - first.identity, corrected.expression - first.expression], axis=-1
    )
    np.testing.assert_allclose(coefficients, expected[:, :-6], atol=1e-4)
    step = jnp.asarray(expected[:, -6:], jnp.float32)
    camera = stepped(first.camera, step)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-3), corrected.camera, camera)


def test_a_gray_picture_gives_finite_gradients(model: MorphableModel) -> None:
    images = jnp.full((2, 32, 32, 3), 0.5)
    variables = initialised(model, images)

    def loss(parameters: dict) -> jax.Array:
        found = read(LOOKING, {**variables, "params": parameters}, images)
        return jnp.sum((found.identity - 1.0) ** 2) + jnp.sum(found.camera.translation)

    gradient = jax.grad(loss)(variables["params"])
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradient))


def test_the_points_get_no_gradient(model: MorphableModel, images: jax.Array) -> None:
    variables = with_random_read_outs(initialised(model, images))

    def loss(variables: dict) -> jax.Array:
        return jnp.sum(read(LOOKING, variables, images).identity ** 2)

    gradient = jax.grad(loss)(variables)
    assert not any(np.any(leaf) for leaf in jax.tree.leaves(gradient["points"]))
    assert np.any(gradient["params"]["closer_look_1"]["read_out"]["kernel"])
