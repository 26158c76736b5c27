from __future__ import annotations

import json
import time
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from tensorboardX.proto import event_pb2

from e2far_jax.training.monitor import Monitor, NonFiniteError
from e2far_jax.training.records import Records


def metrics(loss: float = 1.0, count: float = 4.0, **others: float) -> dict:
    values = {"loss": loss, "loss/identity": 2.0, "gradient_norm": 3.0, "parameter_norm": 5.0}
    values |= {name.replace("__", "/"): value for name, value in others.items()}
    return {
        name: (jnp.float32(value * count), jnp.float32(count)) for name, value in values.items()
    }


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def tensorboard_steps(folder: Path) -> set[int]:
    """The steps of all scalars, read by the format's own framing: length, checksum, bytes."""
    steps = set()
    for path in folder.glob("events*"):
        content = path.read_bytes()
        while content:
            length = int.from_bytes(content[:8], "little")
            event = event_pb2.Event.FromString(content[12 : 12 + length])
            if event.HasField("summary"):
                steps.add(event.step)
            content = content[16 + length :]
    return steps


def test_means_are_those_of_all_examples_since_the_last_time(tmp_path: Path) -> None:
    with Monitor(tmp_path, 0, 4, 4) as monitor:
        monitor.collect(metrics(loss=1.0, count=1.0))
        monitor.collect(metrics(loss=4.0, count=3.0))
        monitor.check()  # changes nothing of what is shown
        monitor.show(2)
        monitor.collect(metrics(loss=7.0))
        monitor.show(3)
        monitor.scalars("validation", {"neutral_mm": 2.5, "slope": float("nan")}, 3)
    first, second, validation = lines(tmp_path)
    assert (first["step"], second["step"], validation["step"]) == (2, 3, 3)
    assert first["train/loss"] == pytest.approx(13 / 4)
    assert second["train/loss"] == 7.0
    assert second["train/loss/identity"] == 2.0
    assert validation["validation/neutral_mm"] == 2.5
    assert validation["validation/slope"] is None  # JSON knows no NaN
    assert tensorboard_steps(tmp_path / "tensorboard") == {2, 3}


def test_the_wait_for_input_is_a_share_of_the_time(tmp_path: Path) -> None:
    with Monitor(tmp_path, 0, 2, 4) as monitor:
        with monitor.waiting():
            time.sleep(0.3)
        time.sleep(0.1)
        with monitor.aside():
            time.sleep(0.5)
        monitor.collect(metrics())
        monitor.show(1)
        monitor.collect(metrics())
        monitor.show(2)
    first, second = lines(tmp_path)
    assert 0.5 < first["train/input_wait_share"] <= 0.8
    assert second["train/input_wait_share"] == 0.0
    assert 4 / 0.8 < first["train/images_per_second"] < 4 / 0.4 < second["train/images_per_second"]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"loss": np.nan, "loss__camera": np.inf}, r"the loss \(camera\) stopped .* at step 13;"),
        ({"loss": np.nan}, r"the loss stopped being finite at step 13;"),
        ({"gradient_norm": np.inf}, r"the gradient, though not the loss, stopped .* step 13;"),
        ({"parameter_norm": np.nan}, r"the step \(parameter_norm\) stopped .* step 13;"),
    ],
)
def test_the_first_step_that_is_not_finite_and_its_term_are_named(
    tmp_path: Path, bad: dict, message: str
) -> None:
    with Monitor(tmp_path, 10, 20, 4, writes=False) as monitor:
        monitor.collect(metrics())
        monitor.check()
        monitor.collect(metrics())
        monitor.collect(metrics(**bad))
        monitor.collect(metrics(loss=np.nan))
        with pytest.raises(NonFiniteError, match=message):
            monitor.show(14)
    assert [*tmp_path.iterdir()] == []  # another process writes


def test_a_resumed_run_reads_as_one(tmp_path: Path) -> None:
    for first, last in ((0, 5), (3, 6)):
        with Monitor(tmp_path, first, 6, 4) as monitor:
            for step in range(first + 1, last + 1):
                monitor.collect(metrics(loss=float(10 * first + step)))
                monitor.show(step)
    assert [line["train/loss"] for line in lines(tmp_path)] == [1, 2, 3, 34, 35, 36]


def test_half_a_line_of_a_killed_process_goes(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n[3]\n{"step": 3, "tr')
    records = Records(path, 2)
    records.write(3, {"x": 1.0})
    records.close()
    assert [line["step"] for line in lines(tmp_path)] == [1, 2, 3]


def test_a_log_file_gets_plain_lines(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    with Monitor(tmp_path, 0, 50, 4) as monitor:
        for step in range(1, 51):
            monitor.collect(metrics())
            monitor.show(step)
        monitor.say("something else")
    captured = capsys.readouterr()
    told = captured.err.splitlines()
    assert [line.split(",")[0] for line in told] == ["step 1 of 50", "step 50 of 50"]
    assert told[0].endswith("left")
    assert "\r" not in captured.err
    assert captured.out == "something else\n"


def test_a_terminal_gets_one_line_that_moves(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Monitor(tmp_path, 0, 2, 4) as monitor:
        monitor.collect(metrics())
        monitor.show(1)
    assert "\r" in capsys.readouterr().err
