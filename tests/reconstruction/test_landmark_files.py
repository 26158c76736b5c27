from __future__ import annotations

import json
import re

import numpy as np
import pytest

from e2far_jax.reconstruction.errors import LandmarksError
from e2far_jax.reconstruction.landmark_files import read_landmarks

POINTS = np.random.default_rng(0).uniform(20.0, 300.0, (68, 2)).round(3)


def _write(path, points=POINTS):
    """One of the kinds of files; .pts as iBUG's, a half more than ours."""
    path.parent.mkdir(exist_ok=True, parents=True)
    if path.suffix == ".npy":
        np.save(path, points)
    elif path.suffix == ".json":
        path.write_text(json.dumps(points.tolist()))
    else:
        rows = "\n".join(f"{x:.6f} {y:.6f}" for x, y in points + 0.5 * (path.suffix == ".pts"))
        head, end = (
            ("version: 1\nn_points: 68\n{\n", "\n}\n") if path.suffix == ".pts" else ("", "\n")
        )
        path.write_text(head + rows + end)
    return str(path)


@pytest.mark.parametrize("ending", [".pts", ".txt", ".npy", ".json"])
def test_every_kind_gives_the_same_points(tmp_path, ending):
    (read,) = read_landmarks(_write(tmp_path / f"any{ending}"), ["in/one.jpg"]).items()
    assert read[0] == "in/one.jpg"
    np.testing.assert_allclose(read[1], POINTS, atol=1e-6)


def test_a_file_belongs_to_the_picture_of_its_name(tmp_path):
    path = _write(tmp_path / "b.pts")
    assert list(read_landmarks(path, ["in/a.jpg", "in/b.png", "bb.jpg"])) == ["in/b.png"]


def test_a_folder_has_a_file_for_each_picture_or_for_some(tmp_path):
    for name in ("a.pts", "b.npy", "other.txt"):
        _write(tmp_path / "marks" / name, POINTS + ord(name[0]))
    (tmp_path / "marks" / "a.jpg").write_bytes(b"the picture may lie beside it")
    read = read_landmarks(tmp_path / "marks", ["a.jpg", "x/b.jpg", "c.jpg"])
    assert list(read) == ["a.jpg", "x/b.jpg"]
    np.testing.assert_allclose(read["a.jpg"], POINTS + ord("a"), atol=1e-6)
    np.testing.assert_allclose(read["x/b.jpg"], POINTS + ord("b"))


def test_one_json_object_holds_many(tmp_path):
    path = tmp_path / "all.json"
    entries = {"in/a.jpg": POINTS.tolist(), "b.jpg": {"landmarks_2d": (POINTS + 1).tolist()}}
    path.write_text(json.dumps(entries))
    read = read_landmarks(path, ["in/a.jpg", "in/b.jpg", "c.jpg"])
    np.testing.assert_array_equal(read["in/a.jpg"], POINTS)
    np.testing.assert_array_equal(read["in/b.jpg"], POINTS + 1)


def test_a_faces_record_gives_its_landmarks(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"image": "a.jpg", "landmarks_2d": POINTS.tolist()}))
    np.testing.assert_array_equal(read_landmarks(path, ["a.jpg", "b.jpg"])["a.jpg"], POINTS)


BROKEN = [[1.0, 2.0]] * 67


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("c.pts", "x", "none of the 2 pictures has this name"),
        ("d.pts", "x", r"may belong to in/d\.jpg or out/d\.jpg"),
        ("a.pts", "x", r"a\.pts: line 1"),
        ("a.xml", "x", r"\.xml is no ending of landmarks; expected \.pts, "),
        ("a", "x", "no ending is no ending"),
        ("a.txt", "1 2\n3 4\n", r"shape \(2, 2\), expected 68 points"),
        ("a.txt", "1 2 3\n" * 68, r"shape \(68, 3\), expected 68 points"),
        ("a.txt", "1 nan\n" * 68, "finite"),
        ("a.txt", "1 2\n" * 68, "span less than 1 pixel"),
        ("a.npy", "x", "header"),
        ("a.json", "{", "not valid JSON"),
        ("a.json", "[" * 100_000, "not valid JSON"),
        ("a.json", "[1, 2]", r"shape \(2,\), expected 68 points"),
        ("a.json", '[[1], [1, 2], "a"]', "expected 68 points"),
        (
            "a.json",
            json.dumps({"a.jpg": BROKEN}),
            r"a\.json: a\.jpg: an array of the shape \(67, 2\)",
        ),
        ("a.json", json.dumps({"z.jpg": BROKEN}), r"'z\.jpg' matches none"),
        ("a.json", json.dumps({"a.jpg": {"points": []}}), "expected 68 points"),
        ("a.json", json.dumps([[1e99, 2.0]] * 68), "not finite pixels"),
        ("a.json", json.dumps({"landmarks_2d": None}), "expected 68 points"),
        ("missing.pts", None, "none of the 2 pictures|no such file"),
    ],
)
def test_mistakes_are_named_on_one_line(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    twice = ["in/d.jpg", "out/d.jpg"]
    photographs = twice if name.startswith("d") else ["a.jpg", "b.jpg"]
    with pytest.raises(LandmarksError, match=message) as caught:
        read_landmarks(path, photographs)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_folders_that_say_nothing_or_two_things(tmp_path):
    with pytest.raises(LandmarksError, match="no landmarks named as one of the pictures"):
        read_landmarks(tmp_path, ["a.jpg"])
    _write(tmp_path / "a.pts")
    _write(tmp_path / "a.txt")
    with pytest.raises(LandmarksError, match=r"a\.pts and a\.txt are of one name"):
        read_landmarks(tmp_path, ["a.jpg"])


def test_real_points_by_an_independent_reader(real_data):
    path = real_data / "photos" / "image_0010.pts"
    numbers = re.findall(r"-?\d+\.\d+", path.read_text())
    expected = np.array(numbers, float).reshape(68, 2) - 0.5
    np.testing.assert_allclose(read_landmarks(path, ["image_0010.png"])["image_0010.png"], expected)
