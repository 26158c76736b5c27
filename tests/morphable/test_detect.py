"""Every format is known by what is in its file."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import pytest

from e2far_jax.morphable.formats.detect import format_of
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.npz import write_npz
from tests.morphable import files_flame
from tests.morphable.hostile_formats import FORMATS


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_known_whatever_its_file_is_called(name: str, tmp_path: Path):
    path = FORMATS[name].write(tmp_path)
    renamed = path.rename(tmp_path / "face")
    assert format_of(renamed) == name.split()[0]


def test_other_editions_are_known(tmp_path: Path, small_model):
    assert format_of(files_flame.write_flame(tmp_path, edition=2023)) == "flame"
    assert format_of(tmp_path) == "ict"
    with zipfile.ZipFile(tmp_path / "kit.zip", "w") as archive:
        archive.writestr("FaceXModel/vertex_indices.json", "{}")
    assert format_of(tmp_path / "kit.zip") == "ict"
    write_npz(tmp_path / "own", small_model)
    assert format_of(tmp_path / "own") == "npz"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "file: is none of the formats"),
        (b"hello, I am a text", "file: is none of the formats"),
        (b"PK\x03\x04damaged", "file: damaged archive"),
        (b"\x09\x00\x00\x00" + bytes(20), "file: is none of the formats"),
        (pickle.dumps({"mean": 1}), "pickle: none of v_template, w_shp is there"),
        (pickle.dumps([1, 2]), "pickle: none of v_template"),
        (b"MATLAB 5.0 MAT-file", "version: it is not a MATLAB file"),
    ],
)
def test_anything_else_is_refused(content: bytes, message: str, tmp_path: Path):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ModelFormatError, match=message):
        format_of(tmp_path / "file")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        format_of(tmp_path / "nowhere")
