"""OBJ text, by hand."""

import numpy as np
import pytest

from e2far_jax.morphable.formats.obj import parse_triangles, parse_vectors

TEXT = b"""# a comment
mtllib some.mtl
v 0 0 0
v 1.5 -2e-1 0
vt 0.5 1
v 0 1 3
vn 0 0 1
f 1/1 2/2 3/3 4/4
f 3/5/1 2/6/1 1/7/1
"""


def test_vectors_keep_their_order():
    np.testing.assert_array_equal(
        parse_vectors(TEXT, b"v", 3), [[0, 0, 0], [1.5, -0.2, 0], [0, 1, 3]]
    )
    np.testing.assert_array_equal(parse_vectors(TEXT, b"vt", 2), [[0.5, 1]])
    assert parse_vectors(b"", b"v", 3).shape == (0, 3)
    windows = TEXT.replace(b"\n", b"\r\n")
    np.testing.assert_array_equal(parse_vectors(windows, b"v", 3), parse_vectors(TEXT, b"v", 3))


def test_polygons_become_fans_that_keep_their_winding():
    vertices, textures = parse_triangles(TEXT)
    np.testing.assert_array_equal(vertices, [[0, 1, 2], [0, 2, 3], [2, 1, 0]])
    np.testing.assert_array_equal(textures, [[0, 1, 2], [0, 2, 3], [4, 5, 6]])
    assert parse_triangles(b"")[0].shape == (0, 3)


@pytest.mark.parametrize("line", [b"v 1 2", b"v 1 2 3 4", b"v 1 two 3"])
def test_bad_vectors_are_refused(line):
    with pytest.raises(ValueError, match=r"expected 3 each|could not convert"):
        parse_vectors(b"v 0 0 0\n" + line, b"v", 3)


@pytest.mark.parametrize("line", [b"f 1/1 2/2", b"f 1 2 3", b"f 1//1 2//1 3//1", b"f a/1 2/2 3/3"])
def test_bad_polygons_are_refused(line):
    with pytest.raises(ValueError, match=r"corner|invalid|inhomogeneous|cannot reshape"):
        parse_triangles(line)
