"""Light against Monte Carlo integration and closed forms."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from e2far_jax.rendering.lights import Light, irradiance, normalise, shade, spherical_harmonics


def directions(count: int) -> np.ndarray:
    """Evenly spread over the unit sphere (a Fibonacci spiral)."""
    height = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    angle = np.pi * (1.0 + 5**0.5) * np.arange(count)
    radius = np.sqrt(1.0 - height**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=-1)


def light(environment=None, colour=0.0, specular=0.0, direction=(0.0, 0.6, 0.8)) -> Light:
    return Light(
        environment=jnp.zeros((9, 3)) if environment is None else environment,
        direction=jnp.array(direction),
        colour=jnp.full(3, colour),
        specular=jnp.float32(specular),
        shininess=jnp.float32(20.0),
    )


def test_harmonics_are_orthonormal():
    basis = np.asarray(spherical_harmonics(jnp.asarray(directions(20000), jnp.float32)))
    np.testing.assert_allclose(4 * np.pi * basis.T @ basis / 20000, np.eye(9), atol=1e-3)


def test_irradiance_equals_the_integral_over_the_hemisphere():
    coefficients = np.random.default_rng(0).normal(0, 0.1, (9, 3))
    coefficients[0] += 3.0  # no negative light
    everywhere = directions(40000)
    radiance = np.asarray(spherical_harmonics(jnp.asarray(everywhere, jnp.float32))) @ coefficients
    normals = np.asarray(normalise(jax.random.normal(jax.random.key(0), (20, 3))))
    cosines = np.maximum(normals @ everywhere.T, 0.0)
    expected = 4 * np.pi * cosines @ radiance / len(everywhere)
    result = irradiance(jnp.asarray(normals), jnp.asarray(coefficients, jnp.float32))
    np.testing.assert_allclose(result, expected, rtol=1e-3)


def test_irradiance_is_never_negative():
    black = jnp.zeros((9, 3)).at[2].set(5.0)
    assert (irradiance(jnp.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]), black) >= 0.0).all()
    assert (irradiance(jnp.array([0.0, 0.0, -1.0]), black) == 0.0).all()


def test_even_light_shows_the_albedo():
    environment = jnp.zeros((9, 3)).at[0].set(2.0 * jnp.sqrt(jnp.pi))  # radiance 1 everywhere
    albedo = jnp.array([0.2, 0.5, 0.9])
    shaded = shade(albedo, jnp.array([0.6, 0.0, 0.8]), light(environment))
    np.testing.assert_allclose(shaded, albedo, rtol=1e-5)


def test_directional_light_follows_the_cosine_and_stays_in_front():
    normals = jnp.array([[0.0, 0.6, 0.8], [0.0, 0.8, -0.6], [0.0, 0.0, 1.0], [0.0, -0.6, -0.8]])
    shaded = shade(jnp.full((4, 3), 0.5), normals, light(colour=2.0))
    np.testing.assert_allclose(shaded[:, 0], [1.0, 0.0, 0.8, 0.0], atol=1e-6)


def test_the_highlight_is_where_light_mirrors_to_the_viewer():
    normals = normalise(jax.random.normal(jax.random.key(1), (4000, 3)))
    shine = shade(jnp.zeros((4000, 3)), normals, light(colour=1.0, specular=0.3))[:, 0]
    halfway = normalise(jnp.array([0.0, 0.6, 1.8]))
    assert normals[jnp.argmax(shine)] @ halfway > 0.99
    assert 0.25 < shine.max() <= 0.3
    assert (shine[normals @ jnp.array([0.0, 0.6, 0.8]) <= 0] == 0).all()


def test_a_zero_normal_is_harmless():
    assert jnp.isfinite(shade(jnp.ones(3), normalise(jnp.zeros(3)), light(colour=1.0))).all()
