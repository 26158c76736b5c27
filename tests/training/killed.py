"""A training that kills itself: experiments/train.py, ended by SIGKILL at a moment told by KILL_AT.

KILL_AT is "EVENT,COUNT,DELAY": so many seconds after an event began for that time. "start" begins
at once, others where the training does that. Without KILL_AT nothing happens.
"""

from __future__ import annotations

import os
import runpy
import signal
import threading
from typing import Any

from tests.training.runs import ROOT

EVENTS = ("start", "reading", "step", "logging", "evaluation", "save")


def arm(event: str, count: int, delay: float) -> None:
    """Make the event's `count`-th occurrence deadly."""
    from e2far_jax.data.source import FaceSource
    from e2far_jax.training.checkpoints import Checkpoints
    from e2far_jax.training.monitor import Monitor
    from e2far_jax.training.validation import Validation

    timer = threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL))
    timer.daemon = True
    if event == "start":
        timer.start()
        return
    owner, name = {
        "reading": (FaceSource, "__getitem__"),
        "step": (Monitor, "collect"),
        "logging": (Monitor, "show"),
        "evaluation": (Validation, "run"),
        "save": (Checkpoints, "save"),
    }[event]
    original, left = getattr(owner, name), [count]

    def counted(*arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            timer.start()
        return original(*arguments, **named)

    setattr(owner, name, counted)


if __name__ == "__main__":
    if "KILL_AT" in os.environ:
        event, count, delay = os.environ["KILL_AT"].split(",")
        arm(event, int(count), float(delay))
    runpy.run_path(str(ROOT / "experiments" / "train.py"), run_name="__main__")
