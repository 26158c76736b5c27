from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from e2far_jax.data.workers import WorkerDiedError, Workers


def obey(order):
    """What the tests have a worker do."""
    match order:
        case "fail":
            raise ValueError("no light")
        case "break":
            raise LookupError("no lamp")
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "sleep":
            time.sleep(60)
        case number:
            return number**2, os.getpid()


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    assert condition()


def test_each_answers_its_own_and_failures_are_heard_of():
    workers = Workers(obey, 2)
    with ThreadPoolExecutor(2) as threads:
        answers = [*threads.map(workers, range(20))]
    assert [square for square, _ in answers] == [i**2 for i in range(20)]
    pids = {pid for _, pid in answers}
    assert os.getpid() not in pids
    with pytest.raises(ValueError, match="no light"):
        workers("fail")
    with pytest.raises(RuntimeError, match="LookupError: no lamp"):
        workers("break")
    assert workers(3)[0] == 9
    with pytest.raises(WorkerDiedError, match="died \\(by SIGKILL, perhaps for want of memory"):
        workers("die")
    workers.close()
    assert not any(alive(pid) for pid in pids)


def test_closing_ends_what_is_under_way():
    workers = Workers(obey, 1)
    assert workers(2)[0] == 4
    threading.Timer(0.3, workers.close).start()
    started = time.monotonic()
    with pytest.raises(WorkerDiedError):
        workers("sleep")
    assert time.monotonic() - started < 20


def test_workers_end_with_a_parent_that_is_killed():
    program = """
import os, signal
from e2far_jax.data.workers import Workers
from tests.data.test_workers import obey
print(Workers(obey, 1)(2)[1], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    wait_until(lambda: not alive(int(done.stdout)))
