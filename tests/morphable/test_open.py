"""Names of models, and the cache behind `ict:`."""

import os

import jax
import numpy as np
import pytest

from e2far_jax.morphable import open as opening
from e2far_jax.morphable import open_morphable_model
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.npz import write_npz
from e2far_jax.morphable.stored import stored_ict
from tests.morphable import files_bfm2017
from tests.morphable.hostile_formats import FORMATS


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("E2FAR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def reads(small_model, monkeypatch):
    """The paths that were converted; the conversion itself is tested in test_formats_ict.py."""
    paths = []

    def read(path):
        paths.append(path)
        return small_model

    monkeypatch.setattr(opening, "read_ict", read)
    return paths


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "FaceXModel"
    folder.mkdir()
    (folder / "identity000.obj").write_text("v 0 0 0")
    return folder


@pytest.mark.parametrize("spec", ["", "flame", "ict:", "face", "sfm:", "sfm"])
def test_an_unknown_name_lists_the_choices(spec):
    with pytest.raises(
        ValueError, match=r"choose `default`, `ict` .* bfm2009, .*, tddfa"
    ) as caught:
        open_morphable_model(spec)
    assert repr(spec) in str(caught.value)


@pytest.mark.parametrize(
    "spec",
    [
        "/nowhere/at/all",
        "/nowhere/at/all.npz",
        *(f"{kind}:/nowhere/at/all" for kind in opening.READERS),
        "bfm2009:/nowhere/at/all,/nowhere/else",
    ],
)
def test_a_missing_file_is_named(spec, cache):
    with pytest.raises(FileNotFoundError, match="/nowhere/at/all"):
        open_morphable_model(spec)


def test_a_npz_file_is_opened(small_model, tmp_path):
    write_npz(tmp_path / "dome.npz", small_model)
    assert open_morphable_model(str(tmp_path / "dome.npz")).name == "dome"


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("ict", "bfm2017")])
def test_every_format_opens_with_its_kind_and_without(name, tmp_path):
    path = FORMATS[name].write(tmp_path)
    kind = name.split()[0]
    for spec in (f"{kind}:{path}", str(path)):
        model = open_morphable_model(spec)
        assert jax.tree.structure(model) == jax.tree.structure(FORMATS[name].read(path))


def test_a_companion_is_named_after_a_comma(tmp_path):
    path = files_bfm2017.write_bfm2017(tmp_path)
    companion = (tmp_path / "landmarks.txt").rename(tmp_path / "points.txt")
    model = open_morphable_model(f"bfm2017:{path},{companion}")
    np.testing.assert_array_equal(model.landmarks.nearest, files_bfm2017.LANDMARKS)
    with pytest.raises(ValueError, match="deep3d takes one file; two are for bfm2009"):
        open_morphable_model(f"deep3d:{path},{companion}")


def test_the_default_model_is_opened():
    model = open_morphable_model("default")
    assert model.identity_size > 0
    assert np.asarray(model.regions["face"]).any()


def test_a_second_open_does_not_convert_again(source, cache, reads, small_model):
    for _ in range(2):
        model = open_morphable_model(f"ict:{source}")
        np.testing.assert_array_equal(model.mean, small_model.mean)
    assert reads == [source]
    assert len(list(cache.iterdir())) == 1


def test_a_changed_source_is_converted_again(source, cache, reads):
    open_morphable_model(f"ict:{source}")
    file = source / "identity000.obj"
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))
    open_morphable_model(f"ict:{source}")
    before = file.stat().st_mtime_ns
    file.write_text("v 0 0 0 ")
    os.utime(file, ns=(0, before))  # only the size tells
    open_morphable_model(f"ict:{source}")
    assert len(reads) == 3


def test_a_damaged_cache_is_made_anew(source, cache, reads):
    open_morphable_model(f"ict:{source}")
    (file,) = cache.iterdir()
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.warns(UserWarning, match="converting .* again"):
        open_morphable_model(f"ict:{source}")
    open_morphable_model(f"ict:{source}")
    assert len(reads) == 2


def test_a_cache_that_cannot_be_written_costs_time_only(source, tmp_path, monkeypatch, reads):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("E2FAR_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.warns(UserWarning, match="cannot keep the model"):
        assert open_morphable_model(f"ict:{source}").name == "dome"


def test_a_damaged_source_leaves_no_cache(source, cache):
    with pytest.raises(ModelFormatError, match=r"identity000\.obj"):
        open_morphable_model(f"ict:{source}")
    assert not cache.exists()


def test_ict_by_name_is_what_was_stored(small_model, tmp_path, monkeypatch):
    monkeypatch.setenv("E2FAR_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="run `e2far model get ict` once") as caught:
        open_morphable_model("ict")
    assert str(stored_ict()) in str(caught.value)
    stored_ict().parent.mkdir()
    write_npz(stored_ict(), small_model)
    np.testing.assert_array_equal(open_morphable_model("ict").mean, small_model.mean)


def test_ict_of_another_conversion_is_not_opened(small_model, tmp_path, monkeypatch):
    monkeypatch.setenv("E2FAR_DATA", str(tmp_path))
    stored_ict().parent.mkdir()
    write_npz(stored_ict(), small_model)
    monkeypatch.setattr("e2far_jax.morphable.stored.CONVERSION", 0)
    with pytest.raises(FileNotFoundError, match="e2far model get ict"):
        open_morphable_model("ict")
