"""Eight host devices for every test, and programs that compile quickly."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jax
import pytest

jax.config.update("jax_num_cpu_devices", 8)
# Also of the processes that tests start. What is compiled runs but for a moment: a renderer takes a
# third of the time so, and its pictures come as fast.
QUICK_TO_COMPILE = "--xla_backend_optimization_level=1 --xla_cpu_use_fusion_emitters=false"
os.environ.setdefault("XLA_FLAGS", QUICK_TO_COMPILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with the most slow tests come first, so that no process ends with them alone."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests neither use nor fill the user's folders, and compile a program once."""
    from e2far_jax.cache import keep_compiled_programs  # after types are checked on import

    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # of all workers
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("E2FAR_CACHE", str(base / "cache"))
        patch.setenv("E2FAR_DATA", str(base / "data"))
        keep_compiled_programs()
        yield


@pytest.fixture(scope="module", autouse=True)
def forgotten_programs() -> Iterator[None]:
    """Each file starts without compiled programs.

    They take memory maps, of which a Linux process may have 65,530; all tests' are more.
    """
    yield
    jax.clear_caches()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real inputs; tests that need it skip without."""
    folder = os.environ.get("E2FAR_TEST_DATA")
    if not folder:
        pytest.skip("E2FAR_TEST_DATA names no folder with the real test data")
    return Path(folder).resolve()
