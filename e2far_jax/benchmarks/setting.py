"""What a suite is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from e2far_jax.benchmarks.rows import Row
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.training.config import ExperimentConfig


@dataclasses.dataclass(frozen=True)
class Setting:
    """What is measured, and how.

    Attributes:
      config: the experiment whose network, loss and data are measured.
      repeats: repetitions of each measurement.
      peers: whom to compare with, of "torch" and "onnxruntime".
      rendered: the morphable model that the rendering suites draw.
      peaks: the machine's, see `machine.peaks`.
      plot: where the suite "growth" draws its plot; None for none.
    """

    config: ExperimentConfig
    repeats: int
    peers: tuple[str, ...]
    rendered: FaceModelSettings
    peaks: dict[str, float]
    plot: str | None = None


Suite = Callable[[Setting], Iterator[Row]]
