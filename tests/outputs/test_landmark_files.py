from __future__ import annotations

import io

import numpy as np
import pytest

from e2far_jax.outputs.landmark_files import landmarks_file, pts_bytes, text_bytes
from e2far_jax.outputs.paint import Paint
from e2far_jax.scans.points import read_points
from tests.maps.faces import face_of
from tests.reconstruction.conftest import dome


def test_files_hold_the_landmarks(tmp_path):
    face = face_of(dome(), yaw=0.3)
    files = landmarks_file(face, Paint(face))
    for suffix, content in files.items():
        (tmp_path / f"face{suffix}").write_bytes(content)
    pts = read_points(tmp_path / "face.pts")
    np.testing.assert_allclose(pts, face.landmarks_2d + 0.5, atol=1e-4)
    flat = np.loadtxt(io.BytesIO(files[".landmarks_2d.txt"]))
    np.testing.assert_allclose(flat, face.landmarks_2d, atol=1e-4)
    solid = np.loadtxt(io.BytesIO(files[".landmarks_3d.txt"]))
    np.testing.assert_allclose(solid, face.landmarks_3d, atol=1e-4)
    assert len(files[".landmarks_2d.txt"].splitlines()) == 68


def test_a_pts_file_has_ibugs_form():
    first_pixel = np.array([[0.5, 0.5], [10.25, 3.0]])
    expected = b"version: 1\nn_points: 2\n{\n1.0000 1.0000\n10.7500 3.5000\n}\n"
    assert pts_bytes(first_pixel) == expected


def test_a_pts_file_has_the_lines_of_ibugs(real_data):
    theirs = (real_data / "photos" / "image_0010.pts").read_text().split("\n")
    points = read_points(real_data / "photos" / "image_0010.pts")
    ours = pts_bytes(points - 0.5).decode().split("\n")
    assert len(ours) == len([line for line in theirs if line.strip()]) + 1
    for own, their in zip(ours, theirs, strict=False):
        if their[:1].isdigit():
            np.testing.assert_allclose(
                [float(word) for word in own.split()], [float(word) for word in their.split()],
                atol=1e-3,
            )  # fmt: skip
        else:
            assert own.split() == their.split()


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="finite"):
        text_bytes(np.array([[1.0, np.nan]]))
