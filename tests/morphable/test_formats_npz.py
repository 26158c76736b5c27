"""The .npz form: a round trip, and one clear error for each way a file can be wrong."""

import dataclasses
import pathlib
import pickle
import zipfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable import crop
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.npz import half_precision_error, read_npz, write_npz
from e2far_jax.morphable.surface_points import SurfacePoints


@pytest.fixture
def saved(small_model, tmp_path):
    path = tmp_path / "dome.npz"
    write_npz(path, small_model)
    return path


def rewrite(path, **changes):
    """Replace arrays of a file; None leaves one out."""
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    arrays |= changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def test_a_model_comes_back_as_it_was(small_model, saved):
    model = read_npz(saved)
    assert jax.tree.structure(model) == jax.tree.structure(small_model)
    for before, after in zip(jax.tree.leaves(small_model), jax.tree.leaves(model), strict=True):
        assert before.dtype == after.dtype
        np.testing.assert_array_equal(before, after)


def test_a_model_without_texture_and_expressions_comes_back(small_model, tmp_path):
    bare = dataclasses.replace(
        small_model,
        texture_coordinates=None,
        texture_triangles=None,
        expression_basis=jnp.zeros((144, 3, 0)),
        expression_names=(),
        expression_prior="normal",
    )
    write_npz(tmp_path / "bare.npz", bare)
    model = read_npz(tmp_path / "bare.npz")
    assert jax.tree.structure(model) == jax.tree.structure(bare)
    assert model.expression_size == 0


def test_colours_and_points_inside_triangles_come_back(small_model, tmp_path):
    rng = np.random.default_rng(1)
    weights = rng.dirichlet(np.ones(3), size=68).astype(np.float32)
    corners = np.asarray(small_model.triangles)[rng.integers(242, size=68)]
    corners[[36, 45]] = small_model.landmarks.nearest[[36, 45], None]
    coloured = dataclasses.replace(
        small_model,
        landmarks=SurfacePoints(jnp.asarray(corners), jnp.asarray(weights)),
        mean_colour=jnp.asarray(rng.uniform(size=(144, 3)), jnp.float32),
        colour_basis=jnp.asarray(rng.normal(size=(144, 3, 5)), jnp.float32),
    )
    write_npz(tmp_path / "coloured.npz", coloured)
    model = read_npz(tmp_path / "coloured.npz")
    assert jax.tree.structure(model) == jax.tree.structure(coloured)
    for before, after in zip(jax.tree.leaves(coloured), jax.tree.leaves(model), strict=True):
        np.testing.assert_array_equal(before, after)


def test_half_precision_halves_the_bases_and_states_its_error(small_model, saved, tmp_path):
    half = tmp_path / "half.npz"
    write_npz(half, small_model, "float16")
    model, error = read_npz(half), half_precision_error(small_model)
    assert model.identity_basis.dtype == jnp.float32
    np.testing.assert_array_equal(model.mean, small_model.mean)
    difference = np.asarray(model.identity_basis - small_model.identity_basis)
    assert np.linalg.norm(difference, axis=1).max() <= error
    assert 0.0 < error < 2.0**-10 * float(jnp.abs(small_model.identity_basis).max())
    bases = small_model.identity_basis.nbytes + small_model.expression_basis.nbytes
    assert saved.stat().st_size - half.stat().st_size == bases / 2


def test_a_cropped_model_comes_back(small_model, tmp_path):
    keep = jnp.ones(144, bool)
    write_npz(tmp_path / "cropped.npz", crop(small_model, keep))
    assert len(read_npz(tmp_path / "cropped.npz").mean) == 144


def test_no_part_of_a_file_is_left_when_writing_fails(saved, small_model, monkeypatch):
    def fail(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    before = saved.read_bytes()
    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        write_npz(saved, small_model)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_a_reader_of_the_old_file_is_not_disturbed(saved, small_model):
    before = saved.read_bytes()
    with saved.open("rb") as reader:
        write_npz(saved, dataclasses.replace(small_model, name="another"))
        assert reader.read() == before
    assert read_npz(saved).name == "another"


def test_what_could_not_be_read_is_not_written(small_model, tmp_path):
    broken = dataclasses.replace(small_model, mean=small_model.mean.at[7, 1].set(jnp.nan))
    with pytest.raises(ModelFormatError, match="mean: 1 of its 432 numbers are not finite"):
        write_npz(tmp_path / "broken.npz", broken)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.npz"):
        read_npz(tmp_path / "nothing.npz")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.98, 0.9999])
def test_a_cut_off_file_is_refused(saved, share):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelFormatError, match=r"dome\.npz: file"):
        read_npz(saved)


