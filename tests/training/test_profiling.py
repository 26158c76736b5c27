from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import pytest

from e2far_jax.training.profiling import Profiler, parse_steps


@pytest.mark.parametrize("text", ["", "7", "7,", "3,2", "0,4", "1,2,3", "a,b", "-1,2"])
def test_what_are_no_steps_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"--profile_steps is"):
        parse_steps(text)


def test_a_trace_of_some_steps(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert parse_steps("2, 3") == (2, 3)
    with Profiler(tmp_path, (2, 3)) as profiler:
        for step in range(1, 5):
            profiler.before(step)
            assert any(tmp_path.rglob("*.pb")) == (step > 3)
            profiler.after(step, jnp.ones(2) + step)
    assert list(tmp_path.rglob("*.xplane.pb"))
    assert f"--logdir={tmp_path}" in capsys.readouterr().out


def test_a_trace_that_is_cut_off_is_written(tmp_path: Path) -> None:
    def interrupted() -> None:
        with Profiler(tmp_path, (1, 9)) as profiler:
            profiler.before(1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.rglob("*.xplane.pb"))


def test_no_trace_by_default(tmp_path: Path) -> None:
    with Profiler(tmp_path, None) as profiler:
        profiler.before(1)
        profiler.after(1, None)
    assert [*tmp_path.iterdir()] == []
