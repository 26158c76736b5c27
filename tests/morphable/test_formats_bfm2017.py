"""The Basel Face Models of 2017 and 2019: files that these tests write, none of the real ones."""

import json

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable import neutral_shape, shape
from e2far_jax.morphable.formats import bfm2017_landmarks as known
from e2far_jax.morphable.formats.bfm2017 import read_bfm2017
from e2far_jax.morphable.formats.errors import ModelFormatError
from tests.containers.files_hdf5 import read_hdf5_in_process, write_hdf5
from tests.morphable.files_bfm2017 import LANDMARKS, datasets, face, write_bfm2017

HELD = datasets()
DEVIATIONS = {"shape": [3.0, 2.0, 0.5], "expression": [4.0, 1.0], "color": [0.2, 0.1]}


@pytest.fixture
def in_process(monkeypatch):
    read_hdf5_in_process(monkeypatch)


def read(path):
    return read_bfm2017(path, path.parent / "landmarks.txt")


def scaled(part):
    basis = HELD[f"{part}/model/pcaBasis"].astype(np.float64) * DEVIATIONS[part]
    return basis.reshape(-1, 3, basis.shape[1])


def vectors(part):
    return HELD[f"{part}/model/mean"].reshape(-1, 3)


def test_every_field_is_read(tmp_path):
    model = read(write_bfm2017(tmp_path))
    np.testing.assert_array_equal(model.mean, vectors("shape"))
    np.testing.assert_allclose(model.identity_basis, scaled("shape"), rtol=1e-6)
    np.testing.assert_array_equal(model.triangles, face()["triangles"])
    np.testing.assert_array_equal(model.landmarks.nearest, LANDMARKS)
    np.testing.assert_array_equal(model.mean_colour, vectors("color"))
    np.testing.assert_allclose(model.colour_basis, scaled("color"), rtol=1e-6)
    assert (model.expression_names, model.expression_prior) == ((), "normal")
    assert model.name == "Basel Face Model 2017/2019"
    assert "non-commercial" in model.licence
    assert model.texture_coordinates is None


def test_the_mean_expression_is_the_first_of_the_basis(tmp_path, in_process):
    model = read(write_bfm2017(tmp_path))
    assert model.expression_basis.shape == (144, 3, 3)
    np.testing.assert_array_equal(model.expression_basis[..., 0], vectors("expression"))
    np.testing.assert_allclose(model.expression_basis[..., 1:], scaled("expression"), rtol=1e-6)
    np.testing.assert_array_equal(neutral_shape(model, jnp.zeros(3)), vectors("shape"))
    coefficients = np.array([0.5, -1.0, 2.0])
    moved = shape(model, jnp.asarray(coefficients), jnp.array([1.0, 0.3, -0.7]))
    expected = vectors("shape") + scaled("shape") @ coefficients
    expected += vectors("expression") + scaled("expression") @ [0.3, -0.7]
    np.testing.assert_allclose(moved, expected, atol=1e-4)


def test_the_face_lies_above_the_chin_and_before_the_ends_of_the_jaw_line(tmp_path, in_process):
    model = read(write_bfm2017(tmp_path))
    low = np.asarray(model.mean)[LANDMARKS].min(axis=0)
    inside = np.asarray(model.regions["face"])
    np.testing.assert_array_equal(
        inside, (model.mean[:, 1] >= low[1]) & (model.mean[:, 2] >= low[2])
    )
    assert 68 <= inside.sum() < 144
    lips = np.setdiff1d(np.flatnonzero(model.regions["lips"]), LANDMARKS)
    mean = vectors("shape").copy()
    mean[lips[0], 2] = -100.0
    behind = read(write_bfm2017(tmp_path, **{"shape/model/mean": mean.ravel()}))
    assert not np.asarray(behind.regions["face"])[lips[0]]
    np.testing.assert_array_equal(
        np.flatnonzero(model.regions["lips"] != behind.regions["lips"]), lips[:1]
    )
    assert np.asarray(model.regions["brows"]).any()


def test_a_model_may_have_neither_expressions_nor_colours(tmp_path, in_process):
    without = {name: None for name in HELD if name.split("/")[0] in ("expression", "color")}
    model = read(write_bfm2017(tmp_path, **without))
    assert model.expression_basis.shape == (144, 3, 0)
    assert model.mean_colour is None
    assert model.colour_basis is None


