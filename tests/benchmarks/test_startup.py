"""The startup suite: what is told apart is really done."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from e2far_jax.benchmarks import startup


def test_three_runs_differ_in_what_the_cache_folder_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def run(arguments: list[str], cache: Path) -> float:
        seen.append(sorted(path.name for path in cache.iterdir()) if cache.is_dir() else None)
        (cache / "compiled-this").mkdir(parents=True, exist_ok=True)
        (cache / "default.npz").touch()
        return float(len(seen))

    monkeypatch.setattr(startup, "_seconds", run)
    for _ in range(2):
        startup._reconstructions(tmp_path, tmp_path / "photograph.png")
    assert seen == 2 * [None, ["default.npz"], ["compiled-this", "default.npz"]]


def test_a_command_that_fails_gives_no_time(tmp_path: Path) -> None:
    assert startup._seconds(["-c", "import os; assert os.environ['E2FAR_CACHE']"], tmp_path) > 0.0
    with pytest.raises(subprocess.CalledProcessError, match="exit status 3"):
        startup._seconds(["-c", "raise SystemExit(3)"])
