"""FLAME: small files of both kinds, with the sizes that its editions have."""

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable import shape
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.flame import read_flame
from tests.morphable.files_flame import (
    FRONT,
    VERTICES,
    flame_embedding,
    flame_fields,
    head,
    landmark_places,
    write_flame,
)


@pytest.mark.parametrize("edition", [2020, 2023])
def test_every_field_arrives(tmp_path, edition):
    model = read_flame(write_flame(tmp_path, edition=edition))
    mean, triangles = head()
    basis = 1000.0 * flame_fields()["shapedirs"]
    np.testing.assert_allclose(model.mean, mean, rtol=1e-6)
    np.testing.assert_array_equal(model.triangles, triangles)
    np.testing.assert_allclose(model.identity_basis, basis[..., :10], rtol=1e-6)
    np.testing.assert_allclose(model.expression_basis, basis[..., 10:], rtol=1e-6)
    assert (model.name, model.expression_names, model.expression_prior) == ("FLAME", (), "normal")
    assert "Max Planck" in model.licence
    assert model.texture_coordinates is None
    assert model.mean_colour is None
    one = shape(model, jnp.eye(10)[2], jnp.eye(10)[3])
    np.testing.assert_allclose(one, mean + basis[..., 2] + basis[..., 13], atol=1e-4)


def test_landmarks_lie_inside_triangles(tmp_path):
    model = read_flame(write_flame(tmp_path))
    marks = np.asarray(model.landmarks.on(model.mean))
    np.testing.assert_allclose(marks[:, :2], landmark_places(), atol=1e-4)
    np.testing.assert_allclose(marks[45] - marks[36], [90.0, 0.0, 0.0], atol=1e-4)
    corners = np.asarray(model.triangles)[flame_embedding()["full_lmk_faces_idx"][0]]
    np.testing.assert_array_equal(model.landmarks.corners, corners)


def test_the_face_is_what_lies_near_the_nose(tmp_path):
    model = read_flame(write_flame(tmp_path))
    mean, masks = np.asarray(model.mean), {key: np.asarray(m) for key, m in model.regions.items()}
    marks = np.asarray(model.landmarks.on(mean))
    radius = 1.4 * (90.0 + 40.6) / 2.0  # from one outer eye to the other, from below the nose up
    centre = 0.7 * marks[33] + 0.3 * (marks[39] + marks[42]) / 2.0
    near = np.linalg.norm(mean - centre, axis=1) < radius
    differ = near != masks["face"]
    assert 100 < near.sum() < FRONT
    assert not differ[np.abs(np.linalg.norm(mean - centre, axis=1) - radius) > 0.1].any()
    assert not masks["face"][FRONT:].any()
    assert set(masks) == {"face", "lips", "brows"}
    x, y = mean[:, 0], mean[:, 1]
    assert masks["lips"].any()
    assert (np.hypot(x / 22.0, (y + 35.0) / 9.0)[masks["lips"]] < 1.0).all()
    assert masks["brows"].any()
    assert ((y > 35.0) & (np.abs(x) < 50.0))[masks["brows"]].all()


def test_sizes_and_eyeballs_of_the_published_mesh(tmp_path):
    fields = flame_fields(vertices=5023)
    fields["v_template"][4000:] = fields["v_template"][70]  # in the middle of the face
    model = read_flame(write_flame(tmp_path, fields))
    eyes, face = np.asarray(model.regions["eyes"]), np.asarray(model.regions["face"])
    np.testing.assert_array_equal(np.flatnonzero(eyes), np.arange(3931, 5023))
    assert face[70]
    assert not (face & eyes).any()


def test_sizes_of_the_published_basis(tmp_path):
    fields = flame_fields(columns=400)
    model = read_flame(write_flame(tmp_path, fields))
    assert (model.identity_size, model.expression_size) == (300, 100)
    first = 1000.0 * fields["shapedirs"][..., 300]
    np.testing.assert_allclose(model.expression_basis[..., 0], first, rtol=1e-6)