def test_the_older_layout(tmp_path, in_process):
    """Triangles elsewhere and along rows, and turned inward; no version, so a scaled basis."""
    inward = face()["triangles"][:, ::-1].astype(np.uint32)
    parts = ("shape", "expression", "color")
    changes = {f"{part}/representer/{name}": None for part in parts for name in ("cells", "points")}
    changes |= {name: None for name in HELD if "Version" in name}
    for part in parts:
        basis = HELD[f"{part}/model/pcaBasis"] * np.float32(DEVIATIONS[part])
        changes[f"{part}/model/pcaBasis"] = basis
        changes[f"{part}/representer/reference-mesh/triangle-list"] = inward
        changes[f"{part}/representer/reference-mesh/vertex-coordinates"] = vectors("shape")
    model = read(write_bfm2017(tmp_path, **changes))
    np.testing.assert_array_equal(model.triangles, face()["triangles"])
    for name, part in (("identity_basis", "shape"), ("colour_basis", "color")):
        np.testing.assert_allclose(getattr(model, name), scaled(part), rtol=1e-6)
    np.testing.assert_allclose(model.expression_basis[..., 1:], scaled("expression"), rtol=1e-6)


@pytest.mark.parametrize(
    ("of_part", "of_file", "is_scaled"),
    [
        ((0, 9), (0, 8), False),
        ((0, 8), (0, 9), True),
        ((1, 0), None, False),
        ((1, 8), None, False),
        (None, (0, 9), False),
        (None, (0, 8), True),
        (None, None, True),
    ],
)
def test_only_version_0_8_is_scaled(tmp_path, in_process, of_part, of_file, is_scaled):
    changes = {}
    for place, version in (("shape/", of_part), ("", of_file)):
        for name, number in zip(("major", "minor"), version or (None, None), strict=True):
            changes[f"{place}version/{name}Version"] = number
    model = read(write_bfm2017(tmp_path, **changes))
    basis = scaled("shape") / (DEVIATIONS["shape"] if is_scaled else 1.0)
    np.testing.assert_allclose(model.identity_basis, basis, rtol=1e-6)


