"""What every set has in common: complete items, and what is said of others."""

import dataclasses
from pathlib import Path

import pytest

from e2far_jax.data_sets.errors import DataSetError
from e2far_jax.data_sets.layouts import Layout, item_name, visible
from tests.data_sets.trees import write

LAYOUT = Layout("Example", "NAME.jpg and NAME.obj")


@dataclasses.dataclass(frozen=True)
class Pair:
    name: str
    files: tuple[Path, ...]


def pairs(folder, count, missing=()) -> list[Pair]:
    items = []
    for number in range(count):
        files = (folder / f"{number}.jpg", folder / f"{number}.obj")
        for path in files:
            if path.name not in missing:
                write(path)
        items.append(Pair(str(number), files))
    return items


def test_complete_items_stay_in_order(tmp_path):
    items = pairs(tmp_path, 3)[::-1]
    assert LAYOUT.complete(tmp_path, items, skip_incomplete=False) == items
    assert LAYOUT.complete(tmp_path, items, skip_incomplete=True) == items


def test_incomplete_items_are_counted_or_left_out(tmp_path):
    items = pairs(tmp_path, 5, missing=("1.obj", "3.jpg", "3.obj"))
    with pytest.raises(DataSetError) as caught:
        LAYOUT.complete(tmp_path, items, skip_incomplete=False)
    assert str(caught.value) == (
        f"{tmp_path}: 2 of 5 items are incomplete, the first of them 1: no file "
        f"{tmp_path / '1.obj'}; Example is expected as: NAME.jpg and NAME.obj"
    )
    kept = LAYOUT.complete(tmp_path, items, skip_incomplete=True)
    assert [item.name for item in kept] == ["0", "2", "4"]


def test_nothing_but_incomplete_items_is_no_data_set(tmp_path):
    items = pairs(tmp_path, 2, missing=("0.obj", "1.obj"))
    with pytest.raises(DataSetError, match="2 of 2 items are incomplete"):
        LAYOUT.complete(tmp_path, items, skip_incomplete=True)
    with pytest.raises(DataSetError, match="no picture or scan"):
        LAYOUT.complete(tmp_path, [], skip_incomplete=True)


def test_a_folder_is_no_file_of_an_item(tmp_path):
    items = pairs(tmp_path, 2, missing=("1.obj",))
    (tmp_path / "1.obj").mkdir()
    with pytest.raises(DataSetError, match="1 of 2"):
        LAYOUT.complete(tmp_path, items, skip_incomplete=False)


def test_two_items_of_one_name_are_refused(tmp_path):
    items = pairs(tmp_path, 2)
    with pytest.raises(DataSetError, match="2 items are called 1;"):
        LAYOUT.complete(tmp_path, [*items, items[1]], skip_incomplete=True)


def test_a_missing_folder_or_file_is_named_with_what_was_expected(tmp_path):
    assert LAYOUT.folder(tmp_path) == tmp_path
    with pytest.raises(DataSetError, match=r"scans: no folder; Example is expected as: NAME\.jpg"):
        LAYOUT.folder(tmp_path / "scans")
    path = write(tmp_path / "list.txt")
    assert LAYOUT.file(path) == path
    with pytest.raises(DataSetError, match=r"list\.txt: no folder"):
        LAYOUT.folder(path)
    with pytest.raises(DataSetError, match="no file; Example"):
        LAYOUT.file(tmp_path)


def test_the_only_file(tmp_path):
    assert not LAYOUT.only(tmp_path, "*.obj").exists()
    assert not LAYOUT.only(tmp_path / "none", "*.obj").exists()
    write(tmp_path / "._scan.obj")  # beside a file from another system
    path = write(tmp_path / "scan.obj")
    write(tmp_path / "below" / "other.obj")
    assert LAYOUT.only(tmp_path, "*.obj") == path
    write(tmp_path / "again.obj")
    with pytest.raises(DataSetError, match=r"2 files \*\.obj \(again\.obj, scan\.obj\)"):
        LAYOUT.only(tmp_path, "*.obj")


def test_hidden_files_and_folders_are_not_visible(tmp_path):
    names = ["b.jpg", "a.jpg", ".c.jpg"]
    paths = [write(tmp_path / name) for name in names]
    (tmp_path / "d.jpg").mkdir()
    found = visible([*paths, tmp_path / "d.jpg", tmp_path / "e.jpg"])
    assert [path.name for path in found] == ["a.jpg", "b.jpg"]


def test_items_are_called_by_their_path(tmp_path):
    assert item_name(tmp_path / "a" / "b.c.jpg", tmp_path) == "a/b.c"
