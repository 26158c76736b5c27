from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from e2far_jax.lock import locked


def test_the_second_waits_for_the_first(tmp_path, capsys):
    path, order = tmp_path / "new" / ".lock", []
    inside = threading.Event()

    def second():
        inside.wait()
        with locked(path):
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with locked(path):
        inside.set()
        other.join(timeout=0.5)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    assert f"waiting for process {os.getpid()}" in capsys.readouterr().err
    assert not path.exists()


def test_a_lock_that_was_removed_and_made_anew_is_waited_for_again(tmp_path):
    path, inside = tmp_path / ".lock", threading.Event()

    def wait():
        with locked(path):
            inside.set()

    def hold():
        file = path.open("a+")
        fcntl.flock(file, fcntl.LOCK_EX)
        return file

    first = hold()
    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not inside.wait(0.3)
    path.unlink()
    second = hold()
    first.close()
    assert not inside.wait(0.3)
    path.unlink()
    second.close()
    waiting.join()
    assert inside.is_set()


def test_the_lock_ends_with_a_holder_that_is_killed(tmp_path, capsys):
    program = f"""
import os, pathlib, signal
from e2far_jax.lock import locked
with locked(pathlib.Path({str(tmp_path / ".lock")!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", program], cwd=root, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / ".lock").exists()
    with locked(tmp_path / ".lock"):
        assert capsys.readouterr().err == ""
    assert not (tmp_path / ".lock").exists()
