from __future__ import annotations

import time

import pytest

from e2far_jax.benchmarks import data


def slowly(seconds):
    while True:
        time.sleep(seconds)
        yield None


@pytest.mark.parametrize(("reading", "step", "share"), [(0.03, 0.01, 75.0), (0.0, 0.02, 0.0)])
def test_the_wait_is_the_readings_share_of_the_time(monkeypatch, reading, step, share):
    monkeypatch.setattr(data, "SECONDS", 0.3)
    waited = data._wait(slowly(reading), lambda batch: time.sleep(step))
    assert waited == pytest.approx(share, abs=12.0)