def test_every_flipped_byte_is_refused_or_harmless(saved, small_model):
    content = saved.read_bytes()
    mean = np.asarray(small_model.mean).tobytes()
    middle = content.index(mean[:64]) + 20
    saved.write_bytes(content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :])
    with pytest.raises(ModelFormatError, match=r"dome\.npz: mean: damaged"):
        read_npz(saved)
    for place in np.random.default_rng(0).integers(len(content), size=40):
        flipped = bytes([content[place] ^ 255])
        saved.write_bytes(content[:place] + flipped + content[place + 1 :])
        try:
            model = read_npz(saved)
        except ModelFormatError:
            continue
        np.testing.assert_array_equal(model.mean, small_model.mean)


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"not a model", b"\x93NUMPY\x01\x00", pickle.dumps({"mean": 1})]
)
def test_a_foreign_file_is_refused(tmp_path, content):
    path = tmp_path / "foreign.npz"
    path.write_bytes(content)
    with pytest.raises(ModelFormatError, match=r"foreign\.npz: file: not a \.npz file"):
        read_npz(path)


def test_a_foreign_archive_is_refused(tmp_path):
    path = tmp_path / "foreign.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ModelFormatError, match=r"readme\.txt: damaged \(is not an array\)"):
        read_npz(path)


class Trap:
    """Unpickling this leaves a trace."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return pathlib.Path.touch, (self.trace,)


def test_pickled_objects_are_refused_and_not_run(saved, tmp_path):
    trace = tmp_path / "trace"
    with np.load(saved) as archive:
        arrays = {name: archive[name] for name in archive.files}
    arrays["mean"] = np.array([Trap(trace)], object)
    np.savez(saved, **arrays)
    with pytest.raises(ModelFormatError, match="mean: damaged"):
        read_npz(saved)
    assert not trace.exists()


def number(value):
    return np.array(value)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format", number("something else"), "format: missing or not"),
        ("version", number(1), "version: is 1; this program reads version 2"),
        ("version", None, "version: missing"),
        ("version", number("one"), "version: missing or not a number"),
        ("mean", None, "mean: missing"),
        ("expression_names", None, "expression_names: missing"),
        ("name", number(3), "name: has dtype int64, expected text"),
        ("mean", np.float32(3), r"mean: has shape \(\), expected \(0, 3\)"),
        ("mean", np.zeros((144, 2), np.float32), "mean: has shape"),
        ("mean", np.zeros((144, 3), int), "mean: has dtype int64, expected floating-point"),
        ("mean", np.zeros((144, 3)), "mean: the outer eye corners are 0 apart"),
        ("identity_basis", np.zeros((143, 3, 2)), "identity_basis: has shape"),
        ("expression_basis", np.full((144, 3, 3), np.inf), "expression_basis: 1296 of its 1296"),
        (
            "expression_basis",
            np.zeros((144, 3, 4)),
            "expression_names: has 3 different names for 4",
        ),
        ("expression_prior", number("gamma"), "expression_prior: is 'gamma', expected one of"),
        ("triangles", np.full((5, 3), 144), "triangles: its indices run from 144 to 144"),
        ("triangles", np.full((5, 3), 1.0), "triangles: has dtype float64, expected integers"),
        ("triangles", np.zeros((242, 3), int), "those of the face look inward"),
        ("landmarks", np.full((68, 3), -1), "landmarks: its indices run from -1"),
        (
            "landmarks",
            np.zeros((67, 3), int),
            r"landmarks: has shape \(67, 3\), expected \(68, 3\)",
        ),
        ("landmark_weights", np.zeros((68, 3)), "landmark_weights: those of a point do not sum to"),
        ("landmark_weights", None, "landmark_weights: missing"),
        ("mean_colour", np.zeros((144, 3)), "colour_basis: it and mean_colour come together"),
        ("region/face", None, "region 'face': is missing or empty"),
        ("region/face", np.zeros(144, bool), "region 'face': is missing or empty"),
        ("region/lips", np.zeros(144, int), "region 'lips': has dtype int64, expected booleans"),
        ("texture_triangles", None, "texture_triangles: they and texture_coordinates"),
        ("texture_coordinates", np.zeros((3, 2)), "texture_triangles: its indices"),
    ],
)
def test_a_wrong_field_is_named(saved, field, value, message):
    rewrite(saved, **{field: value})
    with pytest.raises(ModelFormatError, match=message) as caught:
        read_npz(saved)
    assert str(saved) in str(caught.value)


def test_inward_triangles_are_refused(saved, small_model):
    rewrite(saved, triangles=np.asarray(small_model.triangles)[:, ::-1])
    with pytest.raises(ModelFormatError, match="look inward"):
        read_npz(saved)


def test_another_unit_is_refused(saved, small_model):
    rewrite(saved, mean=np.asarray(small_model.mean) / 10.0)
    with pytest.raises(ModelFormatError, match=r"9\.9 apart, expected 80 to 100 mm"):
        read_npz(saved)


def test_the_error_survives_pickling():
    error = pickle.loads(pickle.dumps(ModelFormatError("a.npz", "mean", "missing")))
    assert str(error) == "a.npz: mean: missing"
    assert (error.source, error.field, error.problem) == ("a.npz", "mean", "missing")
