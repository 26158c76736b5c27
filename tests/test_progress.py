from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator

import pytest

from e2far_jax.progress import watched


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def slowly(seconds: float) -> Iterator[int]:
    for item in range(5):
        time.sleep(seconds)
        yield item


def test_a_long_wait_shows_the_rate_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert list(watched(slowly(0.6), "waiting", " turns", 5)) == [0, 1, 2, 3, 4]
    shown = sys.stderr.getvalue()
    assert "waiting:  80%" in shown
    assert "4/5 [00:02<00:00" in shown
    assert " turns/s]" in shown or "s/ turns]" in shown


def test_a_short_wait_and_a_file_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        assert list(watched(slowly(0.0), "waiting", " turns", 5)) == [0, 1, 2, 3, 4]
        assert stream.getvalue().strip() == ""


def test_without_tqdm_the_items_come_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert list(watched(slowly(0.0), "waiting", " turns")) == [0, 1, 2, 3, 4]
