"""Light against Monte Carlo integration and closed forms."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.colour_temperature import LUMINANCE
from e2far_jax.rendering.lights import LightRanges, random_light
from e2far_jax.rendering.shading import (
    Light,
    irradiance,
    normalise,
    shade,
    spherical_harmonics,
)


def directions(count: int) -> np.ndarray:
    """Evenly spread over the unit sphere (a Fibonacci spiral), a column each."""
    height = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    angle = np.pi * (1.0 + 5**0.5) * np.arange(count)
    radius = np.sqrt(1.0 - height**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), height])


def light(environment=None, colour=0.0, specular=0.0, direction=(0.0, 0.6, 0.8)) -> Light:
    return Light(
        environment=jnp.zeros((9, 3)) if environment is None else environment,
        directions=jnp.array([direction]),
        colours=jnp.full((1, 3), colour),
        specular=jnp.float32(specular),
        shininess=jnp.float32(20.0),
        shadow=jnp.float32(1.0),
        exposure=jnp.float32(1.0),
    )


def test_harmonics_are_orthonormal():
    basis = np.asarray(spherical_harmonics(jnp.asarray(directions(20000), jnp.float32)))
    np.testing.assert_allclose(4 * np.pi * basis @ basis.T / 20000, np.eye(9), atol=1e-3)


def test_irradiance_equals_the_integral_over_the_hemisphere():
    coefficients = np.random.default_rng(0).normal(0, 0.1, (9, 3))
    coefficients[0] += 3.0  # no negative light
    everywhere = directions(40000)
    radiance = coefficients.T @ np.asarray(
        spherical_harmonics(jnp.asarray(everywhere, jnp.float32))
    )
    normals = np.asarray(normalise(jax.random.normal(jax.random.key(0), (3, 20))))
    cosines = np.maximum(normals.T @ everywhere, 0.0)
    expected = 4 * np.pi * radiance @ cosines.T / everywhere.shape[1]
    result = irradiance(jnp.asarray(normals), jnp.asarray(coefficients, jnp.float32))
    np.testing.assert_allclose(result, expected, rtol=1e-3)


def test_irradiance_is_never_negative():
    black = jnp.zeros((9, 3)).at[2].set(5.0)
    assert (irradiance(jnp.array([[0.0, 0.0], [0.0, 0.0], [-1.0, 1.0]]), black) >= 0.0).all()
    assert (irradiance(jnp.array([0.0, 0.0, -1.0]), black) == 0.0).all()


def test_even_light_shows_the_albedo():
    environment = jnp.zeros((9, 3)).at[0].set(2.0 * jnp.sqrt(jnp.pi))  # radiance 1 everywhere
    albedo = jnp.array([0.2, 0.5, 0.9])
    shaded = shade(albedo, jnp.array([0.6, 0.0, 0.8]), light(environment))
    np.testing.assert_allclose(shaded, albedo, rtol=1e-5)


def test_directional_light_is_that_of_a_cosine_over_a_sphere():
    normals = normalise(jnp.asarray(directions(20000), jnp.float32))
    shaded = np.asarray(shade(jnp.ones((3, 20000)), normals, light(colour=2.0)))
    np.testing.assert_allclose(shaded.mean(axis=1), 2.0 / 4.0, rtol=1e-3)
    cosine = [0.0, 0.6, 0.8] @ np.asarray(normals)
    assert (shaded[:, cosine < -0.25] == 0.0).all()
    assert (np.diff(shaded[:, np.argsort(cosine)]) >= -1e-5).all()
    edge = shaded[:, np.abs(cosine) < 0.02].mean(axis=1)
    assert edge[0] > 1.5 * edge[1] > 1.5 * edge[2] > 0, "red light goes further in skin"


def test_the_highlight_is_where_light_mirrors_to_the_viewer():
    normals = normalise(jax.random.normal(jax.random.key(1), (3, 4000)))
    shine = shade(jnp.zeros((3, 4000)), normals, light(colour=1.0, specular=0.3))[0]
    halfway = normalise(jnp.array([0.0, 0.6, 1.8]))
    assert normals[:, jnp.argmax(shine)] @ halfway > 0.99
    assert 0.25 < shine.max() <= 0.3
    assert (shine[jnp.array([0.0, 0.6, 0.8]) @ normals <= 0] == 0).all()


def test_a_zero_normal_is_harmless():
    assert jnp.isfinite(shade(jnp.ones(3), normalise(jnp.zeros(3)), light(colour=1.0))).all()


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_random_light_is_metered_on_the_face(level):
    keys = jax.random.split(jax.random.key(level), 200)
    lights, factors = jax.jit(jax.vmap(lambda key: random_light(key, LightRanges.at_level(level))))(
        keys
    )
    np.testing.assert_allclose(jnp.linalg.norm(lights.directions, axis=-1), 1.0, atol=1e-5)
    np.testing.assert_allclose(lights.exposure, 2.0 ** factors["light.exposure"], rtol=1e-5)
    ball = normalise(jnp.asarray(directions(2000), jnp.float32))
    front = ball[:, ball[2] > 0.6]
    matt = dataclasses.replace(lights, specular=jnp.zeros(200))
    seen = jax.vmap(lambda one: shade(jnp.ones_like(front), front, one))(matt)
    luminance = (LUMINANCE @ np.asarray(seen)).mean(axis=1)
    assert 0.7 < luminance.min() <= luminance.max() < 1.3


def test_what_is_left_out_of_the_light_never_comes():
    keys = jax.random.split(jax.random.key(0), 300)
    lights, factors = jax.jit(jax.vmap(lambda key: random_light(key, LightRanges.at_level(0))))(
        keys
    )
    for name in ("side", "flash", "rim", "shadow", "exposure"):
        assert not factors[f"light.{name}"].any(), name
    np.testing.assert_allclose(lights.colours - lights.colours[..., :1], 0.0, atol=1e-5)
    assert factors["light.angle"].max() < 60.0
    _, factors = jax.jit(jax.vmap(lambda key: random_light(key, LightRanges())))(keys)
    for name, probability in (("side", 0.25), ("flash", 0.12), ("rim", 0.25), ("shadow", 0.8)):
        assert abs(factors[f"light.{name}"].mean() - probability) < 0.08, name
    assert factors["light.angle"].max() > 80.0


def test_a_shadow_takes_the_key_light_and_its_highlight_only():
    normals = jnp.array([0.0, 0.3, 0.954])
    lit = light(environment=jnp.zeros((9, 3)).at[0].set(1.0), colour=1.0, specular=0.2)
    dark = dataclasses.replace(lit, directions=-lit.directions)
    shaded = shade(jnp.ones(3), normals, lit, visibility=0.0)
    np.testing.assert_allclose(shaded, shade(jnp.ones(3), normals, dark), atol=1e-5)
    half = shade(jnp.ones(3), normals, lit, visibility=0.5)
    np.testing.assert_allclose(2 * half, shaded + shade(jnp.ones(3), normals, lit), rtol=1e-5)
    hollow = shade(jnp.ones(3), normals, dark, openness=0.25)
    np.testing.assert_allclose(hollow, 0.25 * shade(jnp.ones(3), normals, dark), rtol=1e-5)


def test_gloss_is_a_stronger_and_smaller_highlight():
    angle = jnp.linspace(-0.6, 0.6, 121)
    halfway = np.asarray(normalise(jnp.array([0.0, 0.6, 1.8])))
    across = np.array([1.0, 0.0, 0.0])
    normals = jnp.outer(halfway, jnp.cos(angle)) + jnp.outer(across, jnp.sin(angle))
    shine = [
        np.asarray(shade(jnp.zeros((3, 121)), normals, light(colour=1.0, specular=0.1), gloss))[0]
        for gloss in (0.0, 1.0, 4.0)
    ]
    assert not shine[0].any()
    np.testing.assert_allclose(shine[2].max(), 4.0 * shine[1].max(), rtol=1e-3)
    width = [(one > 0.5 * one.max()).sum() for one in shine[1:]]
    np.testing.assert_allclose(width[0], 2.0 * width[1], rtol=0.1)


def test_light_from_behind_draws_the_outline():
    normals = normalise(jnp.array([[0.0, 0.0, 1.0], [-0.7, 0.0, 0.7], [-1.0, 0.0, 0.05]]).T)
    behind = normalise(jnp.array([[0.0, 0.0, 1.0], [-0.8, 0.2, -0.4]]).T).T
    colours = jnp.stack([jnp.zeros(3), jnp.ones(3)])
    rim = dataclasses.replace(light(), directions=behind, colours=colours)
    front, turned, edge = shade(jnp.ones((3, 3)), normals, rim)[1]
    assert front == 0.0
    assert edge > 4.0 * turned