def changed(name, place, value):
    array = np.array(HELD[name])
    array[place] = value
    return array


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("shape/model/mean", None, "shape/model/mean: is missing"),
        ("shape/model/mean", np.zeros(431), r"has shape \(431,\), expected \(3 N,\)"),
        ("shape/model/mean", np.zeros((144, 3)), r"has shape \(144, 3\), expected \(3 N,\)"),
        ("shape/model/mean", np.float32(3), r"has shape \(\), expected \(3 N,\)"),
        ("shape/model/mean", "text", "mean: has dtype object, expected numbers"),
        (
            "shape/model/mean",
            changed("shape/model/mean", 0, np.nan),
            "mean: some of its numbers are not",
        ),
        ("shape/model/mean", np.full(432, 1e300), "mean: some of its numbers are not finite"),
        ("shape/model/pcaBasis", None, "shape/model/pcaBasis: is missing"),
        ("shape/model/pcaBasis", np.zeros((3, 432)), r"\(3, 432\), expected \(432, 3\)"),
        ("shape/model/pcaBasis", np.full((432, 3), np.inf), "identity_basis: 1296 of its 1296"),
        ("shape/model/pcaVariance", None, "shape/model/pcaVariance: is missing"),
        ("shape/model/pcaVariance", np.ones(4), r"pcaBasis: has shape \(432, 3\), .* 4\)"),
        ("shape/model/pcaVariance", np.array([9, -1, 1]), "shape/model/pcaVariance: is not a vec"),
        ("shape/model/pcaVariance", np.array([9, np.nan, 1]), "pcaVariance: is not a vector"),
        ("shape/version/majorVersion", 2, "majorVersion: is 2, with minor version 9; this program"),
        ("shape/version/minorVersion", 7, "majorVersion: is 0, with minor version 7; this program"),
        ("expression/model/mean", None, "expression/model/mean: is missing"),
        ("expression/model/mean", np.zeros(429), r"\(429,\), expected \(432,\)"),
        ("expression/model/pcaBasis", np.zeros((429, 2)), r"\(429, 2\), expected \(432, 2\)"),
        ("color/model/mean", np.zeros(435), r"color/model/mean: has shape \(435,\)"),
        ("color/model/mean", np.full(432, 200), "color/model/mean: runs from 200 to 200, expec"),
        ("color/model/mean", np.full(432, np.nan), "color/model/mean: some of its num"),
        ("color/model/pcaVariance", np.zeros((1, 1, 3)), "color/model/pcaBasis: has shape"),
        ("shape/representer/cells", None, "shape/representer/cells: is missing"),
        ("shape/representer/cells", np.zeros((4, 9), int), r"int64 of shape \(4, 9\), expected"),
        ("shape/representer/cells", np.zeros((3, 9)), r"float64 of shape \(3, 9\), expected int"),
        ("shape/representer/cells", np.full((3, 9), 144), "run from 144 to 144, expected 0 to 143"),
        ("shape/representer/cells", np.full((3, 9), -1), "run from -1 to -1, expected 0 to 143"),
        ("shape/representer/cells", np.zeros((3, 0), int), "triangles: those of the face look inw"),
        ("metadata/landmarks/json", "[1, 2]", "landmarks/json: is no list of points"),
        ("metadata/landmarks/json", "{", "landmarks/json: is no list of points"),
        ("metadata/landmarks/json", "[" * 9999, "landmarks/json: is no list of points"),
        ("metadata/landmarks/json", np.bytes_(b"\xff\xfe\xfd"), "json: is no list of points"),
        ("metadata/landmarks/json", '[{"id": "a"}]', "landmarks/json: is no list of points"),
        ("metadata/landmarks/json", '{"a": [1, 2]}', "json: some of its points do not have 3"),
        ("metadata/landmarks/json", '{"a": [1, 2, {}]}', "json: is no list of points"),
        ("metadata/landmarks/json", '{"center.nose.tip": [0, 0, 200]}', "landmarks: number 30, "),
    ],
)
def test_a_wrong_field_is_named(tmp_path, in_process, name, value, message):
    path = write_bfm2017(tmp_path, **{name: value})
    with pytest.raises(ModelFormatError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_other_units_are_refused(tmp_path, in_process):
    changes = {"shape/model/mean": HELD["shape/model/mean"] / 10, "metadata/landmarks/json": None}
    with pytest.raises(ModelFormatError, match=r"mean: .* are 9 apart, expected 80 to 100 mm"):
        read(write_bfm2017(tmp_path, **changes))


@pytest.mark.parametrize("text", ["[]", "{}", '{"center.chin.tip": [1, 2, 3]}'])
def test_names_need_not_be_there(tmp_path, in_process, text):
    assert read(write_bfm2017(tmp_path, metadata__landmarks__json=text)).mean.shape == (144, 3)


def test_named_points_may_be_bytes_or_an_object(tmp_path, in_process):
    nose = vectors("shape")[LANDMARKS[30]].astype(float)
    for off, fine in (([0, 14, 0], True), ([0, 16, 0], False)):
        text = json.dumps({"center.nose.tip": list(nose + off)}).encode()
        path = write_bfm2017(tmp_path, metadata__landmarks__json=np.array([*text, 0], np.uint8))
        if fine:
            read(path)
        else:
            with pytest.raises(ModelFormatError, match=r"number 30, .*, is 16 mm from where"):
                read(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has 0 numbers, expected 68"),
        ("1 2 3 4 # 5", "has 4 numbers, expected 68"),
        (" ".join(["1"] * 67 + ["144"]), "has vertex 144, expected 0 to 143"),
        ("1 2 three", "'three' is not a vertex's number"),
        ("1 -2", "'-2' is not a vertex's number"),
        ("1 2.0", "'2.0' is not a vertex's number"),
        ("1 \xb2", "'\xb2' is not a vertex's number"),
        ("9" * 5000, "'99999999999999999999' is not a vertex's number"),
        ("1 " * 2**16, "the file is too large"),
    ],
)
def test_a_wrong_file_of_landmarks_is_refused(tmp_path, in_process, text, message):
    path = write_bfm2017(tmp_path)
    (tmp_path / "landmarks.txt").write_text(text)
    with pytest.raises(ModelFormatError, match=rf"landmarks\.txt: landmarks: {message}"):
        read(path)


def test_landmarks_may_be_in_lines_with_comments(tmp_path, in_process):
    lines = ["% 68 landmarks", *(f"{vertex}  # {i}" for i, vertex in enumerate(LANDMARKS))]
    path = write_bfm2017(tmp_path)
    (tmp_path / "landmarks.txt").write_text("\r\n".join(lines))
    np.testing.assert_array_equal(read(path).landmarks.nearest, LANDMARKS)


def test_a_face_that_is_not_known_needs_its_landmarks(tmp_path, in_process):
    path = write_bfm2017(tmp_path)
    with pytest.raises(ModelFormatError, match=r"landmarks: are not known for .* 144 vertices"):
        read_bfm2017(path)
    with pytest.raises(FileNotFoundError, match="no such file of landmarks"):
        read_bfm2017(path, tmp_path / "other.txt")


def test_every_published_crop_is_known():
    assert sorted(known.EDITIONS) == sorted([*known._VERTICES, *known._POSITIONS])


@pytest.mark.parametrize("vertices", [28588, 47439, 27657])
def test_known_landmarks_are_vertices(vertices):
    found = known.bfm2017_landmarks(np.zeros((vertices, 3), np.float32))
    assert len(set(found.tolist())) == 68
    assert 0 <= found.min() <= found.max() < vertices


