"""The Surrey Face Model: files that these tests write in every version, and the published one."""

import itertools
import struct

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable import open_morphable_model, shape
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.sfm import read_sfm
from e2far_jax.morphable.formats.sfm_landmarks import LANDMARKS
from tests.morphable.files_sfm import (
    MODES,
    SIZE,
    basis_model,
    blendshapes,
    face,
    names_of,
    parts_of,
    written,
)


@pytest.fixture(scope="module")
def large():
    """As many vertices as the landmarks that are published need."""
    return face(SIZE, np.array(LANDMARKS))


@pytest.fixture(scope="module")
def small():
    """A model that names its landmarks itself."""
    landmarks = np.random.default_rng(1).permutation(144)[:68]
    return {**face(12, landmarks), "landmarks": landmarks}


@pytest.fixture(scope="module")
def moves(small):
    rng = np.random.default_rng(2)
    return {name: rng.normal(size=(144, 3)).astype(np.float32) for name in ("anger", "größer")}


@pytest.fixture
def complete(small, moves):
    """The parts of a file of version 4 that has everything."""
    texture = np.random.default_rng(3).uniform(size=(200, 2))
    faces = np.random.default_rng(4).integers(200, size=small["triangles"].shape)
    held = [
        ("expressions: absent", b"\x00"),
        ("expressions: kind", struct.pack("<i", 1)),
        *blendshapes(moves),
    ]
    return parts_of(4, small, held, names_of(small["landmarks"]), texture, faces)


def test_version_1_has_a_shape_and_a_file_of_blendshapes_beside_it(large, tmp_path):
    texture = np.random.default_rng(0).uniform(size=(SIZE**2, 2))
    path = written(tmp_path / "shape.bin", parts_of(1, large, texture=texture))
    offsets = {"smile": large["mean"] / 50.0, "frown": -large["mean"] / 40.0}
    written(tmp_path / f"expression_blendshapes_{SIZE**2}.bin", blendshapes(offsets))
    model = read_sfm(path)
    np.testing.assert_array_equal(model.mean, large["mean"])
    expected = (large["basis"] * np.array([3.0, 2.0, 0.5])).reshape(-1, 3, MODES)
    np.testing.assert_allclose(model.identity_basis, expected, rtol=1e-6)
    np.testing.assert_array_equal(model.triangles, large["triangles"])
    np.testing.assert_array_equal(model.landmarks.nearest, LANDMARKS)
    np.testing.assert_allclose(model.texture_coordinates, texture * [1, -1] + [0, 1], atol=1e-6)
    np.testing.assert_array_equal(model.texture_triangles, large["triangles"])
    assert (model.expression_names, model.expression_prior) == (("smile", "frown"), "unit")
    np.testing.assert_array_equal(model.expression_basis[..., 1], offsets["frown"])
    assert np.asarray(model.regions["face"]).all()


def test_version_2_may_hold_a_second_basis(large, tmp_path):
    rng = np.random.default_rng(5)
    mean = rng.normal(size=large["mean"].shape).astype(np.float32)
    basis = rng.normal(size=(mean.size, 2)).astype(np.float32)
    variances = np.array([16.0, 0.0], np.float32)
    held = [("expressions: absent", b"\x00"), ("expressions: kind", struct.pack("<i", 0))]
    held += basis_model("expression", mean, basis, variances, np.zeros((0, 3)))
    model = read_sfm(written(tmp_path / "a.bin", parts_of(2, large, held)))
    assert (model.expression_names, model.expression_prior) == ((), "normal")
    one = shape(model, jnp.zeros(MODES), jnp.ones(2))
    expected = large["mean"] + mean + 4.0 * basis[:, 0].reshape(-1, 3)
    np.testing.assert_allclose(one, expected, atol=1e-4)
    assert model.texture_coordinates is None


def test_version_3_may_name_its_landmarks(small, tmp_path):
    parts = parts_of(3, small, landmarks=names_of(small["landmarks"]))
    model = read_sfm(written(tmp_path / "a.bin", parts))
    np.testing.assert_array_equal(model.landmarks.nearest, small["landmarks"])
    assert model.expression_basis.shape == (144, 3, 0)


def test_version_4_has_triangles_of_its_texture(complete, moves, tmp_path):
    model = read_sfm(written(tmp_path / "a.bin", complete))
    faces = np.frombuffer(complete[-1][1], "<i4").reshape(-1, 3)
    np.testing.assert_array_equal(model.texture_triangles, faces)
    assert model.texture_coordinates.shape == (200, 2)
    assert model.expression_names == ("anger", "größer")
    np.testing.assert_array_equal(model.expression_basis[..., 1], moves["größer"])


