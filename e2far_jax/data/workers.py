"""Processes that work at what they are given, each at one thing at a time.

Not `concurrent.futures`' pool: its workers outlive a parent that was killed. These end with their
parent, however that ended, because their pipe does; and it is told which one died, and of what.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import cv2
import jax

from e2far_jax.cache import keep_compiled_programs
from e2far_jax.data.errors import DataError

Function = Callable[[Any], Any]


class WorkerDiedError(DataError):
    """A worker ended on its own; the message says how."""


class Workers:
    """A function that is worked out in other processes.

    To be called from as many threads as there are processes. The function has to be one that
    pickle knows, and so do what it takes and what it returns. Workers compute on the CPU, and keep
    compiled programs where this process does.

    Args:
      function: what each process does with what it is given.
      count: how many processes.
    """

    def __init__(self, function: Function, count: int) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy JAX's threads half
        cached = bool(jax.config.jax_compilation_cache_dir)
        self._idle: queue.SimpleQueue = queue.SimpleQueue()
        self._all = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, cached), daemon=True)
            process.start()
            theirs.close()  # or nobody would notice the other end's end
            self._all.append((process, ours))
        for worker in self._all:
            with contextlib.suppress(OSError):  # one that is dead already is told of when called
                worker[1].send(function)
            self._idle.put(worker)

    def __call__(self, item: Any) -> Any:
        """The function of `item`, by the next process that is free.

        Raises:
          WorkerDiedError: where the process ended before it answered.
        """
        process, connection = worker = self._idle.get()
        try:
            connection.send(item)
            succeeded, result = connection.recv()
        except (EOFError, OSError):
            process.join(timeout=1.0)
            raise WorkerDiedError(f"a worker process died ({_ending(process.exitcode)})") from None
        finally:
            self._idle.put(worker)
        if not succeeded:
            raise result
        return result

    def close(self) -> None:
        """End all processes, whatever they are at; who waits for one sees a `WorkerDiedError`."""
        for process, _ in self._all:
            process.terminate()
        for process, connection in self._all:
            process.join()
            connection.close()


def _serve(connection: Connection, cached: bool) -> None:
    """What a process does: answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to answer
    jax.config.update("jax_platforms", "cpu")
    cv2.setNumThreads(1)
    if cached:
        keep_compiled_programs()
    with contextlib.suppress(EOFError, ConnectionError):
        function = connection.recv()
        while True:
            connection.send(_answer(function, connection.recv()))


def _answer(function: Function, item: Any) -> tuple[bool, Any]:
    try:
        return True, function(item)
    except (ValueError, OSError) as error:
        return False, error
    except Exception as error:  # pickle may not know it
        return False, RuntimeError(f"{type(error).__name__}: {error}")


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    wanting = ", perhaps for want of memory" if code == -signal.SIGKILL else ""
    return f"by {signal.Signals(-code).name}{wanting}"
