"""What a data set holds, and how it is read."""

from __future__ import annotations

import dataclasses
import math

from e2far_jax.rendering.ranges import LEVELS

UNGRADED = -1  # the level of an example that shows the configuration's own scene


@dataclasses.dataclass(frozen=True)
class DataSettings:
    """The size of a synthetic data set and the seed of its pictures.

    Every picture shows an identity of its own, so no two splits share one.

    Attributes:
      train_examples: pictures to learn from.
      validation_examples: pictures to watch while learning.
      test_examples: pictures for the final evaluation.
      train_levels: difficulties of the pictures to learn from and to watch, in turn; empty: the
        configuration's own scene.
      test_levels: difficulties of the test pictures, in turn; empty: the scene of all others.
      seed: of every picture; another seed gives other pictures.
    """

    train_examples: int = 20_000
    validation_examples: int = 500
    test_examples: int = 1_000
    train_levels: tuple[int, ...] = ()
    test_levels: tuple[int, ...] = LEVELS
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("train_levels", "test_levels"):
            if not set(getattr(self, name)) <= set(LEVELS):
                raise ValueError(f"data.{name} is {getattr(self, name)}; expected some of {LEVELS}")
        for split, count in self.counts.items():
            if count < 1:
                raise ValueError(f"{split}_examples is {count}; a split needs at least 1 example")

    @property
    def counts(self) -> dict[str, int]:
        """The number of examples of each split."""
        return {
            "train": self.train_examples,
            "validation": self.validation_examples,
            "test": self.test_examples,
        }

    @property
    def levels(self) -> dict[str, tuple[int, ...]]:
        """The levels of the graded splits; example i has the level number i, taken in turn."""
        levels = {
            "train": self.train_levels,
            "validation": self.train_levels,
            "test": self.test_levels,
        }
        return {split: graded for split, graded in levels.items() if graded}


@dataclasses.dataclass(frozen=True)
class AugmentationSettings:
    """How far a training picture may be changed, all of it ours.

    A range r of a factor means that its logarithm is uniform in -r..r; of a summand, that it is
    uniform in -r..r itself. Zero switches a change off.

    Attributes:
      mirror: probability that left and right are exchanged; for symmetric face models.
      shift: range of the crop's shift, as a share of its side.
      zoom: range of the crop's scale factor.
      brightness: range of the summand, where 1 is white.
      contrast: range of the factor around middle gray.
      gamma: range of the exponent.
      gain: range of each colour channel's own factor.
      gray: probability of a picture without colour.
      blur: probability of a Gaussian blur.
      blur_deviation: its largest standard deviation, as a share of the side.
      noise: probability of Gaussian noise.
      noise_deviation: its largest standard deviation, where 1 is white.
    """

    mirror: float = 0.0
    shift: float = 0.06
    zoom: float = 0.12
    brightness: float = 0.1
    contrast: float = 0.25
    gamma: float = 0.3
    gain: float = 0.1
    gray: float = 0.1
    blur: float = 0.25
    blur_deviation: float = 0.01
    noise: float = 0.5
    noise_deviation: float = 0.04

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            top = 1.0 if field.name in ("mirror", "gray", "blur", "noise") else math.inf
            if not 0.0 <= value <= top:
                raise ValueError(f"augmentation.{field.name} is {value}; expected 0 to {top}")


@dataclasses.dataclass(frozen=True)
class PipelineSettings:
    """How examples become batches.

    Attributes:
      batch_size: examples in a batch, over all devices and processes.
      image_size: side that pictures are brought to, pixels; None keeps the stored one.
      seed: of the order and of the augmentation.
      shuffle: a new order in every epoch; otherwise the stored one.
      augmentation: the changes to each picture; None for none.
      level_starts: a curriculum: for examples that show several levels in turn, the batch from
        which on each is shown, the first from 0 on; empty: all are shown always.
      threads: how many threads make batches ahead of time.
      processes: how many processes make training batches instead; 0 for none. They take a few
        seconds to start, and it takes very fast training to need them.
      prefetch: how many batches may wait.
    """

    batch_size: int = 64
    image_size: int | None = None
    seed: int = 0
    shuffle: bool = True
    augmentation: AugmentationSettings | None = AugmentationSettings()
    level_starts: tuple[int, ...] = ()
    threads: int = 1
    processes: int = 0
    prefetch: int = 8

    def __post_init__(self) -> None:
        for name in ("batch_size", "threads", "prefetch"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; expected at least 1")
        if self.level_starts and min(self.level_starts) != 0:
            raise ValueError(f"level_starts is {self.level_starts}; expected one to start at 0")
        if self.processes < 0:
            raise ValueError(f"processes is {self.processes}; expected at least 0")