def test_landmarks_can_be_given(tmp_path):
    path = write_flame(tmp_path)
    elsewhere = tmp_path / "elsewhere.npy"
    (tmp_path / "landmark_embedding.npy").rename(elsewhere)
    with pytest.raises(ModelFormatError, match=r"landmark_embedding\.npy: must lie beside.*DECA"):
        read_flame(path)
    assert read_flame(path, elsewhere).landmarks.corners.shape == (68, 3)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_flame(path, tmp_path / "nowhere.npy")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_flame(tmp_path / "nowhere.pkl", elsewhere)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("v_template", None, "v_template: missing"),
        ("v_template", np.zeros((VERTICES, 2)), r"v_template: has shape \(148, 2\)"),
        ("v_template", np.zeros((VERTICES, 3), int), "v_template: has dtype int64, expected float"),
        ("v_template", np.full((VERTICES, 3), np.nan), "mean: 444 of its 444 numbers are not fin"),
        ("v_template", head()[0], "mean: the outer eye corners are 9e.04 apart"),
        ("shapedirs", None, "shapedirs: missing"),
        ("shapedirs", np.zeros((VERTICES, 3, 30)), r"shapedirs: .*30\), expected \(148, 3, 400 or"),
        ("shapedirs", np.zeros((VERTICES, 400)), r"shapedirs: has shape \(148, 400\)"),
        ("shapedirs", np.zeros((VERTICES - 1, 3, 400)), r"shapedirs: has shape \(147, 3, 400\)"),
        ("shapedirs", np.full((VERTICES, 3, 20), np.inf), "identity_basis: 4440 of its 4440"),
        ("f", None, "f: missing"),
        ("f", head()[1].astype(float), "f: has dtype float64, expected integers"),
        ("f", head()[1].T, r"f: has shape \(3, 244\), expected \(any, 3\)"),
        ("f", head()[1] + 1, "f: its indices run from 1 to 148, expected 0 to 147"),
        ("f", head()[1] - 1, "f: its indices run from -1 to 146"),
        ("f", head()[1][:, ::-1], "triangles: those of the face look inward"),
    ],
)
def test_a_wrong_field_is_named(tmp_path, field, value, message):
    fields = flame_fields() | {field: value}
    fields = {name: array for name, array in fields.items() if array is not None}
    path = write_flame(tmp_path, fields, edition=2023)
    with pytest.raises(ModelFormatError, match=message) as caught:
        read_flame(path)
    assert caught.value.source == str(path)


FACES, WEIGHTS = flame_embedding().values()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("full_lmk_faces_idx", None, "full_lmk_faces_idx: missing"),
        ("full_lmk_faces_idx", FACES[:, 17:], r"full_lmk_faces_idx: .*\(1, 51\), expected 68"),
        ("full_lmk_faces_idx", FACES + 200, "full_lmk_faces_idx: its indices run from .*to 243"),
        ("full_lmk_faces_idx", FACES * 1.0, "full_lmk_faces_idx: has dtype float64"),
        ("full_lmk_bary_coords", None, "full_lmk_bary_coords: missing"),
        ("full_lmk_bary_coords", WEIGHTS[0, 17:], "full_lmk_bary_coords: .*expected 204 numbers"),
        ("full_lmk_bary_coords", 2.0 * WEIGHTS, "landmark_weights: those of a point do not sum"),
    ],
)
def test_a_wrong_landmark_is_named(tmp_path, field, value, message):
    embedding = flame_embedding() | {field: value}
    embedding = {name: array for name, array in embedding.items() if array is not None}
    path = write_flame(tmp_path, embedding=embedding)
    with pytest.raises(ModelFormatError, match=message) as caught:
        read_flame(path)
    beside = str(path.parent / "landmark_embedding.npy")
    assert caught.value.source == (beside if field in message else str(path))


def test_another_pickle_is_refused(tmp_path):
    path = write_flame(tmp_path)
    path.write_bytes(b"]K\x01a.")
    with pytest.raises(ModelFormatError, match="pickle: does not hold a dictionary of arrays"):
        read_flame(path)
    path.write_bytes(b"}(U\nv_templatecchumpy.ch\nCh\n)\x81u.")
    with pytest.raises(ModelFormatError, match=r"v_template: is of type 'chumpy\.ch\.Ch', expect"):
        read_flame(path)
    path.write_bytes(b"}U\nv_template]s.")
    with pytest.raises(ModelFormatError, match="v_template: is of type list, expected an array"):
        read_flame(path)


@pytest.mark.parametrize("edition", [2020, 2023])
def test_a_file_cut_off_anywhere_is_refused(tmp_path, edition):
    path = write_flame(tmp_path, edition=edition)
    for file in (path, path.parent / "landmark_embedding.npy"):
        content = file.read_bytes()
        for end in np.random.default_rng(0).integers(len(content), size=40):
            file.write_bytes(content[:end])
            with pytest.raises(ModelFormatError) as caught:
                read_flame(path)
            assert (caught.value.source, caught.value.field) in (
                (str(file), "pickle"),
                (str(file), "header"),
            )
        file.write_bytes(content)


@pytest.mark.parametrize("edition", [2020, 2023])
def test_damaged_files_end_in_one_error_or_a_model(tmp_path, edition):
    path = write_flame(tmp_path, edition=edition)
    embedding = path.parent / "landmark_embedding.npy"
    contents = {file: file.read_bytes() for file in (path, embedding)}
    rng = np.random.default_rng(6)
    refused = 0
    for trial in range(120):
        file = (path, embedding)[trial % 2]
        damaged = bytearray(contents[file])
        for _ in range(3):
            damaged[rng.integers(len(damaged))] = rng.integers(256)
        file.write_bytes(damaged)
        try:
            read_flame(path)
        except ModelFormatError:
            refused += 1
        file.write_bytes(contents[file])
    assert 30 < refused < 120
