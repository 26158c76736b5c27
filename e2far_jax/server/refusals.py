"""Why a picture is not taken: an HTTP status and one clear line."""

from __future__ import annotations

import math


class RefusalError(Exception):
    """The answer to a request that can't be served.

    Attributes:
      status: of HTTP.
      message: for the user, one line.
      retry_after: seconds after which it may work; None where it never will.
    """

    def __init__(self, status: int, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """Of the response."""
        if self.retry_after is None:
            return {}
        return {"Retry-After": str(max(1, math.ceil(self.retry_after)))}
