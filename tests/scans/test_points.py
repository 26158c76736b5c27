"""Files of points, by hand and damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.points import read_named_points, read_points
from tests.scans.damage import survivors
from tests.scans.files import POINTS, PP, PP_POINTS, PTS, PTS_POINTS, VERTICES, npy, written

BND = POINTS["points.bnd"]


@pytest.mark.parametrize(
    ("name", "content", "points"),
    [
        ("a.pts", PTS, PTS_POINTS),
        ("a.PTS", PTS.replace(b"\n", b"\r\n").replace(b"n_points:  3", b"n_points:3"), PTS_POINTS),
        ("a.pts", b"version: 1\nn_points: 1\n{\n1 2 3\n}", [[1, 2, 3]]),
        ("a.pp", PP, PP_POINTS),
        ("a.pp", b"\n\n" + PP, PP_POINTS),
        ("a.pp", b"\n<?xml version='1.0' encoding='UTF-8'?>\n" + PP, PP_POINTS),
        ("a.lnd", POINTS["points.lnd"], [[1.5, -2, 30], [0, 0.25, 0], [1, 2, 3], [4, 5, 6]]),
        ("a.bnd", BND, [[i + 0.5, -2, i] for i in range(83)]),
        ("a.txt", POINTS["points.txt"], [[1.5, 2, 3], [4, 5, 6], [7, 8, 9]]),
        ("a.txt", b"1 2\n3\t4\r\n", [[1, 2], [3, 4]]),
        ("a.npy", npy(np.array([[1, 2], [3, 4]], ">i2")), [[1, 2], [3, 4]]),
        ("a.npy", npy(np.asfortranarray(VERTICES)), VERTICES.tolist()),
    ],
)
def test_points_in_the_files_order(tmp_path: Path, name: str, content: bytes, points: list):
    found = read_points(written(tmp_path, name, content))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, points)


@pytest.mark.parametrize(
    ("name", "content", "field", "problem"),
    [
        ("a.pts", PTS.replace(b"version", b"edition"), "line 1", "expected lines"),
        ("a.pts", PTS.replace(b"  3", b" x"), "line 1", "expected lines"),
        ("a.pts", PTS.replace(b"  3", b" 4"), "line 2", "says 4, there are 3"),
        ("a.pts", PTS.replace(b"  3", b" " + b"9" * 5000), "line 1", "expected lines"),
        ("a.pts", PTS.replace(b"}", b""), "line 6", "without '}'"),
        ("a.pts", PTS.replace(b"3 4", b"3"), "line 5", "has 1 numbers, expected 2"),
        ("a.pts", PTS.replace(b"3 4", b"3 4 5"), "line 5", "has 3 numbers, expected 2"),
        ("a.pts", PTS.replace(b"1.5 2", b"1.5"), "line 4", "has 1 numbers, expected 2 or 3"),
        ("a.pts", PTS.replace(b"3 4", b"3 four"), "line 5", "'four' is not a finite number"),
        ("a.pts", PTS.replace(b"3 4", b"3 inf"), "line 5", "'inf' is not a finite number"),
        ("a.pts", b"version: 1\nn_points: 0\n{\n}", "points", "there are none"),
        ("a.pp", PP[:-10], "line 10", "is no XML"),
        ("a.pp", PP.replace(b'y="-2"', b""), "line 8", "a point needs x, y and z"),
        ("a.pp", PP.replace(b'y="-2"', b'y="two"'), "line 8", "'two' is not a finite number"),
        ("a.pp", PP.replace(b'y="-2"', b'y="nan"'), "line 8", "'nan' is not a finite number"),
        ("a.pp", PP.replace(b'y="-2"', b'y=""'), "line 8", "'' is not a finite number"),
        ("a.pp", PP.replace(b'"1"', b'"0"'), "line 8", "'nose' has not been picked"),
        ("a.pp", PP.replace(b'"1"', b'"7"'), "line 8", "active is 0 or 1"),
        ("a.pp", b"\n\n" + PP.replace(b'"1"', b'"7"'), "line 10", "active is 0 or 1"),
        ("a.pp", b"<Points/>", "line 1", "expected 'PickedPoints'"),
        ("a.pp", b"<PickedPoints/>", "points", "there are none"),
        ("a.lnd", b"nose 1 2 3\nchin 1 2\n", "line 2", "'chin' is not a finite number"),
        ("a.lnd", b"nose 1 2 3\nchin 1 2 x\n", "line 2", "'x' is not a finite number"),
        ("a.lnd", b"1 2 3\n1 2\n", "line 2", "has 2 numbers, expected 3"),
        ("a.lnd", b"1 2 3\n1.5 1 2 3\n", "line 2", "has 4 numbers, expected 3"),
        ("a.lnd", b"1 2 3\n1 2 1 2 3\n", "line 2", "has 5 numbers, expected 3"),
        ("a.lnd", b"\n", "points", "there are none"),
        ("a.bnd", BND[: BND.rindex(b"574")], "line 82", "after 82 points, expected 83"),
        ("a.bnd", BND + BND[-20:], "line 84", "has|after 84 points, expected 83"),
        ("a.bnd", BND.replace(b"14\t\t", b"", 1), "line 3", "has 3 numbers, expected 4"),
        ("a.bnd", BND.replace(b"14\t\t", b"1.5 ", 1), "line 3", "'1.5' is not an integer"),
        ("a.bnd", BND.replace(b"2.5", b"x.5", 1), "line 3", "'x.5' is not a finite number"),
        ("a.bnd", b" ", "line 1", "after 0 points"),
        ("a.txt", b"1,2\n3,,4\n", "line 2", "has 3 numbers, expected 2"),
        ("a.txt", b"1,2,3\n3,,4\n", "line 2", "'' is not a finite number"),
        ("a.txt", b"1 2 3 4\n", "line 1", "has 4 numbers, expected 2 or 3"),
        ("a.txt", b"1 2\n\nx 4\n", "line 3", "'x' is not a finite number"),
        ("a.npy", npy(np.zeros((3, 4))), "header", "the shape is (3, 4), expected"),
        ("a.npy", npy(np.zeros(3)), "header", "the shape is (3,), expected"),
        ("a.npy", npy(np.array([[1.0, np.nan]])), "row 0", "is not finite"),
        ("a.npy", npy(np.zeros((3, 2), complex)), "header", "dtype is complex128"),
        ("a.npy", npy(np.array([["a", "b"]])), "header", "dtype is <U1"),
        ("a.npy", npy(np.zeros((3, 2)))[:-1], "header", "cut off"),
        ("a.npy", npy(np.array([[{}, 2]], object)), "header", "of objects"),
        ("a.npy", b"rubbish", "header", "not that of an .npy file"),
        ("a.json", b"[]", "ending", "'.json' is no ending of points; choose .pts, .pp, .lnd"),
        ("a.pts", b"", "file", "is empty"),
    ],
)
def test_damaged_files_are_named(
    tmp_path: Path, name: str, content: bytes, field: str, problem: str
):
    path = written(tmp_path, name, content)
    with pytest.raises(FormatError) as caught:
        read_points(path)
    assert caught.value.source == str(path)
    assert caught.value.field == field
    assert any(part in caught.value.problem for part in problem.split("|"))


def test_huge_arrays_that_are_not_there(tmp_path: Path):
    content = npy(np.zeros((3, 2))).replace(b"(3, 2)", b"(99999999999999, 2)")
    with pytest.raises(FormatError, match="header"):
        read_points(written(tmp_path, "a.npy", content))


def test_missing_file(tmp_path: Path):
    for name in ("a.pts", "a.pp", "a.npy"):
        with pytest.raises(FileNotFoundError, match=f"no such file: .*{name}"):
            read_points(tmp_path / name)


def test_points_by_name(tmp_path: Path):
    path = written(tmp_path, "a.pp", PP)
    named = read_named_points(path)
    assert list(named) == ["nose", "chin"]
    np.testing.assert_array_equal(list(named.values()), PP_POINTS)
    path.write_bytes(PP.replace(b'"1"', b'"0"'))
    assert list(read_named_points(path)) == ["chin"]
    for wrong in (PP.replace(b"nose", b"chin"), PP.replace(b'name="chin" ', b"")):
        path.write_bytes(wrong)
        with pytest.raises(FormatError, match="line 9: the name"):
            read_named_points(path)


@pytest.mark.parametrize(
    "start",
    [
        b'<!DOCTYPE PickedPoints [<!ENTITY a "1">]>',
        b'<!DOCTYPE PickedPoints [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        b'<!DOCTYPE PickedPoints SYSTEM "http://localhost/a.dtd">',
        b'<!DOCTYPE PickedPoints PUBLIC "a" "a.dtd">',
        b"<!DOCTYPE PickedPoints>",
    ],
)
def test_entities_are_refused(tmp_path: Path, start: bytes):
    content = start + b'<PickedPoints><point x="&a;" y="1" z="1" name="a"/></PickedPoints>'
    with pytest.raises(FormatError, match=r"line 1: (a document type|is no XML .undefined entity)"):
        read_points(written(tmp_path, "a.pp", content))


@pytest.mark.parametrize("name", POINTS)
@pytest.mark.filterwarnings("ignore")  # numpy's parser of headers has some
def test_random_damage_ends_in_an_error_or_points(tmp_path: Path, name: str):
    for points in survivors(read_points, name, POINTS[name], tmp_path):
        assert points.dtype == np.float64
        assert points.shape[1] in (2, 3)
        assert len(points) > 0
        assert np.isfinite(points).all()


def test_a_real_file(real_data: Path):
    """Its 68 points, against numpy's reading of the lines between the braces."""
    path = real_data / "photos" / "image_0010.pts"
    np.testing.assert_array_equal(
        read_points(path), np.loadtxt(path, skiprows=3, max_rows=68, comments="}")
    )
    assert len(read_points(path)) == 68
