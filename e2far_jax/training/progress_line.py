"""The line that says how far a training is: for a terminal, or as plain lines for a log file."""

from __future__ import annotations

import sys
import time

from tqdm import tqdm

SECONDS = 10.0  # at least, between two plain lines


class ProgressLine:
    """Counts steps and shows what a line says of them.

    At a terminal it is one line that is written over; elsewhere, as in a scheduler's log, a line
    now and then, without anything that only a terminal understands.

    Args:
      first_step: how many steps were taken before.
      steps: how many there are in all.
      shown: whether anything is shown.
    """

    def __init__(self, first_step: int, steps: int, shown: bool = True) -> None:
        self._plain = shown and not sys.stderr.isatty()
        self._bar = tqdm(
            total=steps,
            initial=first_step,
            desc="training",
            unit="step",
            dynamic_ncols=True,
            disable=not shown or self._plain,
        )
        self._shown, self._steps, self._first = shown, steps, first_step
        self._began = time.monotonic()
        self._said = -SECONDS

    def show(self, step: int, text: str) -> None:
        """Move to a step; `text` says what there is to know of it."""
        self._bar.set_postfix_str(text)
        self._bar.update(step - self._bar.n)
        now = time.monotonic()
        if self._plain and (now - self._said >= SECONDS or step == self._steps):
            self._said = now
            left = (now - self._began) / max(step - self._first, 1) * (self._steps - step)
            clock = tqdm.format_interval(left)
            print(
                f"step {step} of {self._steps}, {text}, {clock} left", file=sys.stderr, flush=True
            )

    def say(self, line: str) -> None:
        """Print a line of its own."""
        if self._shown:
            self._bar.write(line)

    def close(self) -> None:
        """Leave the terminal's cursor on a new line."""
        self._bar.close()
