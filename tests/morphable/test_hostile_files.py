"""A few damaged files of every format; `hostile.py` damages as many as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2far_jax.morphable.formats.errors import ModelFormatError
from tests.morphable.hostile import attack
from tests.morphable.hostile_formats import FORMATS, Format

COUNTS = {"bfm2017": 24, "ict": 8}  # which are slow; of the others, 200


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_files_end_in_one_error_or_a_model(name: str, tmp_path: Path):
    count = COUNTS.get(name, 200)
    outcomes = attack(FORMATS[name], count, tmp_path)
    assert outcomes.failures == []
    assert outcomes.models + outcomes.refused == count
    assert outcomes.refused > count // 4
    assert len(outcomes.fields) > 1


def test_what_should_not_happen_is_noticed(tmp_path: Path):
    """A reader that lets through what it should not, one that says nothing, and one that hangs."""

    def careless(path: Path) -> str:
        return "a model" if path.read_bytes()[:1] == b"P" else 1 / 0

    def silent(path: Path) -> None:
        raise ModelFormatError(path, "", "")

    found = attack(Format(careless, FORMATS["npz"].write), 40, tmp_path)
    assert len(found.failures) == 40
    assert {"ZeroDivisionError", "is"} <= {
        failure.split()[1].strip(":") for failure in found.failures
    }
    assert len(attack(Format(silent, FORMATS["npz"].write), 3, tmp_path).failures) == 3
