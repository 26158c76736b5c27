"""Colours of black bodies against Planck's law and fitted colour matching functions."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.colour_temperature import LUMINANCE, blackbody_colour


def lobe(wavelength, middle, left, right):
    width = np.where(wavelength < middle, left, right)
    return np.exp(-0.5 * ((wavelength - middle) / width) ** 2)


def expected(temperature: float) -> np.ndarray:
    """Planck's law seen through the CIE 1931 observer as fitted by Wyman et al., JCGT 2013."""
    w = np.arange(380.0, 781.0)
    red = 1.056 * lobe(w, 599.8, 37.9, 31.0) + 0.362 * lobe(w, 442.0, 16.0, 26.7)
    red -= 0.065 * lobe(w, 501.1, 20.4, 26.2)
    green = 0.821 * lobe(w, 568.8, 46.9, 40.5) + 0.286 * lobe(w, 530.9, 16.3, 31.1)
    blue = 1.217 * lobe(w, 437.0, 11.8, 36.0) + 0.681 * lobe(w, 459.0, 26.0, 13.8)
    emitted = 1.0 / (w**5 * np.expm1(1.4388e7 / (w * temperature)))
    xyz = np.stack([red, green, blue]) @ emitted
    to_rgb = np.linalg.inv(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    return np.maximum(to_rgb @ (xyz / xyz[1]), 0.01)


@pytest.mark.parametrize("temperature", [2000.0, 2856.0, 4000.0, 6500.0, 10000.0, 15000.0])
def test_it_is_plancks_law(temperature):
    colour = blackbody_colour(jnp.float32(temperature))
    np.testing.assert_allclose(colour, expected(temperature), atol=0.05)


def test_daylight_is_white_and_colder_is_redder():
    np.testing.assert_allclose(blackbody_colour(jnp.float32(6500.0)), 1.0, atol=0.08)
    colours = np.asarray(blackbody_colour(jnp.linspace(1500.0, 15000.0, 50)))
    assert (np.diff(colours[:, 0] / colours[:, 2]) < 0).all()
    np.testing.assert_allclose(colours[20:] @ LUMINANCE, 1.0, atol=0.01)
