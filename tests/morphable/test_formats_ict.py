"""ICT-FaceKit as published; needs E2FAR_TEST_DATA."""

import io
import json
import pathlib
import tarfile
import time

import jax
import numpy as np
import pytest

from e2far_jax.morphable import open_morphable_model
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.ict import read_ict
from e2far_jax.morphable.symmetry import MIRRORED_LANDMARKS

NEUTRAL = "generic_neutral_mesh.obj"


@pytest.fixture(scope="module")
def archive(real_data):
    return real_data / "ict_facekit" / "ict_facekit.tar.xz"


@pytest.fixture(scope="module")
def opened(archive, tmp_path_factory):
    """The model as first converted, and as read from the cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("E2FAR_CACHE", str(tmp_path_factory.mktemp("cache")))
        first = open_morphable_model(f"ict:{archive}")
        start = time.monotonic()
        second = open_morphable_model(f"ict:{archive}")
        return first, second, time.monotonic() - start


@pytest.fixture(scope="module")
def model(opened):
    return opened[0]


@pytest.fixture(scope="module")
def few_files(archive):
    """The index, the neutral mesh and one identity."""
    wanted = {"vertex_indices.json", NEUTRAL, "identity000.obj"}
    texts = {}
    with tarfile.open(archive, "r|*") as members:
        for member in members:
            name = pathlib.PurePosixPath(member.name).name
            if name in wanted:
                texts[name] = members.extractfile(member).read()
            if len(texts) == len(wanted):
                break
    return texts


def write(folder, texts):
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_bytes(text)
    return folder


def test_sizes(model):
    assert model.mean.shape == (26719, 3)
    assert (model.identity_size, model.expression_size) == (100, 53)
    assert len(model.triangles) == 2 * 25836 + 548
    assert model.expression_prior == "unit"
    assert model.expression_names[0] == "browDown_L"
    assert "jawOpen" in model.expression_names


@pytest.fixture(scope="module")
def own_landmarks(few_files, model):
    """The points that the model is published with, mm."""
    index = json.loads(few_files["vertex_indices.json"])
    return np.asarray(model.mean)[np.array(index["idx_to_landmark_verts"], int)]


def test_units_and_axes(model, own_landmarks):
    landmarks = own_landmarks
    np.testing.assert_allclose(np.linalg.norm(landmarks[36] - landmarks[45]), 89.18, atol=0.01)
    face = np.asarray(model.mean)[np.asarray(model.regions["face"])]
    np.testing.assert_allclose(face.min(0), [-92.0, -164.7, -32.3], atol=0.1)
    np.testing.assert_allclose(face.max(0), [92.0, 123.7, 130.9], atol=0.1)
    assert landmarks[0, 0] < 0 < landmarks[16, 0]  # point 0 is on the subject's right
    assert landmarks[8, 1] < landmarks[30, 1] < landmarks[19, 1]  # chin, nose, brow


def test_surface_faces_outward(model):
    mean, triangles = np.asarray(model.mean, np.float64), np.asarray(model.triangles)
    corners = mean[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.linalg.norm(normals, axis=1) > 0).all()
    forehead = np.flatnonzero(triangles == model.landmarks.nearest[27]) // 3
    assert (normals[forehead, 2] > 0).all()
    skull = np.asarray(model.regions["scalp"])[triangles].all(1)
    centre = np.array([0.0, 40.0, 20.0])
    assert np.mean(np.sum(normals * (corners.mean(1) - centre), 1)[skull] > 0) > 0.99


def test_identity_modes_are_orthogonal(model):
    flat = np.asarray(model.identity_basis, np.float64).reshape(-1, 100)
    gram = flat.T @ flat
    lengths = np.sqrt(np.diag(gram))
    cosines = gram / np.outer(lengths, lengths) - np.eye(100)
    assert np.abs(cosines).max() < 0.02
    assert lengths[0] > lengths[10] > lengths[99] > 0


def test_expressions_move_what_they_name(model):
    moved = np.linalg.norm(np.asarray(model.expression_basis), axis=1)
    landmarks = model.landmarks.nearest

    def movement(name, points):
        return moved[landmarks[points], model.expression_names.index(name)].max()

    assert movement("jawOpen", [8]) > 15.0 > 0.1 > movement("jawOpen", [19])
    # "L" is the subject's left: +x, points 42 to 47.
    assert movement("eyeBlink_L", [43, 44]) > 5.0 > 0.5 > movement("eyeBlink_L", [37, 38])


def test_regions_lie_where_they_should(model):
    mean = np.asarray(model.mean)
    regions = {name: np.asarray(mask) for name, mask in model.regions.items()}
    assert regions["face"].sum() == 9409
    assert regions["narrow_face"].sum() == 6706
    for inner, outer in (
        ("narrow_face", "face"),
        ("lips", "narrow_face"),
        ("brows", "narrow_face"),
        ("irises", "eyes"),
        ("pupils", "irises"),
    ):
        assert 0 < regions[inner].sum() < regions[outer].sum()
        assert not (regions[inner] & ~regions[outer]).any()
    assert np.abs(mean[regions["lips"], 0]).max() < 27.0
    assert mean[regions["lips"], 1].max() < -20.0
    assert mean[regions["brows"], 1].min() > 45.0
    assert mean[regions["pupils"], 2].min() > 90.0
    left, right = (mean[regions["pupils"] & side] for side in (mean[:, 0] > 0, mean[:, 0] < 0))
    np.testing.assert_allclose(left.mean(0), right.mean(0) * [-1, 1, 1], atol=0.2)
    scalp = mean[regions["scalp"]]
    assert not ((scalp[:, 2] > 65.0) & (scalp[:, 1] < 80.0)).any()  # no hair on the face
    assert scalp[:, 1].max() == mean[:, 1].max()


def test_texture_coordinates_are_continuous_on_the_skin(model):
    coordinates = np.asarray(model.texture_coordinates)
    assert coordinates.shape == (28911, 2)
    assert coordinates.min() >= 0.0
    assert coordinates.max() <= 1.0
    skin = np.asarray(model.regions["face"])[np.asarray(model.triangles)].all(1)
    corners = coordinates[np.asarray(model.texture_triangles)[skin]]
    assert (corners.max(1) - corners.min(1)).max() < 0.1


def test_eyes_share_no_place_of_the_texture_with_the_skin(model):
    places = np.asarray(model.texture_coordinates)[np.asarray(model.texture_triangles)]
    triangles = np.asarray(model.triangles)
    skin, eyes = (np.asarray(model.regions[name])[triangles].all(1) for name in ("face", "eyes"))
    assert eyes.sum() > 1000
    assert places[eyes, :, 0].min() > places[skin, :, 0].max()


def test_cache_gives_the_same_model_at_once(opened):
    first, second, seconds = opened
    assert jax.tree.structure(first) == jax.tree.structure(second)
    for before, after in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True):
        np.testing.assert_array_equal(before, after)
    assert seconds < 1.0


def test_landmarks_are_those_of_300w_lp(model, own_landmarks):
    landmarks, own = np.asarray(model.landmarks.on(model.mean)), own_landmarks
    distance = np.linalg.norm(landmarks - own, axis=1)
    assert distance[27:].max() < 9.0  # nose, eyes and mouth: nearly the same points
    assert distance[:17].max() > 15.0  # the jaw line is another one
    assert landmarks[[0, 16], 2].max() < own[[0, 16], 2].min()  # further back
    mirrored = landmarks[MIRRORED_LANDMARKS] * [-1, 1, 1]
    assert np.linalg.norm(landmarks - mirrored, axis=1).max() < 4.0


def test_missing_files_are_named(few_files, tmp_path):
    folder = write(tmp_path / "kit" / "FaceXModel", few_files)
    with pytest.raises(ModelFormatError, match=r"identity001\.obj: missing"):
        read_ict(tmp_path / "kit")
    (folder / "vertex_indices.json").unlink()
    with pytest.raises(ModelFormatError, match=r"vertex_indices\.json: missing"):
        read_ict(folder)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_ict(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelFormatError, match="missing"):
        read_ict(tmp_path / "empty")


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (NEUTRAL, lambda text: text[: len(text) // 4], f"{NEUTRAL}: .*cut off|expected 3"),
        (NEUTRAL, lambda text: text.replace(b"v 0", b"v zero", 1), "'zero.*is not a finite number"),
        ("identity000.obj", lambda text: b"", "identity000.obj: has 0 vertices, expected 26719"),
        ("vertex_indices.json", lambda text: text[:1000], "vertex_indices.json: damaged"),
        ("vertex_indices.json", lambda text: b"[]", "vertex_indices.json: damaged"),
        (
            "vertex_indices.json",
            lambda text: b'{"expressions": [], "idx_to_landmark_verts": [26719]}',
            "expected 68 indices below 26719",
        ),
    ],
)
def test_damaged_files_are_named(few_files, tmp_path, name, change, message):
    folder = write(tmp_path / "kit", few_files | {name: change(few_files[name])})
    with pytest.raises(ModelFormatError, match=message):
        read_ict(folder)


def test_damaged_archives_are_refused(archive, tmp_path):
    content = archive.read_bytes()
    for name, text in {"cut.tar.xz": content[:100_000], "text.tar.xz": b"hello"}.items():
        (tmp_path / name).write_bytes(text)
        with pytest.raises(ModelFormatError, match=f"{name}: archive: damaged"):
            read_ict(tmp_path / name)


def test_links_in_an_archive_are_not_followed(tmp_path):
    (tmp_path / "secret.obj").write_bytes(b"v 1 2 3")
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as members:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            link = tarfile.TarInfo(NEUTRAL)
            link.type, link.linkname = kind, str(tmp_path / "secret.obj")
            members.addfile(link)
        index = tarfile.TarInfo("vertex_indices.json")
        index.size = 2
        members.addfile(index, io.BytesIO(b"{}"))
    with pytest.raises(ModelFormatError, match=f"{NEUTRAL}: missing"):
        read_ict(path)
