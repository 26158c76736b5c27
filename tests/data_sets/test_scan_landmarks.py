"""Landmarks that users put beside scans."""

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.data_sets.errors import DataSetError
from e2far_jax.data_sets.scan_landmarks import read_exactly, read_own
from e2far_jax.evaluation.protocols.faces import SEVEN_OF_68
from tests.data_sets.trees import picked_points, random_points, rows, write

EIGHT, ALL = random_points(8, 3), random_points(68, 3, seed=1)


@pytest.mark.parametrize(
    ("scan", "own", "content"),
    [
        ("110920150452.obj", "110920150452.txt", rows(EIGHT)),
        ("110920150452.obj", "110920150452.pp", picked_points(EIGHT)),
        ("02463d452.abs.gz", "02463d452.lnd", rows(EIGHT, "{} ")),
        ("02463d452.abs", "02463d452.txt", rows(EIGHT)),
        ("a.v2_F3D.wrl", "a.v2_F3D.txt", rows(EIGHT)),
    ],
)
def test_eight_points_in_any_kind_of_file(tmp_path, scan, own, content):
    write(tmp_path / own, content)
    np.testing.assert_allclose(read_own(tmp_path / scan), EIGHT)


def test_of_68_points_the_seven_and_the_tip_are_taken(tmp_path):
    np.save(tmp_path / "scan.npy", ALL)
    found = read_own(tmp_path / "scan.obj")
    np.testing.assert_array_equal(found[:7], ALL[list(SEVEN_OF_68)])
    np.testing.assert_array_equal(found[7], ALL[30])


def test_no_file_or_two_are_refused_with_what_is_expected(tmp_path):
    with pytest.raises(DataSetError, match=r"scan\.obj: 0 files of landmarks .* scan with \.pp"):
        read_own(tmp_path / "scan.obj")
    write(tmp_path / "scan.txt", rows(EIGHT))
    write(tmp_path / "scan.pp", picked_points(EIGHT))
    with pytest.raises(DataSetError, match="2 files of landmarks"):
        read_own(tmp_path / "scan.obj")


@pytest.mark.parametrize("points", [EIGHT[:7], EIGHT[:, :2], ALL[:51]])
def test_other_points_are_refused(tmp_path, points):
    write(tmp_path / "scan.txt", rows(points))
    with pytest.raises(FormatError, match=r"expected \(8, 3\) or \(68, 3\)"):
        read_own(tmp_path / "scan.obj")


def test_damaged_lines_are_named(tmp_path):
    write(tmp_path / "scan.txt", rows(EIGHT).replace("\n", "\nx", 1))
    with pytest.raises(FormatError, match=r"scan\.txt: line 2"):
        read_own(tmp_path / "scan.obj")


def test_exactly_so_many(tmp_path):
    path = write(tmp_path / "scan.lnd", rows(EIGHT[:7], "{} "))
    np.testing.assert_allclose(read_exactly(path, 7), EIGHT[:7])
    with pytest.raises(FormatError, match=r"\(7, 3\), expected \(8, 3\)"):
        read_exactly(path, 8)
