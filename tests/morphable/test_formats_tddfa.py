"""The face of 3DDFA_V2, in small files of its sizes."""

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable import shape
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.outlines import lips_and_brows
from e2far_jax.morphable.formats.tddfa import read_tddfa
from tests.morphable.files_tddfa import (
    dome,
    outward_triangles,
    tddfa_fields,
    tddfa_statistics,
    write_tddfa,
)

STATISTICS = "param_mean_std_62d_120x120.pkl"


def test_every_field_arrives(tmp_path):
    model = read_tddfa(write_tddfa(tmp_path))
    vertices, landmarks = dome()
    fields, std = tddfa_fields(), tddfa_statistics()["std"]
    np.testing.assert_allclose(model.mean, vertices, atol=1e-3)
    shapes = (fields["w_shp"] * std[12:52] / 1000.0).reshape(-1, 3, 40)
    np.testing.assert_allclose(model.identity_basis, shapes, rtol=1e-5)
    moves = (fields["w_exp"] * std[52:] / 1000.0).reshape(-1, 3, 10)
    np.testing.assert_allclose(model.expression_basis, moves, rtol=1e-5)
    np.testing.assert_array_equal(model.landmarks.nearest, landmarks)
    assert (model.name, model.expression_names, model.expression_prior) == (
        "3DDFA_V2",
        (),
        "normal",
    )
    assert "Basel" in model.licence
    assert model.texture_coordinates is None
    assert model.mean_colour is None


def test_coefficients_are_those_that_the_network_gives(tmp_path):
    """A vertex of 3DDFA_V2 is u + w_shp a_I + w_exp a_E with a = mean + std z."""
    model, fields = read_tddfa(write_tddfa(tmp_path)), tddfa_fields()
    z = np.random.default_rng(4).normal(size=62).astype(np.float32)
    alpha = tddfa_statistics()["mean"] + tddfa_statistics()["std"] * z
    theirs = fields["u"][:, 0] + fields["w_shp"] @ alpha[12:52] + fields["w_exp"] @ alpha[52:]
    ours = shape(model, jnp.asarray(z[12:52]), jnp.asarray(z[52:]))
    np.testing.assert_allclose(ours, theirs.reshape(-1, 3) / 1000.0, atol=5e-3)


def test_the_face_is_all_of_it(tmp_path):
    model = read_tddfa(write_tddfa(tmp_path))
    expected = lips_and_brows(np.asarray(model.mean), dome()[1])
    assert set(model.regions) == {"face", *expected}
    assert np.asarray(model.regions["face"]).all()
    for name, mask in expected.items():
        np.testing.assert_array_equal(model.regions[name], mask)


def test_triangles_are_turned_and_may_come_from_a_file_of_their_own(tmp_path):
    own = read_tddfa(write_tddfa(tmp_path)).triangles
    assert {tuple(np.sort(row)) for row in np.asarray(own)} == {
        tuple(np.sort(row)) for row in outward_triangles()
    }
    fewer = tddfa_fields()["tri"][:, 5:]
    beside = read_tddfa(write_tddfa(tmp_path, triangles=fewer)).triangles
    np.testing.assert_array_equal(beside, own[5:])
    without = {name: array for name, array in tddfa_fields().items() if name != "tri"}
    model = read_tddfa(write_tddfa(tmp_path, without, triangles=fewer))
    np.testing.assert_array_equal(model.triangles, own[5:])


def test_more_columns_than_the_statistics_have_are_left_out(tmp_path):
    fields = tddfa_fields()
    longer = {name: np.tile(fields[name], 2) for name in ("w_shp", "w_exp")}
    model, same = (read_tddfa(write_tddfa(tmp_path, {**fields, **more})) for more in (longer, {}))
    np.testing.assert_array_equal(model.identity_basis, same.identity_basis)
    np.testing.assert_array_equal(model.expression_basis, same.expression_basis)


def test_the_statistics_must_be_there(tmp_path):
    path = write_tddfa(tmp_path)
    (tmp_path / STATISTICS).unlink()
    with pytest.raises(ModelFormatError, match=rf"{STATISTICS}: must lie beside.*3DDFA_V2"):
        read_tddfa(path)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_tddfa(tmp_path / "nowhere.pkl")


