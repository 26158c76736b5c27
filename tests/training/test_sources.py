from __future__ import annotations

import itertools

import jax
import numpy as np
import pytest

from e2far_jax.settings import changed
from e2far_jax.training.sources import RenderedPictures, Source, level_starts
from tests.random_faces import random_model
from tests.training.tiny import configuration

RENDERED = changed(
    configuration(duration="100"),
    {
        "pictures": "rendered",
        "data.train_levels": (0, 1, 2, 3),
        "train.level_starts": (0.0, 0.5, 0.1, 0.5),
    },
)


def test_levels_start_at_their_shares_of_the_training() -> None:
    assert level_starts(RENDERED) == (0, 50, 10, 50)
    assert level_starts(configuration()) == ()


@pytest.mark.parametrize("first", [0, 49])
def test_the_devices_are_told_what_to_render(first: int) -> None:
    source = RenderedPictures(RENDERED, random_model())
    assert isinstance(source, Source)
    steps = [*itertools.islice(source.inputs(first), 2)]
    for step, (numbers, levels) in enumerate(steps, start=first):
        np.testing.assert_array_equal(numbers, 8 * step + np.arange(8))
        assert {*levels.tolist()} == ({0} if step < 10 else {0, 2} if step < 50 else {0, 1, 2, 3})


def test_processes_share_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    source = RenderedPictures(RENDERED, random_model())
    whole = next(source.inputs(7))
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    for rank in range(2):
        monkeypatch.setattr(jax, "process_index", lambda rank=rank: rank)
        for part, column in zip(next(source.inputs(7)), whole, strict=True):
            np.testing.assert_array_equal(part, column[rank::2])
