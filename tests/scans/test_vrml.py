"""VRML 2.0 as in BU-3DFE, by hand and damaged."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.vrml import read_vrml
from tests.scans.files import TRIANGLES, VERTICES, VRML, written


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_points_and_polygons(tmp_path: Path, ending: bytes):
    mesh = read_vrml(written(tmp_path, "a.wrl", VRML.replace(b"\n", ending)))
    np.testing.assert_array_equal(mesh.vertices, VERTICES)
    np.testing.assert_array_equal(mesh.triangles, TRIANGLES)


def test_points_alone_and_a_last_minus_one(tmp_path: Path):
    start = (
        b"#VRML V2.0 utf8\nShape{geometry IndexedFaceSet{coord Coordinate{point[0 0 0 1 0 0 0 1 0]}"
    )
    alone = read_vrml(written(tmp_path, "a.wrl", start + b"}}"))
    assert (len(alone.vertices), len(alone.triangles)) == (3, 0)
    for end in (b"coordIndex[0 1 2 -1]}}", b"coordIndex[0 1 2]}}"):
        assert read_vrml(written(tmp_path, "a.wrl", start + end)).triangles.tolist() == [[0, 1, 2]]
    none = read_vrml(written(tmp_path, "a.wrl", start + b"coordIndex[]}}"))
    assert none.triangles.shape == (0, 3)


@pytest.mark.parametrize(
    ("old", "new", "field", "problem"),
    [
        (b"#VRML V2.0", b"#VRML V1.0", "line 1", "does not begin with #VRML V2.0"),
        (b"2.0 2 0\n", b"2.0 2\n", "line 17", "3 numbers each"),
        (b"2.0 2 0\n", b"2.0 zwei 0\n", "line 15", "'zwei' is not a finite number"),
        (b"2.0 2 0\n", b"2.0 nan 0\n", "line 15", "'nan' is not a finite number"),
        (b"2 3 5 -1", b"2 3 -1", "line 21", "has 2 corners"),
        (b"2 3 5 -1", b"2 3 6 -1", "line 21", "names vertex 6, expected 0 to 5"),
        (b"2 3 5 -1", b"2 3 -2 -1", "line 21", "names vertex -2, expected 0 to 5"),
        (b"2 3 5 -1", b"2 3 5.0 -1", "line 21", "'5.0' is not an integer"),
        (b"3, 2, 1, 0", b"3, 2, 1, 9", "line 22", "names vertex 9"),
        (b"coord DEF Points Coordinate", b"coord USE Other", "Coordinate", "none with points"),
        (b"geometry IndexedFaceSet {", b"geometry IndexedFaceSet", "line 27", "nothing that '}'"),
        (b"translation 0 0 0", b"translation 0 0 1", "line 5", "Transform with a translation"),
        (b"rotation 0 1 0 0", b"rotation 0 1 0 0.5", "line 6", "Transform with a rotation"),
        (b"translation 0 0 0", b"scale 1 2 1", "line 5", "Transform with a scale"),
        (b"translation 0 0 0", b"scale 1 x 1", "line 5", "'x' is not a finite number"),
        (b"ccw TRUE", b"ccw FALSE", "line 11", "clockwise"),
        (b"texCoord TextureCoordinate", b"x Coordinate", "line 24", "another 'point'"),
    ],
)
def test_damaged_lines_are_named(tmp_path: Path, old: bytes, new: bytes, field: str, problem: str):
    assert VRML.count(old) == 1
    path = written(tmp_path, "a.wrl", VRML.replace(old, new))
    with pytest.raises(FormatError, match=problem) as caught:
        read_vrml(path)
    assert caught.value.source == str(path)
    assert caught.value.field == field


def test_texts_of_several_lines_are_counted(tmp_path: Path):
    text = b'#VRML V2.0 utf8\nWorldInfo { title "a\n\\" }\nb" }\n}'
    with pytest.raises(FormatError, match="line 5: there is nothing that '}' would close"):
        read_vrml(written(tmp_path, "a.wrl", text))


def test_cut_off_anywhere(tmp_path: Path):
    end = len(VRML.rstrip())
    for place in range(15, end, 7):
        with pytest.raises(FormatError):
            read_vrml(written(tmp_path, "a.wrl", VRML[:place]))


@pytest.mark.parametrize(
    "content",
    [
        b'"' + b'\\"' * 100_000,
        b"[" * 20_000,
        b"{ " * 20_000,
        b" scale" * 20_000,
        b"Transform { scale 1 1 1 " * 2_000,
    ],
    ids=["quotes", "brackets", "braces", "words", "nodes"],
)
def test_what_repeats_takes_no_longer_than_its_length(tmp_path: Path, content: bytes):
    """A search that begins anew at every quote would take minutes."""
    start = time.monotonic()
    with pytest.raises(FormatError):
        read_vrml(written(tmp_path, "a.wrl", b"#VRML V2.0 utf8\n" + content))
    assert time.monotonic() - start < 10
