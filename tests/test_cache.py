"""Compiled programs that one process leaves to the next."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import jax
import pytest

from e2far_jax import cache

PROGRAM = """
import jax, numpy as np
from e2far_jax.cache import keep_compiled_programs
keep_compiled_programs()
print(jax.jit(lambda x: (x * x).sum())(np.arange(5.0, dtype=np.float32)))
"""


def started(folder: Path, **settings: str) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JAX_")}
    environment = {**inherited, "E2FAR_CACHE": str(folder), **settings}
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)


def finished(process: subprocess.Popen[str]) -> str:
    """What it wrote to standard error."""
    result, errors = process.communicate()
    assert (process.returncode, result) == (0, "30.0\n"), errors
    return errors


def entries(folder: Path) -> dict[Path, int]:
    """Every file with the time of its last change."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_second_process_finds_what_the_first_compiled(tmp_path: Path) -> None:
    finished(started(tmp_path))
    first = entries(tmp_path)
    assert first, "even what compiles in no time"
    assert finished(started(tmp_path)) == ""
    assert entries(tmp_path) == first


def test_it_can_be_switched_off_and_put_elsewhere(tmp_path: Path) -> None:
    finished(started(tmp_path / "ours", JAX_ENABLE_COMPILATION_CACHE="false"))
    assert not entries(tmp_path)
    finished(started(tmp_path / "ours", JAX_COMPILATION_CACHE_DIR=str(tmp_path / "theirs")))
    assert entries(tmp_path / "theirs")
    assert not (tmp_path / "ours").exists()


def test_processes_may_start_together(tmp_path: Path) -> None:
    for process in [started(tmp_path) for _ in range(3)]:
        finished(process)
    kept = entries(tmp_path)
    assert kept
    assert finished(started(tmp_path)) == ""
    assert entries(tmp_path) == kept


def test_a_damaged_entry_costs_time_only(tmp_path: Path) -> None:
    finished(started(tmp_path))
    for path in entries(tmp_path):
        path.write_bytes(path.read_bytes()[:-20])
    assert "Error reading persistent compilation cache" in finished(started(tmp_path))


def test_another_kind_of_machine_has_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("jax_compilation_cache_dir", "jax_persistent_cache_min_compile_time_secs")
    before = {name: getattr(jax.config, name) for name in names}
    monkeypatch.setenv("E2FAR_CACHE", str(tmp_path))
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    folders = []
    try:
        for processor in ("this one", "this one", "another"):
            monkeypatch.setattr(platform, "processor", lambda processor=processor: processor)
            cache._machine.cache_clear()
            cache.keep_compiled_programs()
            folders.append(Path(jax.config.jax_compilation_cache_dir))
    finally:
        cache._machine.cache_clear()
        for name, value in before.items():
            jax.config.update(name, value)
    assert folders[0] == folders[1] != folders[2]
    assert {folder.parent for folder in folders} == {tmp_path}
