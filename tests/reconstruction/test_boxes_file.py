from __future__ import annotations

import json

import numpy as np
import pytest

from e2far_jax.reconstruction.boxes_file import check_inside, read_boxes
from e2far_jax.reconstruction.errors import BoxesError

BOX = [10, 20.5, 110, 140]


def _write(tmp_path, content) -> str:
    path = tmp_path / "boxes.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def test_names_match_by_path_first_then_by_base_name(tmp_path):
    path = _write(tmp_path, {"b.jpg": [BOX], "in/a.jpg": [BOX, BOX]})
    boxes = read_boxes(path, ["in/a.jpg", "b.jpg", "deep/b.jpg", "c.jpg"])
    assert {name: found.shape for name, found in boxes.items()} == {
        "in/a.jpg": (2, 4),
        "b.jpg": (1, 4),
    }
    np.testing.assert_array_equal(boxes["b.jpg"], [BOX])
    np.testing.assert_array_equal(
        read_boxes(_write(tmp_path, {"a.jpg": [BOX]}), ["in/a.jpg"])["in/a.jpg"], [BOX]
    )


def test_an_empty_mapping_is_fine(tmp_path):
    assert read_boxes(_write(tmp_path, {}), ["a.jpg"]) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ('{"a.jpg": [[' + "9" * 6000 + ", 0, 1, 1]]}", "not"),
        ("[]", "JSON list"),
        ({"x.jpg": [BOX]}, r"'x\.jpg' matches none"),
        ({"b.jpg": [BOX]}, r"matches in/b\.jpg and out/b\.jpg; write the path"),
        ({"in/a.jpg": [BOX], "a.jpg": [BOX]}, r"two entries match in/a\.jpg"),
        ({"a.jpg": BOX}, "box 0 is 10, expected four numbers"),
        ({"a.jpg": []}, "expected a list of boxes"),
        ({"a.jpg": {}}, "expected a list of boxes"),
        ({"a.jpg": [BOX, [1, 2, 3]]}, r"a\.jpg: box 1 is \[1, 2, 3\], expected four numbers"),
        ({"a.jpg": [[0, 0, 10, True]]}, "expected four numbers"),
        ({"a.jpg": [[0, 0, 10, "10"]]}, "expected four numbers"),
        ({"a.jpg": [[0, 0, 10, float("nan")]]}, "not finite"),
        ({"a.jpg": [[0, 0, float("inf"), 10]]}, "not finite"),
        ({"a.jpg": [[10, 0, 10, 10]]}, "x1 and y1 must lie"),
        ({"a.jpg": [[0, 10, 10, 5]]}, "x1 and y1 must lie"),
    ],
)
def test_mistakes_are_named_on_one_line(tmp_path, content, message):
    path = _write(tmp_path, content)
    with pytest.raises(BoxesError, match=message) as caught:
        read_boxes(path, ["in/a.jpg", "in/b.jpg", "out/b.jpg"])
    assert path in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_unreadable_files_are_named(tmp_path):
    for path, message in [(tmp_path / "none.json", "No such file"), (tmp_path, "directory")]:
        with pytest.raises(BoxesError, match=message):
            read_boxes(path, ["a.jpg"])
    binary = tmp_path / "binary.json"
    binary.write_bytes(bytes(range(128, 256)))
    with pytest.raises(BoxesError, match="not valid JSON"):
        read_boxes(binary, ["a.jpg"])


@pytest.mark.parametrize("box", [[-20.0, -20.0, 30.0, 30.0], [90.0, 40.0, 120.0, 70.0]])
def test_boxes_that_reach_over_the_edge_are_fine(box):
    check_inside(np.array(box), 100, 50)


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ([100.0, 0.0, 120.0, 20.0], "outside the 100 x 50"),
        ([0.0, -20.0, 20.0, 0.0], "outside"),
        ([-1e6, -1e6, 1e6, 1e6], "far larger than the 100 x 50"),
    ],
)
def test_boxes_that_cannot_belong_to_the_photograph(box, message):
    with pytest.raises(ValueError, match=message):
        check_inside(np.array(box), 100, 50)
