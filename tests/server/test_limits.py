"""Token buckets on a clock of their own; names that can be anything."""

from __future__ import annotations

import pytest

from e2far_jax.server.limits import Limits, TokenBuckets
from e2far_jax.server.uploads import upload_name


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_tokens_come_back_at_the_rate():
    clock = Clock()
    buckets = TokenBuckets(Limits(burst=2, a_minute=30.0), clock)
    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 2.0, 2.0]
    clock.now += 1.5
    assert buckets.take("a") == pytest.approx(0.5)
    clock.now += 0.5
    assert buckets.take("a") == 0.0
    clock.now += 1000.0
    assert [buckets.take("a") for _ in range(3)] == [0.0, 0.0, 2.0]


def test_clients_do_not_share_and_are_not_remembered_for_ever():
    buckets = TokenBuckets(Limits(burst=1), Clock(), clients=2)
    assert [buckets.take(client) for client in "ab"] == [0.0, 0.0]
    assert buckets.take("a") > 0.0
    assert buckets.take("c") == 0.0  # b is forgotten
    assert buckets.take("b") == 0.0
    assert buckets.take("c") > 0.0


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("me.png", "me.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\Zoë (2).JPG", "Zoë (2).JPG"),
        ("", "picture"),
        (".png", "picture.png"),
        ("a<b>\n\x00c.png", "a_b___c.png"),
        ("x" * 500 + ".jpeg", "x" * 60 + ".jpeg"),
    ],
)
def test_names_are_made_harmless(sent, name):
    assert upload_name(sent) == name
