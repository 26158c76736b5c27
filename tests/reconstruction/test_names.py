from __future__ import annotations

from e2far_jax.reconstruction.names import FaceNames


def test_one_face_is_called_as_its_file():
    assert FaceNames().for_photograph("a/photo.v2.jpg", 1) == ["photo.v2"]


def test_several_faces_are_numbered():
    assert FaceNames().for_photograph("photo.jpg", 3) == ["photo_0", "photo_1", "photo_2"]


def test_no_name_is_given_twice():
    names = FaceNames()
    paths = ["a/x.jpg", "b/x.jpg", "c/x.png", "d/X.jpg", "x.jpg", "x_0.jpg", "x-2.jpg", "x_1.png"]
    counts = [1, 1, 2, 1, 2, 1, 1, 3]
    given = [
        name
        for path, count in zip(paths, counts, strict=True)
        for name in names.for_photograph(path, count)
    ]
    assert len(given) == sum(counts)
    assert len({name.casefold() for name in given}) == len(given)
    assert given[:4] == ["x", "x-2", "x_0", "x_1"]