@pytest.mark.parametrize("vertices", [53149, 58203])
def test_known_positions_are_those_of_the_nearest_vertices(vertices):
    cloud = np.random.default_rng(3).uniform(-100.0, 100.0, (vertices, 3)).astype(np.float32)
    cloud[:, 2] -= 500.0
    assert known.bfm2017_landmarks(cloud) is None
    places = np.random.default_rng(4).permutation(vertices)[:68]
    cloud[places] = known._POSITIONS[vertices]
    cloud[places, 2] += 1.0
    np.testing.assert_array_equal(known.bfm2017_landmarks(cloud), places)
    cloud[places[3], 2] += 5.0
    assert known.bfm2017_landmarks(cloud) is None


@pytest.mark.parametrize("positions", [known._POSITIONS_2017, known._POSITIONS_2019])
def test_known_positions_are_those_of_a_face(positions):
    mirror = [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1)]
    mirror += [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    mirror += [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]
    marks = np.array(positions)
    assert (marks[:8, 0] < -10.0).all(), "the subject's right comes first"
    assert np.abs(marks[mirror] * [-1, 1, 1] - marks).max() < 12.0
    assert np.abs(marks[mirror] * [-1, 1, 1] - marks)[17:].max() < 2.0
    assert 85.0 < np.linalg.norm(marks[36] - marks[45]) < 95.0
    assert marks[:, 2].argmax() == 30, "the tip of the nose is foremost"
    assert marks[:, 1].argmin() == 8, "the chin is lowest"


def test_a_known_face_is_found_with_its_mean_expression(tmp_path, in_process):
    """The positions lie on the mean with its expression, and landmarks move back with it."""
    vertices = 53149
    expressive = np.zeros((vertices, 3), np.float32)
    expressive[:, 2] = -500.0
    places = np.random.default_rng(5).permutation(vertices)[:68]
    expressive[places] = known._POSITIONS_2017
    offset = np.zeros_like(expressive)
    offset[:, 1] = -7.0
    corners = places[[36, 8, 45]]
    held = {"shape/representer/cells": corners[:, None], "version/majorVersion": 1}
    held["version/minorVersion"] = 0
    for part, mean in (("shape", expressive - offset), ("expression", offset)):
        held[f"{part}/model/mean"] = mean.ravel()
        held[f"{part}/model/pcaBasis"] = np.zeros((3 * vertices, 1), np.float32)
        held[f"{part}/model/pcaVariance"] = np.ones(1)
    model = read_bfm2017(write_hdf5(tmp_path / "a.h5", held))
    np.testing.assert_array_equal(model.landmarks.nearest, places)
    assert np.asarray(model.regions["face"]).sum() == 68
    assert model.name == "Basel Face Model 2017"


def outcome(path):
    """The error that reading ends in; None for a model."""
    try:
        read(path)
    except ModelFormatError as error:
        return error
    return None


def test_files_cut_off_or_with_bits_flipped_end_in_one_error_or_a_model(tmp_path):
    content = write_bfm2017(tmp_path).read_bytes()
    rng = np.random.default_rng(6)
    errors = []
    for trial in range(12):
        damaged = bytearray(content)
        for place in rng.integers(2000 if trial % 2 else len(content), size=3):
            damaged[place] ^= 1 << int(rng.integers(8))
        damaged = damaged[: rng.integers(len(content)) if trial % 4 == 0 else None]
        (tmp_path / "model.h5").write_bytes(bytes(damaged))
        errors.append(outcome(tmp_path / "model.h5"))
    refused = [error for error in errors if error]
    assert {error.source for error in refused} == {str(tmp_path / "model.h5")}
    assert 3 <= len(refused) < 12


def test_datasets_with_anything_in_them_end_in_one_error_or_a_model(tmp_path, in_process):
    rng = np.random.default_rng(7)
    used = [name for name in HELD if "info" not in name and "noise" not in name]
    odd = [np.nan, np.inf, -1.0, 0.0, 1e30, 2.0**40]
    errors = []
    for _ in range(100):
        name = used[rng.integers(len(used))]
        value = np.array(HELD[name])
        match rng.integers(4):
            case 0:
                value = None
            case 1:
                value = value.reshape(-1)[: rng.integers(value.size + 1)]
            case 2 if value.dtype.kind == "f":
                value.flat[rng.integers(value.size)] = odd[rng.integers(len(odd))]
            case _:
                value = rng.integers(-2, 300, size=rng.integers(0, 9, size=rng.integers(3)))
        errors.append(outcome(write_bfm2017(tmp_path, **{name: value})))
    assert 30 < sum(error is not None for error in errors) < 100
