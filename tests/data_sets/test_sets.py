"""All sets by their names."""

import re

import pytest

from e2far_jax.data_sets.errors import DataSetError
from e2far_jax.data_sets.sets import READERS, read_data_set
from tests.data_sets.trees import write_posed


def test_an_unknown_name_lists_the_choices(tmp_path):
    with pytest.raises(ValueError, match="no data set 'NoW'; choose 300w-lp, aflw2000-3d, bu-3dfe"):
        read_data_set("NoW", tmp_path)


def test_a_set_is_read_by_its_name(tmp_path):
    write_posed(tmp_path, ["image00004", "image00002"])
    items = read_data_set("aflw2000-3d", tmp_path)
    assert [item.name for item in items] == ["image00002", "image00004"]
    (tmp_path / "image00002.mat").unlink()
    with pytest.raises(DataSetError, match="1 of 2"):
        read_data_set("aflw2000-3d", tmp_path)
    kept = read_data_set("aflw2000-3d", tmp_path, skip_incomplete=True)
    assert [item.name for item in kept] == ["image00004"]


@pytest.mark.parametrize("name", list(READERS))
def test_every_set_says_what_it_expects_of_an_empty_folder(tmp_path, name):
    with pytest.raises(DataSetError, match=r" is expected as: ") as caught:
        read_data_set(name, tmp_path, skip_incomplete=True)
    assert str(caught.value).startswith(str(tmp_path))
    assert not re.search(r"[\n\r]", str(caught.value))
