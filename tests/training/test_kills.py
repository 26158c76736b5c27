from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import kills


@pytest.mark.slow
def test_a_training_killed_at_random_moments_ends_as_the_undisturbed_one(
    data_dir: Path, tmp_path: Path
) -> None:
    met = kills.run(tmp_path, data_dir, steps=40, kills=6, seed=1)
    assert met.total() >= 3
