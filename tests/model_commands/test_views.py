"""`e2far model info`, `convert`, `sample` and `sheet`, on a small model in the current folder."""

from __future__ import annotations

import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
import trimesh
from PIL import Image

from e2far_jax.cli import main
from e2far_jax.gallery.model_sheet import COLUMNS
from e2far_jax.morphable import crop, open_morphable_model, shape, truncate
from e2far_jax.morphable.formats.npz import half_precision_error, read_npz, write_npz
from tests.gltf.read_back import read_glb
from tests.reconstruction.conftest import dome


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_npz("dome.npz", dome())
    return tmp_path


def test_info_says_what_is_inside(capsys):
    assert main(["model", "info", "dome.npz"]) == 0
    lines = [line.partition(":") for line in capsys.readouterr().out.splitlines()]
    facts = {name.strip(): fact.strip() for name, _, fact in lines}
    model = dome()
    marks = np.asarray(model.landmarks.on(model.mean))
    assert facts["model"] == "dome"
    assert facts["mesh"] == f"{len(model.mean)} vertices, {len(model.triangles)} triangles"
    apart = np.linalg.norm(marks[36] - marks[45])
    assert facts["outer eye corners"] == f"{apart:.1f} mm apart"
    assert facts["expression"] == f"{model.expression_size}, weights in 0..1"
    assert facts["identity"].startswith(f"{model.identity_size}, standard normal")
    assert facts["landmarks"] == "68 (iBUG), 68 vertices"
    assert facts["licence"] == "not stated"
    assert "millimetres" in facts["units"]
    assert set(model.expression_names) <= facts.keys()


def test_a_converted_model_is_the_same_one(capsys):
    assert main(["model", "convert", "dome.npz", "made/same.npz"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("made/same.npz")
    np.testing.assert_array_equal(read_npz("made/same.npz").identity_basis, dome().identity_basis)


def test_a_model_can_be_cut_down_on_the_way(capsys):
    arguments = ["--modes=2", "--region=face", "--half"]
    assert main(["model", "convert", "dome.npz", "small.npz", *arguments]) == 0
    expected = truncate(crop(dome(), dome().regions["face"]), 2)
    found = read_npz("small.npz")
    np.testing.assert_array_equal(found.triangles, expected.triangles)
    np.testing.assert_allclose(found.identity_basis, expected.identity_basis, rtol=1e-3)
    shown = capsys.readouterr().out
    assert f"misplaces a vertex by up to {half_precision_error(expected):.2g} mm" in shown
    assert f"2 of {dome().identity_size} identity modes hold" in shown


def test_a_mesh_can_be_simplified_on_the_way():
    assert main(["model", "convert", "default", "small.npz", "--vertices=500"]) == 0
    assert 400 < len(open_morphable_model("small.npz").mean) <= 500


def test_samples_are_faces_of_the_model(capsys):
    assert main(["model", "sample", "dome.npz", "--out=faces", "--count=2", "--seed=7"]) == 0
    assert "2 faces in faces" in capsys.readouterr().out
    model, meshes = dome(), []
    for name in ("face_0000", "face_0001"):
        record = json.loads(Path("faces", f"{name}.json").read_text())
        vertices = shape(model, jnp.array(record["identity"]), jnp.array(record["expression"]))
        mesh = trimesh.load(f"faces/{name}.obj", process=False)
        np.testing.assert_allclose(mesh.vertices, vertices, atol=1e-3)
        shown = read_glb(Path("faces", f"{name}.glb").read_bytes()).shown()
        np.testing.assert_allclose(shown * 1000.0, vertices, atol=0.01)
        meshes.append(mesh.vertices)
    assert not np.allclose(*meshes)
    assert len(list(Path("faces").iterdir())) == 6
    assert main(["model", "sample", "dome.npz", "--out=again", "--count=1", "--seed=7"]) == 0
    assert Path("again/face_0000.obj").read_bytes() == Path("faces/face_0000.obj").read_bytes()


def test_a_sheet_shows_mean_modes_and_expressions(capsys):
    assert main(["model", "sheet", "dome.npz", "sheet.png", "--size=32"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "sheet.png"
    sheet = Image.open("sheet.png")
    assert sheet.width > COLUMNS * 32
    rows = 1 + 3 + -(-(dome().expression_size + 1) // COLUMNS)
    assert rows * 32 < sheet.height < (rows + 1) * 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["info", "nowhere.npz"], "nowhere.npz: no such model file"),
        (["info", "nonsense"], "nonsense: unknown morphable model"),
        (["convert", "dome.npz", "out.bin"], "out.bin: expected a file name that ends in .npz"),
        (["convert", "dome.npz", "a.npz", "--region=nose"], "--region=nose: 'dome' has face"),
        (["convert", "dome.npz", "a.npz", "--modes=0"], "--modes=0: expected a whole number"),
        (["convert", "dome.npz", "a.npz", "--vertices=7"], "budget is 7; 'dome' can have 100 to"),
        (["sample", "dome.npz", "--out=dome.npz"], "--out=dome.npz: cannot make this folder"),
        (["sample", "dome.npz", "--out=a", "--count=x"], "--count=x: expected a whole number"),
        (["sheet", "dome.npz", "sheet.jpg"], "sheet.jpg: expected a file name that ends in .png"),
        (["sheet", "dome.npz", "a.png", "--size=8"], "--size=8: expected a whole number"),
    ],
)
def test_mistakes_end_in_one_line(arguments, message, capsys, folder):
    before = sorted(path.name for path in folder.iterdir())
    assert main(["model", *arguments]) == 2
    shown = capsys.readouterr().err
    assert message in shown.splitlines()[-1]
    assert shown.startswith(f"e2far model {arguments[0]}: ")
    assert sorted(path.name for path in folder.iterdir()) == before
