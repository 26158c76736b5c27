"""Repetitions: the contestants take turns, so that what slows the machine slows them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


def rates(
    run: Callable[[], object], count: int, repeats: int, seconds: float = 1.0
) -> tuple[float, ...]:
    """Items a second of each repetition; see `rates_by_turns`."""
    return rates_by_turns({"ours": run}, count, repeats, seconds)["ours"]


def rates_by_turns(
    contestants: Mapping[str, Callable[[], object]],
    count: int,
    repeats: int,
    seconds: float = 1.0,
) -> dict[str, tuple[float, ...]]:
    """Items a second of each contestant, one number a repetition.

    Args:
      contestants: by name, what to run; a call must not return before its work is done.
      count: items that one call handles.
      repeats: how often everybody has a turn.
      seconds: how long a turn takes at least.
    Returns:
      For each name `repeats` rates.
    """
    calls = {name: _calls_that_take(run, seconds) for name, run in contestants.items()}
    measured: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, run in contestants.items():
            measured[name].append(count * calls[name] / _duration(run, calls[name]))
    return {name: tuple(values) for name, values in measured.items()}


def _calls_that_take(run: Callable[[], object], seconds: float) -> int:
    """How often to call `run` in a turn; the first, warming call is not counted."""
    run()
    return max(1, round(seconds / max(_duration(run, 1), 1e-9)))


def _duration(run: Callable[[], object], calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        run()
    return time.perf_counter() - started
