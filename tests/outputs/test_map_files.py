from __future__ import annotations

import io

import cv2
import numpy as np
import pytest

from e2far_jax.maps.picture_maps import picture_maps
from e2far_jax.maps.unwrapping import position_map
from e2far_jax.outputs import map_files
from e2far_jax.outputs.paint import Paint
from tests.maps.faces import ball, face_of


@pytest.fixture(scope="module")
def face():
    return face_of(ball(), yaw=0.5, translation=(250.0, 120.0))


@pytest.fixture(scope="module")
def maps(face):
    return picture_maps(face)


def picture(files: dict[str, bytes], suffix: str) -> np.ndarray:
    assert list(files) == [suffix]
    read = cv2.imdecode(np.frombuffer(files[suffix], np.uint8), cv2.IMREAD_UNCHANGED)
    return read[..., ::-1] if read.ndim == 3 else read


def test_depth_comes_back_in_mm(face, maps):
    levels = picture(map_files.depth_file(face, Paint(face)), ".depth.png")
    assert levels.shape == (240, 300)
    assert levels.dtype == np.uint16
    depth = maps.whole(maps.depth, np.nan)
    np.testing.assert_array_equal(levels == 0, np.isnan(depth))
    drawn = levels > 0
    np.testing.assert_allclose((levels[drawn] - 32768.0) / 32.0, depth[drawn], atol=1.0 / 64.0)


def test_normals_and_codes_come_back(face, maps):
    drawn = maps.whole(maps.mask)
    normals = picture(map_files.normals_file(face, Paint(face)), ".normals.png")
    expected = maps.whole(maps.normals)
    np.testing.assert_allclose(normals[drawn] / 127.5 - 1.0, expected[drawn], atol=1.0 / 250.0)
    codes = picture(map_files.pncc_file(face, Paint(face)), ".pncc.png")
    np.testing.assert_allclose(codes / 255.0, maps.whole(maps.codes), atol=1.0 / 500.0)
    mask = picture(map_files.mask_file(face, Paint(face)), ".mask.png")
    np.testing.assert_array_equal(mask, 255 * drawn)
    assert (normals[~drawn] == 0).all()


def test_arrays_come_back(face, maps):
    content = map_files.maps_file(face, Paint(face))[".maps.npz"]
    with np.load(io.BytesIO(content)) as arrays:
        np.testing.assert_array_equal(arrays["depth"], maps.depth)
        np.testing.assert_array_equal(arrays["normals"], maps.normals)
        np.testing.assert_array_equal(arrays["pncc"], maps.codes)
        left, top, width, height = arrays["window"].tolist()
        assert "mm" in str(arrays["about"])
    assert (height, width) == maps.depth.shape
    assert maps.whole(maps.mask)[top : top + height, left : left + width].sum() == maps.mask.sum()


def test_positions_come_back(face, monkeypatch):
    monkeypatch.setattr(map_files, "position_map", lambda face: position_map(face, 64))
    levels = picture(map_files.uv_position_file(face, Paint(face)), ".uv_position.png")
    positions, covered = position_map(face, 64)
    np.testing.assert_allclose(
        (levels[covered] - 32768.0) / 32.0, positions[covered], atol=1.0 / 64.0
    )


def test_lengths_that_do_not_fit_are_refused():
    fitting = map_files.length_levels(np.array([[np.nan, 0.0, -1023.96, 1023.9]]))
    np.testing.assert_array_equal(fitting, [[0, 32768, 1, 65533]])
    with pytest.raises(ValueError, match="1030 mm don't fit"):
        map_files.length_levels(np.array([[-1030.0]]))
