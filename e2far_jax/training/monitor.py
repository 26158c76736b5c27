"""What a person watching a run sees: a progress line, TensorBoard, JSON lines; and its alarm."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType

import jax
import numpy as np
from jaxtyping import Float
from tensorboardX import SummaryWriter

from e2far_jax.training.progress_line import ProgressLine
from e2far_jax.training.records import Records
from e2far_jax.training.step import Metrics


class NonFiniteError(ArithmeticError):
    """The loss, its gradient or the parameters stopped being numbers."""


class Monitor:
    """Collects the metrics of steps and shows their means now and then.

    Metrics are fetched from the device only when they are shown, so that steps queue up behind
    one another.

    Args:
      directory: gets tensorboard/ and metrics.jsonl.
      first_step: how many steps were taken before.
      steps: how many there are in all.
      batch: examples a step.
      writes: whether anything is written and shown; in a job of several processes one does.
    """

    def __init__(
        self, directory: Path, first_step: int, steps: int, batch: int, writes: bool = True
    ) -> None:
        self._progress = ProgressLine(first_step, steps, writes)
        self._writer = self._records = None
        if writes:
            self._writer = SummaryWriter(str(directory / "tensorboard"), purge_step=first_step + 1)
            self._records = Records(directory / "metrics.jsonl", first_step)
        self._batch, self._collected, self._checked = batch, [], []
        self._known = first_step
        self._since, self._waited = time.monotonic(), 0.0

    def __enter__(self) -> Monitor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.close()
        if self._writer is not None:
            self._writer.close()
            self._records.close()

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Around what waits for input."""
        began = time.monotonic()
        yield
        self._waited += time.monotonic() - began

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Around what is no training, such as validation: rates do not count its time."""
        began = time.monotonic()
        yield
        self._since += time.monotonic() - began

    def collect(self, metrics: Metrics) -> None:
        """Take the next step's metrics."""
        self._collected.append(metrics)

    def check(self) -> None:
        """Make sure that everything so far is finite; to be called before it is kept.

        Raises:
          NonFiniteError: where it is not; it names the step and what was the first.
        """
        for metrics in jax.device_get(self._collected):
            self._known += 1
            bad = [name for name, (total, _) in metrics.items() if not np.isfinite(total)]
            if bad:
                raise NonFiniteError(
                    f"{_described(bad)} stopped being finite at step {self._known}; the last "
                    "checkpoint is good: try a lower train.learning_rate or train.clip_norm"
                )
            self._checked.append(metrics)
        self._collected = []

    def show(self, step: int) -> None:
        """Write the means since the last call, and move the progress line to `step`.

        Raises:
          NonFiniteError: as `check`.
        """
        self.check()
        means = {
            name: float(sum(m[name][0] for m in self._checked))
            / float(sum(m[name][1] for m in self._checked))
            for name in self._checked[0]
        }
        now = time.monotonic()
        seconds = max(now - self._since, 1e-9)
        means["images_per_second"] = self._batch * len(self._checked) / seconds
        means["input_wait_share"] = min(self._waited / seconds, 1.0)
        if (memory := _device_memory()) is not None:
            means["device_memory_bytes"] = memory
        self.scalars("train", means, step)
        rate = means["images_per_second"]
        self._progress.show(step, f"loss {means['loss']:.2f}, {rate:.0f} images/s")
        self._checked, self._since, self._waited = [], now, 0.0

    def scalars(self, group: str, values: Mapping[str, float], step: int) -> None:
        """Write scalars under `group/`."""
        if self._writer is None:
            return
        named = {f"{group}/{name}": value for name, value in values.items()}
        for name, value in named.items():
            self._writer.add_scalar(name, value, step)
        self._writer.flush()
        self._records.write(step, named)

    def picture(self, name: str, image: Float[np.ndarray, "H W 3"], step: int) -> None:
        """Write a picture in [0, 1] to TensorBoard."""
        if self._writer is not None:
            self._writer.add_image(name, image, step, dataformats="HWC")

    def say(self, line: str) -> None:
        """Print a line without disturbing the progress line."""
        self._progress.say(line)


def _described(bad: list[str]) -> str:
    """What of it came first: a term of the loss, else the gradient, else the parameters."""
    terms = [name.removeprefix("loss/") for name in bad if name.startswith("loss/")]
    if terms:
        return f"the loss ({', '.join(terms)})"
    if "loss" in bad:
        return "the loss"
    if "gradient_norm" in bad:
        return "the gradient, though not the loss,"
    return f"the step ({', '.join(bad)})"


def _device_memory() -> int | None:
    """The most bytes that one of this process's devices ever held; None where it does not tell."""
    peaks = [
        (device.memory_stats() or {}).get("peak_bytes_in_use") for device in jax.local_devices()
    ]
    known = [peak for peak in peaks if peak is not None]
    return max(known) if known else None
