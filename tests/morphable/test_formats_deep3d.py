"""Deep3DFaceRecon's face model and its vector of coefficients."""

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable import shape
from e2far_jax.morphable.formats.deep3d import read_deep3d
from e2far_jax.morphable.formats.deep3d_coefficients import join_deep3d, split_deep3d
from e2far_jax.morphable.formats.errors import ModelFormatError
from tests.morphable.files_deep3d import deep3d_arrays, write_deep3d


@pytest.fixture(scope="module")
def arrays():
    return deep3d_arrays()


def rows(array, unit):
    return np.asarray(array).reshape(169, 3, -1) * unit


@pytest.mark.parametrize("compressed", [False, True])
def test_every_field_becomes_what_it_means(arrays, tmp_path, compressed):
    model = read_deep3d(write_deep3d(tmp_path, compressed=compressed))
    close = {"rtol": 1e-6, "atol": 1e-6}
    np.testing.assert_allclose(model.mean, rows(arrays["meanshape"], 100.0)[..., 0], **close)
    np.testing.assert_allclose(model.identity_basis, rows(arrays["idBase"], 100.0), **close)
    np.testing.assert_allclose(model.expression_basis, rows(arrays["exBase"], 100.0), **close)
    np.testing.assert_allclose(model.mean_colour, rows(arrays["meantex"], 1 / 255)[..., 0], **close)
    np.testing.assert_allclose(model.colour_basis, rows(arrays["texBase"], 1 / 255), **close)
    np.testing.assert_array_equal(model.triangles, arrays["tri"] - 1)
    np.testing.assert_array_equal(model.landmarks.nearest, arrays["keypoints"][0] - 1)
    assert (model.name, model.expression_prior) == ("Deep3DFaceRecon", "normal")
    assert model.expression_names == ()
    assert set(model.regions) == {"face", "lips", "brows"}
    assert model.identity_basis.dtype == model.expression_basis.dtype == np.float32


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("meanshape", None, "meanshape: missing"),
        ("meanshape", np.ones((1, 508)), r"meanshape: has shape \(1, 508\), expected \(3 N, 1\)"),
        ("meanshape", np.full((1, 507), 1e300), "mean: 507 of its 507 numbers are not finite"),
        ("idBase", None, "idBase: missing"),
        ("idBase", np.ones((504, 4)), r"idBase: has shape \(504, 4\)"),
        ("idBase", np.ones((507, 4)), "idBase: one standard deviation each would move"),
        ("exBase", np.ones((3, 507)), r"exBase: has shape \(3, 507\)"),
        ("exBase", np.full((507, 3), np.nan), "expression_basis: 1521 of its 1521 numbers are not"),
        ("exBase", np.full((507, 3), np.inf), "exBase: one standard deviation"),
        ("meantex", np.ones((1, 504)), r"meantex: has shape \(1, 504\), expected \(507, 1\)"),
        ("texBase", np.ones((507, 2, 2)), r"texBase: has shape \(507, 2, 2\)"),
        ("texBase", "text", "texBase: is not an array of real numbers"),
        ("tri", np.ones((3, 7)), r"tri: has shape \(3, 7\), expected \(F, 3\)"),
        ("tri", np.zeros((7, 3)), "tri: its indices run from 0.0 to 0.0, expected 1 to 169"),
        ("tri", np.full((7, 3), 170.0), "tri: its indices run from 170.0 to 170.0"),
        ("tri", np.full((7, 3), np.inf), "tri: some are not whole numbers"),
        ("keypoints", np.ones(67), "keypoints: has 67 landmarks"),
        ("keypoints", np.full(68, 1.5), "keypoints: some are not whole numbers"),
        ("keypoints", np.full(68, 1.0), "mean: the outer eye corners are 0 apart"),
    ],
)
def test_a_wrong_field_is_named(tmp_path, name, value, message):
    path = write_deep3d(tmp_path, **{name: value})
    with pytest.raises(ModelFormatError, match=message) as caught:
        read_deep3d(path)
    assert caught.value.source == str(path)


def test_units_and_winding_are_checked(arrays, tmp_path):
    with pytest.raises(ModelFormatError, match="outer eye corners are 9000 apart"):
        read_deep3d(write_deep3d(tmp_path, meanshape=arrays["meanshape"] * 100.0))
    with pytest.raises(ModelFormatError, match="triangles: those of the face look inward"):
        read_deep3d(write_deep3d(tmp_path, tri=arrays["tri"][:, ::-1]))


def test_missing_and_foreign_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_deep3d(tmp_path / "absent.mat")
    (tmp_path / "a.mat").write_bytes(b"something else")
    with pytest.raises(ModelFormatError, match=r"a\.mat: version"):
        read_deep3d(tmp_path / "a.mat")


@pytest.mark.parametrize("compressed", [False, True])
def test_files_cut_off_anywhere_are_refused(tmp_path, compressed):
    path = write_deep3d(tmp_path, compressed, point_buf=None, skinmask=None)
    content = path.read_bytes()
    for end in np.linspace(0, len(content) - 1, 60).astype(int):
        path.write_bytes(content[:end])
        with pytest.raises(ModelFormatError):
            read_deep3d(path)


@pytest.mark.parametrize("compressed", [False, True])
def test_damaged_files_end_in_one_error_or_a_model(tmp_path, compressed):
    rng = np.random.default_rng(0)
    path = write_deep3d(tmp_path, compressed)
    content = path.read_bytes()
    refused = 0
    for _ in range(60):
        damaged = bytearray(content)
        damaged[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))
        damaged[int(rng.integers(128, 192))] ^= 1 << int(rng.integers(8))
        path.write_bytes(bytes(damaged))
        try:
            read_deep3d(path)
        except ModelFormatError:
            refused += 1
    assert refused > 20


def test_the_vector_is_taken_apart_and_put_together_exactly():
    vector = jnp.asarray(np.random.default_rng(0).normal(size=(2, 257)), jnp.float32)
    parts = split_deep3d(vector)
    np.testing.assert_array_equal(parts.identity, vector[:, :80])
    np.testing.assert_array_equal(parts.expression, vector[:, 80:144])
    np.testing.assert_array_equal(parts.colour, vector[:, 144:224])
    np.testing.assert_array_equal(parts.angles, vector[:, 224:227])
    np.testing.assert_array_equal(parts.lighting, vector[:, 227:254])
    np.testing.assert_array_equal(parts.translation, vector[:, 254:])
    np.testing.assert_array_equal(join_deep3d(parts), vector)


def test_its_coefficients_are_those_of_the_model(arrays, tmp_path):
    rng = np.random.default_rng(0)
    wide = {
        name: rng.normal(size=(507, size)) / 100 for name, size in (("idBase", 80), ("exBase", 64))
    }
    model = read_deep3d(write_deep3d(tmp_path, **wide))
    vector = rng.normal(size=257).astype(np.float32)
    parts = split_deep3d(jnp.asarray(vector))
    found = shape(model, parts.identity, parts.expression)
    decimetres = arrays["meanshape"][0] + wide["idBase"] @ vector[:80]
    decimetres = decimetres + wide["exBase"] @ vector[80:144]
    np.testing.assert_allclose(found, 100.0 * decimetres.reshape(-1, 3), atol=1e-3)
