from __future__ import annotations

import os
from pathlib import Path

import pytest

from e2far_jax.files import replacing


def test_a_file_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "result.bin"
    with replacing(path) as file:
        file.write(b"first")
        assert not path.exists()
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("moment", ["writing", "renaming"])
def test_a_failure_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    path = tmp_path / "result.bin"
    path.write_bytes(b"first")

    def fails(*_: object) -> None:
        raise OSError("no space left")

    def write() -> None:
        with replacing(path) as file:
            file.write(b"second")
            if moment == "writing":
                fails()

    if moment == "renaming":
        monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="no space"):
        write()
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]
