from __future__ import annotations

import pytest

from e2far_jax.training.durations import Duration, parse_duration
from e2far_jax.training.plan import make_plan
from e2far_jax.training.settings import TrainSettings


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("7", 7),
        ("7 steps", 7),
        (" 1 step ", 1),
        ("2 epochs", 50),  # of 200 examples, in batches of 8
        ("0.5 epochs", 12),  # 12.5, to the even
        ("2e3 examples", 250),
        ("0", 0),
    ],
)
def test_durations_in_steps(text: str, steps: int) -> None:
    assert parse_duration(text).steps(batch_size=8, epoch=200) == steps


@pytest.mark.parametrize(
    "text", ["", "many", "3 days", "-1 steps", "nan", "inf epochs", "steps 3", "1 2 steps"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration; expected a number and one of steps"):
        parse_duration(text)


def test_a_duration_keeps_its_unit() -> None:
    assert parse_duration("10 epochs") == Duration(10.0, "epochs")


def test_a_plan_counts_everything_in_steps() -> None:
    settings = TrainSettings(
        duration="200 epochs",
        batch_size=32,
        milestones=("80 epochs", "160 epochs"),
        frozen="10 epochs",
        warmup="3200 examples",
    )
    plan = make_plan(settings, epoch=96_000)
    assert (plan.steps, plan.milestones) == (600_000, (240_000, 480_000))
    assert (plan.frozen, plan.warmup) == (30_000, 100)
    due = [step for step in range(599_700, 600_001) if plan.due(step, plan.log_every)]
    assert due == [599_700, 599_800, 599_900, 600_000]


def test_the_last_step_is_always_due() -> None:
    plan = make_plan(TrainSettings(duration="7", log_every="3"), epoch=1)
    assert [step for step in range(1, 8) if plan.due(step, plan.log_every)] == [3, 6, 7]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"duration": "0"}, r"train\.duration is '0', which is 0 steps"),
        ({"duration": "1 year"}, r"train\.duration: '1 year' is no duration"),
        ({"milestones": ("1 epoch", "x")}, r"train\.milestones: 'x' is no duration"),
        ({"log_every": "0.1 steps"}, r"train\.log_every is '0\.1 steps'"),
        ({"duration": "5", "warmup": "5"}, r"train\.warmup is '5'; expected less than"),
    ],
)
def test_an_impossible_plan_is_refused_by_name(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_plan(TrainSettings(**changes), epoch=100)
