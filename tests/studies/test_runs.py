"""Records of finished runs that can't be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2far_jax.data.source import FaceSource
from e2far_jax.studies.runs import RESULT, run
from e2far_jax.training.config import ExperimentConfig


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("broken", "not valid JSON"),
        ("[1]", "no record of a run; delete it to measure again"),
        ('{"synthetic": {}}', "no record of a run"),
        ('{"synthetic": {}, "landmarks": null}', "holds a run with other settings"),
    ],
)
def test_a_damaged_record_is_named_and_kept(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / RESULT
    path.write_text(content)
    unopened = object.__new__(FaceSource)
    with pytest.raises(ValueError, match=message) as told:
        run("a", ExperimentConfig(), tmp_path, tmp_path, unopened, None)
    assert str(path) in str(told.value)
    assert path.read_text() == content
