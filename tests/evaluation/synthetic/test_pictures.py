from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from e2far_jax.evaluation.synthetic.grades import grades
from e2far_jax.evaluation.synthetic.pictures import TRUTH, digest, graded_faces

GRADES = len(grades(180))


def test_the_first_pictures_are_the_same_whatever_the_count(model, drawn, tmp_path: Path) -> None:
    """More than a batch and a few of one; the digest says so, too."""
    few = graded_faces(model, tmp_path / "few", 3)
    many = graded_faces(model, tmp_path / "many", 34)
    assert drawn == [32] * 3 * GRADES
    for grade, faces in few.items():
        assert len(faces.pictures) == len(faces.identity) == 3
        for name in ("identity", "expression", "rotation", "scale", "translation", "landmarks"):
            np.testing.assert_array_equal(getattr(faces, name), getattr(many[grade], name)[:3])
        assert digest(faces.pictures) == digest(many[grade].pictures[:3])
        assert digest(faces.pictures) != digest(many[grade].pictures[1:4])


def test_every_grade_shows_the_same_people_and_nobody_twice(model, drawn, folder: Path) -> None:
    faces = graded_faces(model, folder, 33)
    for grade in faces.values():
        np.testing.assert_array_equal(grade.identity, faces["level_0"].identity)
    assert len(np.unique(faces["level_0"].identity, axis=0)) == 33
    assert not faces["expression_0"].expression.any()
    half, full = (faces[f"expression_{percent}"].expression for percent in (50, 100))
    np.testing.assert_allclose(half, 0.5 * full, atol=1e-6)


def test_what_is_there_is_not_drawn_again(model, drawn, folder: Path) -> None:
    first = graded_faces(model, folder, 4)
    drawn.clear()
    again = graded_faces(model, folder, 2)
    assert drawn == []
    np.testing.assert_array_equal(again["level_0"].landmarks, first["level_0"].landmarks[:2])
    (folder / "level_0" / "0001.png").unlink()
    (folder / "pose_30" / TRUTH).write_bytes(b"PK damaged")
    before = digest(first["pose_30"].pictures)
    assert digest(graded_faces(model, folder, 4)["pose_30"].pictures) == before
    assert drawn == [32, 32]
    assert (folder / "level_0" / "0001.png").is_file()


def test_another_models_pictures_are_replaced(model, drawn, folder: Path) -> None:
    first = digest(graded_faces(model, folder, 1)["level_0"].pictures)
    drawn.clear()
    other = dataclasses.replace(model, identity_basis=2.0 * model.identity_basis)
    graded_faces(other, folder, 1)
    assert drawn == [32] * GRADES
    assert digest(graded_faces(model, folder, 1)["level_0"].pictures) == first


def test_the_digest_is_that_of_all_pixels(tmp_path: Path) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3), np.uint8)
    paths = [tmp_path / name for name in ("a.png", "b.bmp")]
    for path, picture in zip(paths, levels, strict=True):
        Image.fromarray(picture).save(path)
    assert digest(paths) == hashlib.sha256(levels.tobytes()).hexdigest()


def test_no_pictures_are_refused(model, folder: Path) -> None:
    with pytest.raises(ValueError, match="0 pictures a grade; expected at least 1"):
        graded_faces(model, folder, 0)
