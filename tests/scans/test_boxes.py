"""NoW's face boxes: pickled dictionaries, read without unpickling."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.boxes import read_box
from tests.scans.damage import survivors
from tests.scans.files import npy, written

BOX = {"left": 10, "right": 30.5, "top": np.float32(5.5), "bottom": np.int64(50)}


def pickled(value: object) -> bytes:
    return npy(np.array(value, object))


def test_box_of_any_kind_of_numbers(tmp_path: Path):
    box = read_box(written(tmp_path, "a.npy", pickled(BOX)))
    np.testing.assert_array_equal(box, [10, 5.5, 30.5, 50])
    arrays = {name: np.array([value]) for name, value in BOX.items()}
    np.testing.assert_array_equal(read_box(written(tmp_path, "a.npy", pickled(arrays))), box)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"left": 1}, "top: missing"),
        (BOX | {"left": "ten"}, "left: is not a finite number"),
        (BOX | {"left": True}, "left: is not a finite number"),
        (BOX | {"left": np.nan}, "left: is not a finite number"),
        (BOX | {"left": 10**400}, "left: is not a finite number"),
        (BOX | {"left": np.zeros(2)}, "left: is not a finite number"),
        (BOX | {"left": 30.5}, "box: .* is empty"),
        (BOX | {"top": 60}, "box: .* is empty"),
        (["left"], "pickle: does not hold"),
        (7, "pickle: does not hold"),
    ],
)
def test_other_contents_are_refused(tmp_path: Path, value: object, message: str):
    array = np.empty((), object)
    array[()] = value
    with pytest.raises(FormatError, match=message):
        read_box(written(tmp_path, "a.npy", npy(array)))


class _Harmful:
    def __init__(self, folder: Path):
        self.folder = folder

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.folder),)


def test_nothing_is_executed(tmp_path: Path):
    content = pickled(BOX | {"left": _Harmful(tmp_path / "made")})
    with pytest.raises(FormatError, match="left: is not a finite number"):
        read_box(written(tmp_path, "a.npy", content))
    assert not (tmp_path / "made").exists()
    np.load(tmp_path / "a.npy", allow_pickle=True)
    assert (tmp_path / "made").exists()  # so it would have been


def test_other_files_are_refused(tmp_path: Path):
    for content in (b"", b"rubbish", npy(np.zeros(4)), pickled(BOX)[:-3]):
        with pytest.raises(FormatError):
            read_box(written(tmp_path, "a.npy", content))
    with pytest.raises(FileNotFoundError):
        read_box(tmp_path / "none.npy")


def test_random_damage_ends_in_an_error_or_a_box(tmp_path: Path):
    for box in survivors(read_box, "a.npy", pickled(BOX), tmp_path):
        assert np.isfinite(box).all()
        assert (box[:2] < box[2:]).all()
