"""How long something lasts, as text: "5000 steps", "10 epochs", "2e6 examples"."""

from __future__ import annotations

import dataclasses
import math

UNITS = ("steps", "epochs", "examples")


@dataclasses.dataclass(frozen=True)
class Duration:
    """A number of steps, epochs or examples.

    Attributes:
      count: how many, not negative.
      unit: one of UNITS.
    """

    count: float
    unit: str

    def steps(self, batch_size: int, epoch: int) -> int:
        """Whole steps, to the nearest.

        Args:
          batch_size: examples a step.
          epoch: examples an epoch.
        """
        examples = {"steps": batch_size, "epochs": epoch, "examples": 1}[self.unit]
        return round(self.count * examples / batch_size)


def parse_duration(text: str) -> Duration:
    """Read a duration; a number alone means steps.

    Raises:
      ValueError: for anything else than a number that is finite and not negative, and a unit.
    """
    number, _, unit = text.strip().partition(" ")
    unit = unit.strip() or "steps"
    unit = unit if unit.endswith("s") else f"{unit}s"
    try:
        count = float(number)
    except ValueError:
        count = math.nan
    if not 0.0 <= count < math.inf or unit not in UNITS:
        raise ValueError(
            f"{text!r} is no duration; expected a number and one of {', '.join(UNITS)}, such as "
            "'10 epochs'"
        )
    return Duration(count, unit)
