"""One line of a benchmark: figures of ours, and of a peer beside them."""

from __future__ import annotations

import dataclasses
import statistics
from typing import Any


@dataclasses.dataclass(frozen=True)
class Row:
    """What one measurement gave.

    Attributes:
      name: what was measured.
      unit: of the values.
      values: ours, one a repetition; empty where it could not be measured, as the note says.
      peer: whom ours is compared with, such as "torch"; empty where with nobody.
      peer_values: the peer's, from the same repetitions; empty where the peer is absent.
      share: of the machine's measured peak that ours reaches, 0 to 1; None where that says nothing.
      note: a remark: why a peer is absent, which limit was compared with.
    """

    name: str
    unit: str
    values: tuple[float, ...]
    peer: str = ""
    peer_values: tuple[float, ...] = ()
    share: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Median of ours over the peer's, repetition by repetition; None without a peer."""
        if not self.peer_values:
            return None
        pairs = zip(self.values, self.peer_values, strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)

    def text(self) -> str:
        """One line for a terminal: medians, ranges, ratio, share of the peak."""
        parts = [f"{self.name:46} {_spread(self.values)} {self.unit}"]
        if self.peer_values:
            parts.append(f"{self.peer} {_spread(self.peer_values)}")
            parts.append(f"ratio {self.ratio:.2f}")
        if self.share is not None:
            parts.append(f"{self.share:.0%} of the peak")
        if self.note:
            parts.append(self.note)
        return "   ".join(parts)

    def record(self) -> dict[str, Any]:
        """The same for a JSON file, with every value."""
        return {**dataclasses.asdict(self), "ratio": self.ratio}


def _spread(values: tuple[float, ...]) -> str:
    if not values:
        return f"{'-':>9}"
    return f"{statistics.median(values):9.4g} ({min(values):.4g} to {max(values):.4g})"
