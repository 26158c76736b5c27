from __future__ import annotations

import math
from pathlib import Path

import pytest

from e2far_jax.journal import Journal

SUBJECT = {"system": "a", "items": 3}


def written(path: Path, **subject: object) -> Path:
    with Journal(path, SUBJECT | subject) as journal:
        journal.add("b/1", {"nme": 2.5, "points": 7})
        journal.add("b/2", {"nme": math.nan})
        journal.add("b/3", {"failure": "no face"})
    return path


def test_findings_are_there_again(tmp_path: Path) -> None:
    with Journal(written(tmp_path / "folder" / "a.jsonl"), SUBJECT) as journal:
        assert journal.findings["b/1"] == {"nme": 2.5, "points": 7}
        assert math.isnan(journal.findings["b/2"]["nme"])
        assert journal.findings["b/3"] == {"failure": "no face"}
        journal.add("b/4", {"nme": 1.0})
    with Journal(tmp_path / "folder" / "a.jsonl", SUBJECT) as journal:
        assert [*journal.findings] == ["b/1", "b/2", "b/3", "b/4"]


def test_findings_of_something_else_are_not_used(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl")
    with Journal(path, {**SUBJECT, "system": "b"}) as journal:
        assert journal.findings == {}


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_half_a_line_is_dropped(tmp_path: Path, cut: int) -> None:
    path = written(tmp_path / "a.jsonl")
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal(path, SUBJECT) as journal:
        whole = ["b/1", "b/2", "b/3"] if cut == 1 else ["b/1", "b/2"]
        assert [*journal.findings] == whole
        journal.add("b/3", {"failure": "again"})
    with Journal(path, SUBJECT) as journal:
        assert journal.findings["b/3"] == {"failure": "again"}
