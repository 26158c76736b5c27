"""A trace of a few steps for a profiler, as TensorBoard's profile plugin and Perfetto read it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import jax


def parse_steps(text: str) -> tuple[int, int]:
    """Read "FIRST,LAST", steps counted from 1.

    Raises:
      ValueError: for anything else.
    """
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() for part in parts):
        raise ValueError(f"--profile_steps is {text!r}; expected FIRST,LAST such as 100,110")
    first, last = (int(part) for part in parts)
    if not 1 <= first <= last:
        raise ValueError(f"--profile_steps is {text!r}; expected 1 <= FIRST <= LAST")
    return first, last


class Profiler:
    """Traces from before the first of some steps to after the last; a context manager.

    Args:
      directory: for the trace.
      steps: the first and the last; None for no trace.
    """

    def __init__(self, directory: Path, steps: tuple[int, int] | None) -> None:
        self._directory, self._steps, self._tracing = directory, steps, False

    def __enter__(self) -> Profiler:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def before(self, step: int) -> None:
        """To be called before each step; begins where it is time to, also after an interruption."""
        if self._steps is not None and not self._tracing:
            first, last = self._steps
            if first <= step <= last:
                jax.profiler.start_trace(str(self._directory))
                self._tracing = True

    def after(self, step: int, result: object) -> None:
        """To be called after each step with what it gave, which may still be computed."""
        if self._tracing and step >= self._steps[1]:
            jax.block_until_ready(result)
            self._stop()

    def _stop(self) -> None:
        if self._tracing:
            jax.profiler.stop_trace()
            self._tracing = False
            print(f"trace: tensorboard --logdir={self._directory}", flush=True)