def test_expressions_can_be_given(complete, small, tmp_path):
    path = written(tmp_path / "a,b.bin", complete)
    written(tmp_path / "mine.bin", blendshapes({"mine": np.ones((144, 3), np.float32)}))
    assert open_morphable_model(f"sfm:{path}").expression_names == ("anger", "größer")
    model = open_morphable_model(f"sfm:{path},{tmp_path / 'mine.bin'}")
    assert model.expression_names == ("mine",)
    np.testing.assert_array_equal(model.expression_basis, 1.0)
    with pytest.raises(FileNotFoundError, match="other"):
        open_morphable_model(f"sfm:{path},{tmp_path / 'other.bin'}")


def test_a_file_cut_off_anywhere_is_refused_by_its_field(complete, tmp_path):
    content = b"".join(part for _, part in complete)
    ends = list(itertools.accumulate(len(part) for _, part in complete))
    assert ends[-1] == len(content)
    for (field, part), end in zip(complete, ends, strict=True):
        for missing in {1, len(part)} - {0}:
            path = tmp_path / "cut.bin"
            path.write_bytes(content[: end - missing])
            with pytest.raises(ModelFormatError, match="cut off") as caught:
                read_sfm(path)
            assert str(path) in str(caught.value)
            whole_list = "blendshapes" if "blendshape" in field else "landmarks"
            assert caught.value.field.split(":")[0] in (field.split(":")[0], whole_list)


def test_blendshapes_cut_off_anywhere_are_refused(complete, moves, tmp_path):
    path = written(tmp_path / "a.bin", complete)
    parts = blendshapes(moves)
    for count in range(len(parts)):
        written(tmp_path / "cut.bin", parts[:count])
        with pytest.raises(ModelFormatError, match=r"cut\.bin: .*cut off"):
            read_sfm(path, tmp_path / "cut.bin")


def test_what_is_left_over_is_refused(complete, tmp_path):
    path = written(tmp_path / "a.bin", [*complete, ("more", b"abc")])
    with pytest.raises(ModelFormatError, match="end: 3 bytes are left over"):
        read_sfm(path)


@pytest.mark.parametrize(
    ("field", "content", "message"),
    [
        ("version", struct.pack("<I", 0), "version: is 0; this program reads 1 to 4"),
        ("version", b"PK\x03\x04", "version: is 67324752; this program reads 1 to 4"),
        ("shape mean", struct.pack("<ii", -3, -1), "shape mean: has -3 rows and -1 columns"),
        ("shape mean", struct.pack("<ii", 2**31 - 1, 2**31 - 1), "shape mean: cut off"),
        ("shape mean", struct.pack("<ii", 216, 2), r"shape mean: has shape \(216, 2\)"),
        ("shape basis", struct.pack("<ii", 324, 4), "shape basis: has 324 rows"),
        ("shape variances", struct.pack("<ii", 1, 3), r"shape variances: has shape \(1, 3\)"),
        ("shape triangles", struct.pack("<Q", 2**63), "shape triangles: cut off"),
        ("expressions: absent", b"\x02", "expressions: absent: is 2, expected 0 or 1"),
        ("expressions: kind", struct.pack("<i", 2), "kind: is 2, expected 0"),
        ("name of blendshape 0", struct.pack("<Q", 2**62), "name of blendshape 0: cut off"),
        ("blendshape 'anger'", struct.pack("<ii", 431, 1), r"'anger': has shape \(431, 1\)"),
        ("landmark 0", struct.pack("<i", 5), None),
        ("landmark 1", struct.pack("<i", 144), "landmarks: are vertices . to 144 of 144"),
        ("landmark 1", struct.pack("<i", -500), "landmarks: are vertices -500"),
    ],
)
def test_a_wrong_field_is_named(complete, tmp_path, field, content, message):
    first = next(i for i, (name, _) in enumerate(complete) if name == field)
    path = written(
        tmp_path / "a.bin", [*complete[:first], (field, content), *complete[first + 1 :]]
    )
    if message is None:  # "nose" is not one of the 68
        assert read_sfm(path).name == "Surrey Face Model"
        return
    with pytest.raises(ModelFormatError, match=message):
        read_sfm(path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("mean", np.nan, "mean: 1 of its 432 numbers are not finite"),
        ("basis", np.inf, "identity_basis: 1 of its 1296 numbers are not finite"),
        ("variances", -1.0, "shape variances: some are negative"),
        ("variances", np.nan, "shape variances: some are negative or not finite"),
        ("triangles", 144, "triangles: its indices run"),
    ],
)
def test_wrong_numbers_are_refused(small, tmp_path, name, value, message):
    array = small[name].copy()
    array.flat[1] = value
    parts = parts_of(3, {**small, name: array}, landmarks=names_of(small["landmarks"]))
    with pytest.raises(ModelFormatError, match=message):
        read_sfm(written(tmp_path / "a.bin", parts))