KEYPOINTS = tddfa_fields()["keypoints"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("u", None, "u: missing"),
        ("u", np.zeros((431, 1)), r"u: has shape \(431, 1\), expected \(3 N, 1\)"),
        ("u", np.zeros((216, 2)), r"u: has shape \(216, 2\)"),
        ("u", np.zeros((432, 1), int), "u: has dtype int64, expected floating-point numbers"),
        ("u", np.full((432, 1), np.nan), "mean: 432 of its 432 numbers are not finite"),
        ("u", tddfa_fields()["u"] / 1000.0, "mean: the outer eye corners are"),
        ("w_shp", None, "w_shp: missing"),
        ("w_shp", np.zeros((432, 39)), r"w_shp: has shape \(432, 39\), expected \(432, 40 or"),
        ("w_shp", np.zeros((429, 40)), r"w_shp: has shape \(429, 40\)"),
        ("w_exp", np.zeros((432, 9)), r"w_exp: has shape \(432, 9\), expected \(432, 10 or more\)"),
        ("w_exp", np.zeros(432), r"w_exp: has shape \(432,\)"),
        ("keypoints", None, "keypoints: missing"),
        ("keypoints", KEYPOINTS[::3], "keypoints: are 68, expected 204"),
        ("keypoints", KEYPOINTS[::-1], "keypoints: are not x, y and z of vertices in turn"),
        ("keypoints", KEYPOINTS + 0.5, "keypoints: are not x, y and z of vertices in turn"),
        ("keypoints", KEYPOINTS + 432, "keypoints: are not all coordinates of 144 vertices"),
        ("keypoints", KEYPOINTS - 432, "keypoints: are not all coordinates of 144 vertices"),
        ("keypoints", KEYPOINTS * np.nan, "keypoints: are not all coordinates"),
        ("tri", None, "tri: missing"),
        ("tri", tddfa_fields()["tri"].T, r"tri: has shape \(242, 3\), expected \(3, any\)"),
        ("tri", tddfa_fields()["tri"] + 1, "tri: are of vertices 1 to 144, expected 0 to 143"),
        ("tri", tddfa_fields()["tri"] * 1.0, "tri: has dtype float64, expected integers"),
        ("tri", tddfa_fields()["tri"][::-1], "triangles: those of the face look inward"),
    ],
)
def test_a_wrong_field_is_named(tmp_path, field, value, message):
    fields = tddfa_fields() | {field: value}
    path = write_tddfa(tmp_path, {name: it for name, it in fields.items() if it is not None})
    with pytest.raises(ModelFormatError, match=message) as caught:
        read_tddfa(path)
    assert caught.value.source == str(path)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("std", None, "std: missing"),
        ("std", np.ones(72), r"std: has shape \(72,\), expected \(62,\)"),
        ("std", np.full(62, np.inf), "std: some of its numbers are not finite"),
        ("std", -np.ones(62), "std: some of its numbers are negative"),
        ("mean", np.ones((62, 1)), r"mean: has shape \(62, 1\)"),
        ("mean", [1.0] * 62, "mean: is of type list, expected an array"),
        ("mean", np.full(62, np.nan), "mean: some of its numbers are not finite"),
    ],
)
def test_wrong_statistics_are_named(tmp_path, field, value, message):
    statistics = tddfa_statistics() | {field: value}
    statistics = {name: it for name, it in statistics.items() if it is not None}
    with pytest.raises(ModelFormatError, match=message) as caught:
        read_tddfa(write_tddfa(tmp_path, statistics=statistics))
    assert caught.value.source == str(tmp_path / STATISTICS)


@pytest.mark.parametrize(
    ("triangles", "message"),
    [
        ({"tri": 3}, "tri: is of type dict, expected an array"),
        (np.zeros((4, 5), int), r"tri: has shape \(4, 5\)"),
        (np.zeros((3, 0), int), r"tri: has shape \(3, 0\)"),
        (np.full((3, 5), -1), "tri: are of vertices -1 to -1, expected 0 to 143"),
    ],
)
def test_wrong_triangles_are_named(tmp_path, triangles, message):
    with pytest.raises(ModelFormatError, match=message) as caught:
        read_tddfa(write_tddfa(tmp_path, triangles=triangles))
    assert caught.value.source == str(tmp_path / "tri.pkl")


def test_files_cut_off_anywhere_are_refused(tmp_path):
    path = write_tddfa(tmp_path, triangles=tddfa_fields()["tri"])
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        for end in np.random.default_rng(0).integers(len(content), size=30):
            file.write_bytes(content[:end])
            with pytest.raises(ModelFormatError) as caught:
                read_tddfa(path)
            assert (caught.value.source, caught.value.field) == (str(file), "pickle")
        file.write_bytes(content)


def test_damaged_files_end_in_one_error_or_a_model(tmp_path):
    path = write_tddfa(tmp_path, triangles=tddfa_fields()["tri"])
    contents = {file: file.read_bytes() for file in sorted(tmp_path.iterdir())}
    rng = np.random.default_rng(6)
    refused = 0
    for trial in range(150):
        file = list(contents)[trial % 3]
        damaged = bytearray(contents[file])
        for place in (rng.integers(len(damaged)), rng.integers(200)):
            damaged[place] = rng.integers(256)
        file.write_bytes(damaged)
        try:
            read_tddfa(path)
        except ModelFormatError:
            refused += 1
        file.write_bytes(contents[file])
    assert 75 < refused < 150
