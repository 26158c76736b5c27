"""What one server takes on, and how often from one client."""

from __future__ import annotations

import dataclasses
import time
from collections import OrderedDict
from collections.abc import Callable

CLIENTS = 4096  # that are remembered at most


@dataclasses.dataclass(frozen=True)
class Limits:
    """How much the server accepts.

    Attributes:
      upload_bytes: of a picture file.
      upload_seconds: that its transfer may take.
      pixels: of a picture.
      faces: that are made of a picture, the largest ones.
      waiting: pictures that are worked on or wait for that, one after the other.
      burst: pictures that a client may send at once.
      a_minute: pictures a minute that a client may send in the long run.
    """

    upload_bytes: int = 20_000_000
    upload_seconds: float = 60.0
    pixels: int = 40_000_000
    faces: int = 6
    waiting: int = 4
    burst: int = 6
    a_minute: float = 20.0


class TokenBuckets:
    """A token bucket for each client: tokens are taken one by one and come back at a fixed rate."""

    def __init__(
        self, limits: Limits, clock: Callable[[], float] = time.monotonic, clients: int = CLIENTS
    ) -> None:
        self._burst, self._rate = limits.burst, limits.a_minute / 60.0
        self._clock, self._clients = clock, clients
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Take a token; the seconds until there is one again, 0 if there was one."""
        now = self._clock()
        tokens, before = self._buckets.pop(client, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + self._rate * (now - before))
        wait = 0.0 if tokens >= 1.0 else (1.0 - tokens) / self._rate
        self._buckets[client] = (tokens if wait else tokens - 1.0, now)
        if len(self._buckets) > self._clients:
            self._buckets.popitem(last=False)  # who was silent for longest
        return wait
