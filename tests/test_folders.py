from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from e2far_jax.folders import cache_folder, data_folder


@pytest.mark.parametrize(
    ("folder", "own", "base", "usual"),
    [
        (cache_folder, "E2FAR_CACHE", "XDG_CACHE_HOME", ".cache"),
        (data_folder, "E2FAR_DATA", "XDG_DATA_HOME", ".local/share"),
    ],
)
def test_where_a_folder_lies(
    monkeypatch: pytest.MonkeyPatch, folder: Callable[[], Path], own: str, base: str, usual: str
) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv(own, "~/mine")
    monkeypatch.setenv(base, "/base")
    assert folder() == Path("/home/somebody/mine")
    monkeypatch.delenv(own)
    assert folder() == Path("/base/e2far_jax")
    monkeypatch.setenv(base, "")
    assert folder() == Path(f"/home/somebody/{usual}/e2far_jax")
