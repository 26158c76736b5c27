"""What a person watching a run sees: the progress line, and TensorBoard's scalars and pictures."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from types import TracebackType

import jax
import numpy as np
from jaxtyping import Float
from tensorboardX import SummaryWriter
from tqdm import tqdm

from e2far_jax.training.step import Metrics


class NonFiniteError(ArithmeticError):
    """The loss or its gradient stopped being a number."""


class Monitor:
    """Collects the metrics of steps and shows their means now and then.

    Metrics are fetched from the device only when they are shown, so that steps queue up behind
    one another.
    """

    def __init__(self, directory: str | os.PathLike[str], first_step: int, steps: int, batch: int):
        self._writer = SummaryWriter(os.fspath(directory))
        self._progress = tqdm(
            total=steps, initial=first_step, desc="training", unit="step", dynamic_ncols=True
        )
        self._batch, self._collected = batch, []
        self._since, self._first = time.monotonic(), first_step

    def __enter__(self) -> Monitor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.close()
        self._writer.close()

    def collect(self, metrics: Metrics) -> None:
        """Take one step's metrics."""
        self._collected.append(metrics)

    def show(self, step: int) -> None:
        """Write the means since the last call, and move the progress line to `step`.

        Raises:
          NonFiniteError: where one of them is not finite; it names the metrics and the steps.
        """
        fetched = jax.device_get(self._collected)
        means = {
            name: float(sum(m[name][0] for m in fetched) / sum(m[name][1] for m in fetched))
            for name in fetched[0]
        }
        bad = [name for name, value in means.items() if not np.isfinite(value)]
        if bad:
            raise NonFiniteError(
                f"{', '.join(bad)} stopped being finite between steps {self._first} and {step}; "
                "the last checkpoint is good: try a lower train.learning_rate or train.clip_norm"
            )
        now = time.monotonic()
        means["images_per_second"] = self._batch * len(fetched) / (now - self._since)
        self.scalars("train", means, step)
        self._progress.set_postfix_str(
            f"loss {means['loss']:.2f}, {means['images_per_second']:.0f} images/s"
        )
        self._progress.update(step - self._progress.n)
        self._collected, self._since, self._first = [], now, step

    def scalars(self, group: str, values: Mapping[str, float], step: int) -> None:
        """Write scalars to TensorBoard under `group/`."""
        for name, value in values.items():
            self._writer.add_scalar(f"{group}/{name}", value, step)
        self._writer.flush()

    def picture(self, name: str, image: Float[np.ndarray, "H W 3"], step: int) -> None:
        """Write a picture in [0, 1] to TensorBoard."""
        self._writer.add_image(name, image, step, dataformats="HWC")

    def say(self, line: str) -> None:
        """Print a line without disturbing the progress line; the clock skips what came before."""
        self._progress.write(line)
        self._since = time.monotonic()
