"""The options of the optimisation, and of what it begins with."""

from __future__ import annotations

import dataclasses
from typing import Literal


@dataclasses.dataclass(frozen=True)
class InitSettings:
    """What to begin with, where that is not chance.

    Attributes:
      weights: a weights folder whose parameters to begin with; closer looks that its network lacks
        begin anew.
      vgg_face: a file of VGG-16's convolutions, as `models.pretrained` reads it; the network's
        `pixel_mean` becomes the file's.
    """

    weights: str | None = None
    vgg_face: str | None = None

    def __post_init__(self) -> None:
        if self.weights is not None and self.vgg_face is not None:
            raise ValueError("init.weights and init.vgg_face are both given; choose one of them")


@dataclasses.dataclass(frozen=True)
class TrainSettings:
    """How to optimise.

    Durations are texts: "5000 steps", "10 epochs", "2e6 examples"; a number alone means steps. An
    epoch is `data.train_examples` pictures.

    Attributes:
      duration: of the training.
      batch_size: examples a step, over all devices and processes.
      accumulation: how many parts a device's share of the batch is worked at in, one after the
        other; more parts take less memory and give the same step.
      rematerialise: forget features and compute them again for the gradient: less memory, more
        work.
      level_starts: a curriculum: the share of the training after which pictures of each of
        `data.train_levels` are shown, one of them 0; empty: all are shown always.
      learning_rate: the highest one.
      reference_batch_size: the batch size that `learning_rate` is for; the rate is multiplied by
        batch_size / reference_batch_size (Goyal et al., "Accurate, large minibatch SGD", 2017).
        None: it is for any.
      schedule: "cosine" falls to zero at the last step; "staircase" multiplies by 0.1 at each of
        `milestones`, as the paper does.
      milestones: durations, for the staircase.
      warmup: duration of a linear rise from zero.
      frozen_parts: of the network, by the names of its modules, such as "backbone".
      frozen: how long these parts keep what they began with.
      weight_decay: decoupled, on matrices and kernels only.
      clip_norm: largest global norm of the gradient.
      average_decay: of an exponential moving average of the parameters, which is then what is
        validated and stored as weights; 0 for none. Young averages forget faster: at step t no
        more than (1 + t) / (10 + t) is kept.
      log_every: duration between two lines of figures.
      validate_every: duration between two evaluations on the validation split.
      checkpoint_every: duration between two checkpoints; each validation makes one, too, and the
        end.
      keep_newest: how many of the newest checkpoints to keep.
      keep_best: how many of those with the least error on the validation split.
      keep_every: steps; checkpoints at multiples of this are kept for good; 0 for none.
    """

    duration: str = "200000 steps"
    batch_size: int = 32
    accumulation: int = 1
    rematerialise: bool = False
    level_starts: tuple[float, ...] = ()
    learning_rate: float = 1e-4
    reference_batch_size: int | None = None
    schedule: Literal["cosine", "staircase"] = "cosine"
    milestones: tuple[str, ...] = ()
    warmup: str = "0 steps"
    frozen_parts: tuple[str, ...] = ("backbone",)
    frozen: str = "0 steps"
    weight_decay: float = 5e-4
    clip_norm: float = 1.0
    average_decay: float = 0.0
    log_every: str = "100 steps"
    validate_every: str = "2000 steps"
    checkpoint_every: str = "2000 steps"
    keep_newest: int = 3
    keep_best: int = 1
    keep_every: int = 0

    def __post_init__(self) -> None:
        at_least = {"batch_size": 1, "accumulation": 1, "keep_newest": 1, "keep_best": 0,
                    "keep_every": 0}  # fmt: skip
        for name, least in at_least.items():
            if getattr(self, name) < least:
                raise ValueError(
                    f"train.{name} is {getattr(self, name)}; expected at least {least}"
                )
        if not 0.0 <= self.average_decay < 1.0:
            raise ValueError(
                f"train.average_decay is {self.average_decay}; expected 0 to less than 1"
            )