def test_a_small_model_without_names_is_refused(small, tmp_path):
    path = written(tmp_path / "a.bin", parts_of(3, small))
    with pytest.raises(ModelFormatError, match="landmarks: are vertices 20 to 3447 of 144; known"):
        read_sfm(path)


def test_damaged_files_end_in_one_error_or_a_model(complete, tmp_path):
    content = b"".join(part for _, part in complete)
    rng = np.random.default_rng(6)
    structure = [i for i, (_, part) in enumerate(complete) if 0 < len(part) <= 8]
    ends = list(itertools.accumulate(len(part) for _, part in complete))
    refused = 0
    for trial in range(400):
        part = structure[rng.integers(len(structure))]
        inside = ends[part] - 1 - int(rng.integers(len(complete[part][1])))
        place = inside if trial % 2 else int(rng.integers(len(content)))
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rng.integers(8))
        (tmp_path / "a.bin").write_bytes(bytes(damaged))
        try:
            read_sfm(tmp_path / "a.bin")
        except ModelFormatError:
            refused += 1
    assert refused > 150


@pytest.fixture(scope="module")
def real(real_data):
    return open_morphable_model(f"sfm:{real_data / 'sfm' / 'sfm_shape_3448.bin'}")


def test_sizes_of_the_published_model(real):
    assert real.mean.shape == (3448, 3)
    assert real.triangles.shape == (6736, 3)
    assert (real.identity_size, real.expression_size) == (63, 6)
    names = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
    assert (real.expression_names, real.expression_prior) == (names, "unit")
    assert real.texture_coordinates.shape == (3448, 2)
    flat = np.asarray(real.identity_basis, np.float64).reshape(-1, 63)
    gram = flat.T @ flat
    np.testing.assert_allclose(gram[0, 0], 56502.4, rtol=1e-4)
    np.testing.assert_allclose(gram / gram[0, 0], np.diag(np.diag(gram)) / gram[0, 0], atol=1e-4)


def test_units_and_axes_of_the_published_model(real):
    mean = np.asarray(real.mean)
    np.testing.assert_allclose(mean.min(0), [-74.5, -82.7, -103.6], atol=0.1)
    np.testing.assert_allclose(mean.max(0), [74.1, 105.3, 3.4], atol=0.1)
    marks = real.landmarks.on(mean)
    assert 85.0 < np.linalg.norm(marks[36] - marks[45]) < 95.0
    assert marks[:, 2].argmax() == 30, "the tip of the nose is foremost"
    assert marks[8, 1] < marks[:, 1].min() + 0.5, "the chin is lowest"
    assert marks[17:27, 1].min() > marks[36:48, 1].max() > marks[30, 1] > marks[48:68, 1].max()
    corners = mean[np.asarray(real.triangles)]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert normals[:, 2].sum() > 0.5 * np.linalg.norm(normals, axis=1).sum()
    # v points up, as y does
    height = np.corrcoef(mean[:, 1], np.asarray(real.texture_coordinates)[:, 1])[0, 1]
    assert height > 0.9


def test_landmarks_of_the_published_model_lie_on_both_sides_alike(real):
    mirror = [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1)]
    mirror += [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    mirror += [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]
    marks = np.asarray(real.landmarks.on(real.mean))
    assert (marks[:8, 0] < -10.0).all(), "the subject's right comes first"
    assert np.abs(marks[mirror] * [-1, 1, 1] - marks).max() < 2.5
    steps = np.linalg.norm(np.diff(marks[:17], axis=0), axis=1)
    assert steps.max() < 1.5 * steps.min(), "the jaw line is divided evenly"
    assert np.linalg.norm(marks[60] - marks[48]) < 3.0 < np.linalg.norm(marks[60] - marks[61])


def test_landmarks_are_those_that_are_published(real, real_data):
    published = {}
    for line in (real_data / "sfm" / "ibug_to_sfm.txt").read_text().splitlines():
        number, equals, vertex = line.split("#")[0].partition("=")
        if equals and number.strip().isdigit():
            published[int(number) - 1] = int(vertex)
    assert len(published) == 50
    assert set(range(68)) - set(published) == {*range(8), *range(9, 17), 60, 64}
    for landmark, vertex in published.items():
        assert real.landmarks.nearest[landmark] == vertex


def test_expressions_of_the_published_model_move_what_they_name(real):
    basis, marks = np.asarray(real.expression_basis), real.landmarks.nearest
    happiness, surprise = (
        basis[marks, :, real.expression_names.index(name)] for name in ("happiness", "surprise")
    )
    assert (happiness[[48, 54], 1] > 1.0).all(), "corners of the mouth go up"
    assert happiness[54, 0] > 1.0 > -1.0 > happiness[48, 0], "and apart"
    assert surprise[66, 1] < surprise[62, 1] - 5.0, "the mouth opens"
    assert np.abs(happiness[30]).max() < np.abs(happiness[48]).max()
