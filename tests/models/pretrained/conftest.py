"""Weights of a whole VGG-16, and of one so small that its files are hardly more than structure."""

from __future__ import annotations

import pytest

from e2far_jax.models.pretrained import canonical
from tests.models.pretrained.files import Weights, random_weights


@pytest.fixture(scope="session")
def weights() -> Weights:
    """Random ones of the sizes that VGG-16 has."""
    return random_weights()


@pytest.fixture
def small_weights(monkeypatch: pytest.MonkeyPatch) -> Weights:
    """Random ones of one channel, which the reader takes for a VGG-16 here."""
    widths = (1,) * len(canonical.CHANNELS)
    channels = dict(zip(canonical.CHANNELS, zip((3, *widths), widths, strict=False), strict=True))
    monkeypatch.setattr(canonical, "CHANNELS", channels)
    return random_weights(widths)
