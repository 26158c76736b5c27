"""Eight host devices for every test, and small faces to test with."""

from __future__ import annotations

import os
from pathlib import Path

import jax
import pytest

jax.config.update("jax_num_cpu_devices", 8)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real inputs; tests that need it skip without."""
    folder = os.environ.get("E2FAR_TEST_DATA")
    if not folder:
        pytest.skip("E2FAR_TEST_DATA names no folder with the real test data")
    return Path(folder).resolve()
