"""When things happen in a training, in steps."""

from __future__ import annotations

import dataclasses

from e2far_jax.training.durations import parse_duration
from e2far_jax.training.settings import TrainSettings


@dataclasses.dataclass(frozen=True)
class Plan:
    """The durations of `TrainSettings`, counted in steps.

    Attributes:
      steps: in all.
      warmup: of them, how many the learning rate rises for.
      milestones: after which it drops.
      frozen: how many its `frozen_parts` stay as they are for.
      log_every: between two lines of figures.
      validate_every: between two evaluations.
      checkpoint_every: between two checkpoints.
    """

    steps: int
    warmup: int
    milestones: tuple[int, ...]
    frozen: int
    log_every: int
    validate_every: int
    checkpoint_every: int

    def due(self, step: int, every: int) -> bool:
        """Whether what happens `every` so many steps, and at the end, happens after this one."""
        return step == self.steps or step % every == 0


def make_plan(settings: TrainSettings, epoch: int) -> Plan:
    """Count the settings' durations in steps.

    Args:
      settings: of the training.
      epoch: how many examples one has.
    Raises:
      ValueError: for what is no duration, or is shorter than a step where it must not be.
    """

    def steps(name: str, text: str, least: int = 0) -> int:
        try:
            count = parse_duration(text).steps(settings.batch_size, epoch)
        except ValueError as error:
            raise ValueError(f"train.{name}: {error}") from None
        if count < least:
            raise ValueError(f"train.{name} is {text!r}, which is {count} steps; expected some")
        return count

    milestones = tuple(steps("milestones", text, 1) for text in settings.milestones)
    intervals = {
        name: steps(name, getattr(settings, name), 1)
        for name in ("log_every", "validate_every", "checkpoint_every")
    }
    total, warmup = steps("duration", settings.duration, 1), steps("warmup", settings.warmup)
    if warmup >= total:
        raise ValueError(
            f"train.warmup is {settings.warmup!r}; expected less than train.duration, which is "
            f"{settings.duration!r}"
        )
    frozen = steps("frozen", settings.frozen)
    return Plan(total, warmup, milestones, frozen, **intervals)
