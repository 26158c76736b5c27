"""`e2far edit` on faces of the small model."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import trimesh
from PIL import Image

from e2far_jax.cli import main
from e2far_jax.faces.record import read_record, write_record


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch):
    monkeypatch.setattr("e2far_jax.editing.picture.SIZE", 64)


@pytest.fixture
def folder(face, tmp_path, monkeypatch):
    """The current folder, with two faces and the photograph of the first."""
    monkeypatch.chdir(tmp_path)
    write_record(tmp_path / "anna.json", dataclasses.replace(face, image="anna.png"))
    other = dataclasses.replace(face, identity=-face.identity, expression=face.expression[::-1])
    write_record(tmp_path / "bert.json", dataclasses.replace(other, image="nowhere.png"))
    Image.new("RGB", (600, 400), (200, 50, 50)).save("anna.png")
    return tmp_path


def _edit(*arguments: str) -> int:
    return main(["edit", "anna.json", "--out=out/new", *arguments])


def test_an_expression_by_name(folder, face, capsys):
    names = list(face.expression_weights)
    assert _edit(f"--expression=neutral,{names[1]}=0.5") == 0
    new = read_record(folder / "out" / "new.json")
    np.testing.assert_allclose(new.expression, [0.0, 0.5, 0.0, 0.0])
    np.testing.assert_allclose(new.identity, face.identity, rtol=1e-6)
    mesh = trimesh.load_mesh(folder / "out" / "new.obj", process=False)
    np.testing.assert_allclose(mesh.vertices, face.mesh({names[1]: 0.5}).vertices, atol=1e-3)
    assert Image.open(folder / "out" / "new.png").width > 128
    assert "before and after: out/new.png" in capsys.readouterr().out


def test_colours_come_from_the_photograph_as_it_is(folder):
    assert _edit("--expression=neutral", "--write=ply") == 0
    colours = trimesh.load_mesh(folder / "out" / "new.ply", process=False).visual.vertex_colors
    assert np.abs(colours[:, :3].astype(int) - [200, 50, 50]).max() <= 3


def test_another_face_gives_expression_and_identity(folder, face, capsys):
    assert _edit("--expression-from=bert.json") == 0
    new = read_record(folder / "out" / "new.json")
    np.testing.assert_allclose(new.expression, face.expression[::-1], rtol=1e-6)
    np.testing.assert_allclose(new.identity, face.identity, rtol=1e-6)
    assert _edit("--identity-from=bert.json") == 0
    new = read_record(folder / "out" / "new.json")
    np.testing.assert_allclose(new.identity, -face.identity, rtol=1e-6)
    assert main(["edit", "bert.json", "--expression=neutral", "--out=out/gray"]) == 0
    assert "nowhere.png is not at hand" in capsys.readouterr().err


def test_a_clip_gives_motion(folder, face, capsys):
    name = list(face.expression_weights)[2]
    (folder / "clip.csv").write_text(f"seconds,{name}\n1.0,0.25\n1.5,0.75\n")
    assert _edit("--expression-from=clip.csv", "--write=json") == 0
    content = (folder / "out" / "new.glb").read_bytes()
    length = int.from_bytes(content[12:16], "little")
    described = json.loads(content[20 : 20 + length])
    (animation,) = described["animations"]
    times = described["accessors"][animation["samplers"][0]["input"]]
    assert (times["min"], times["max"]) == ([0.0], [0.5])
    assert read_record(folder / "out" / "new.json").expression.tolist() == [0.0, 0.0, 0.25, 0.0]
    assert "clip.csv lacks" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to change"),
        (["--expression=wink=1"], "no expression 'wink'; there are"),
        (["--expression=neutral", "--write=stl"], "no kind 'stl'"),
        (["--expression-from=nowhere.json"], "nowhere.json: No such file"),
        (["--expression-from=nowhere.csv"], "nowhere.csv: No such file"),
        (["--identity-from=anna.png"], "anna.png: not valid JSON"),
        (["--expression=neutral", "--model=nowhere.npz"], "nowhere.npz"),
        (["--expression=neutral", "--out=anna"], "would replace the face"),
        (["--expression=neutral", "--out=anna.png/new"], "cannot make"),
    ],
)
def test_mistakes_end_in_one_line(folder, capsys, arguments, message):
    before = {path.name for path in folder.iterdir()}
    assert _edit(*arguments) == 2
    (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("e2far edit: ")]
    assert message in line
    assert {path.name for path in folder.iterdir()} == before
