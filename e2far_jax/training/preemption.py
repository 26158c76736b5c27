"""A scheduler's SIGTERM: the run saves, ends, and says by its exit status: start me again."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType

import jax
from jax.experimental import multihost_utils


class Preemption:
    """Knows whether this run was asked to end; a context manager around the training loop.

    In a job of several processes, all of them learn of it at the same step: JAX's coordination
    service, which listens for the signal there, agrees on one.
    """

    def __init__(self) -> None:
        self._asked = False
        here = threading.current_thread() is threading.main_thread()  # Python listens only there
        self._alone, self._listens = jax.process_count() == 1, here and jax.process_count() == 1

    def __enter__(self) -> Preemption:
        if self._listens:
            self._before = signal.signal(signal.SIGTERM, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._listens:
            signal.signal(signal.SIGTERM, self._before)

    def reached(self, step: int) -> bool:
        """Whether the run is to end after this step."""
        return self._asked if self._alone else multihost_utils.reached_preemption_sync_point(step)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
