"""The peak of a process."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
from e2far_jax.benchmarks.memory import peak_memory
before = peak_memory()
held = bytearray({size})
del held
print(before, peak_memory())
"""


def peaks(size: int) -> list[float]:
    command = [sys.executable, "-c", CODE.format(size=size)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [float(number) for number in output.split()]


def test_memory_that_was_given_back_counts() -> None:
    before, after = peaks(3 * 2**29)
    assert after - before == pytest.approx(1.5, abs=0.1)


def test_what_the_parent_holds_does_not_count() -> None:
    held = b"\x01" * 2**30
    before, after = peaks(0)
    assert before <= after < 0.7
    assert len(held) == 2**30
