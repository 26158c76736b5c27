"""`e2far edit` on faces of the small model."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import trimesh
from PIL import Image

from e2far_jax.cli import main
from e2far_jax.faces.record import read_record, record_bytes
from tests.gltf.read_back import read_glb
from tests.video.conftest import write_clip


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch):
    monkeypatch.setattr("e2far_jax.editing.picture.SIZE", 64)


@pytest.fixture
def folder(face, tmp_path, monkeypatch):
    """The current folder, with two faces and the photograph of the first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "anna.json").write_bytes(record_bytes(dataclasses.replace(face, image="anna.png")))
    other = dataclasses.replace(face, identity=-face.identity, expression=face.expression[::-1])
    (tmp_path / "bert.json").write_bytes(
        record_bytes(dataclasses.replace(other, image="nowhere.png"))
    )
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
    seconds, weights = read_glb((folder / "out" / "new.glb").read_bytes()).channel("weights")
    assert seconds.tolist() == [0.0, 0.5]
    assert weights.tolist() == [0.0, 0.0, 0.25, 0.0, 0.0, 0.0, 0.75, 0.0]
    assert read_record(folder / "out" / "new.json").expression.tolist() == [0.0, 0.0, 0.25, 0.0]
    said = capsys.readouterr()
    assert "clip.csv lacks" in said.err
    assert "out/new: json, glb, moving; before" in said.out


@pytest.mark.parametrize("others", ["", "neutral,"])
def test_an_expression_is_held_through_a_clip(folder, face, others):
    names = list(face.expression_weights)
    (folder / "clip.csv").write_text(f"seconds,{names[1]},{names[2]}\n0,0.1,0.25\n1,0.2,0.75\n")
    assert _edit("--expression-from=clip.csv", f"--expression={others}{names[1]}=1") == 0
    _, weights = read_glb((folder / "out" / "new.glb").read_bytes()).channel("weights")
    moving = [0.0, 0.0] if others else [0.25, 0.75]
    assert weights.reshape(2, 4).tolist() == [[0.0, 1.0, weight, 0.0] for weight in moving]
    new = read_record(folder / "out" / "new.json")
    assert new.expression.tolist() == [0.0, 1.0, moving[0], 0.0]


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (["--expression=neutral", "--out=anna"], "anna.json"),
        (["--expression=neutral", "--write=ply", "--out=here/../anna"], "anna.json"),
        (["--expression=neutral", "--out=photo"], "photo.png"),
        (["--expression=neutral", "--write=depth", "--out=holiday"], "holiday.depth.png"),
        (["--expression-from=bert.json", "--out=bert"], "bert.json"),
        (["--identity-from=bert.json", "--out=bert"], "bert.json"),
        (["--identity-from=link.json", "--out=bert"], "link.json"),
        (["--expression-from=clip.csv", "--out=clip"], "clip.csv"),
    ],
)
def test_nothing_that_was_read_is_replaced(folder, face, capsys, arguments, file):
    picture = file if file.endswith(".png") else "photo.png"
    (folder / "anna.png").rename(picture)
    (folder / "anna.json").write_bytes(record_bytes(dataclasses.replace(face, image=picture)))
    (folder / "link.json").symlink_to("bert.json")
    (folder / "clip.csv").write_text(f"seconds,{next(iter(face.expression_weights))}\n0,0.5\n")
    (folder / "here").mkdir()
    before = {path: path.is_file() and path.read_bytes() for path in folder.iterdir()}
    assert _edit(*arguments) == 2
    assert f"{file} might be overwritten by the results" in capsys.readouterr().err
    assert {path: path.is_file() and path.read_bytes() for path in folder.iterdir()} == before


def test_a_photograph_of_the_same_name_but_another_kind_is_no_obstacle(folder, face):
    Image.open("anna.png").save("photo.jpg")
    (folder / "anna.json").write_bytes(record_bytes(dataclasses.replace(face, image="photo.jpg")))
    assert _edit("--expression=neutral", "--write=json", "--out=photo") == 0
    assert (folder / "photo.png").is_file()


@pytest.mark.parametrize("where", [".", "films"])
def test_a_frame_of_a_video_gives_colours(folder, face, capsys, where):
    """Found from the current folder, or from the record's."""
    (folder / "films").mkdir()
    shades = [np.full((400, 600, 3), level / 10.0, np.float32) for level in range(8)]
    write_clip(folder / where / "a, frame 1.mp4", shades)
    record = dataclasses.replace(face, image="a, frame 1.mp4, frame 5")
    (folder / where / "anna.json").write_bytes(record_bytes(record))
    arguments = ["--out=out/new", "--expression=neutral", "--write=ply"]
    assert main(["edit", f"{where}/anna.json", *arguments]) == 0
    assert capsys.readouterr().err == ""
    colours = trimesh.load_mesh(folder / "out" / "new.ply", process=False).visual.vertex_colors
    np.testing.assert_allclose(colours[:, :3], 128, atol=8)  # of 25 a frame


@pytest.mark.parametrize("image", ["anna.png, frame 3", "clip.mp4, frame 9", "no.mp4, frame 0"])
def test_a_frame_that_is_not_at_hand_leaves_the_face_gray(folder, face, capsys, image):
    write_clip(folder / "clip.mp4", [np.zeros((400, 600, 3), np.float32)] * 3)
    (folder / "anna.json").write_bytes(record_bytes(dataclasses.replace(face, image=image)))
    assert _edit("--expression=neutral", "--write=json") == 0
    assert f"{image} is not at hand" in capsys.readouterr().err


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
        (["--expression=neutral", "--out="], "expected a folder and a name"),
        (["--expression=neutral", "--out=."], "expected a folder and a name"),
        (["--expression=neutral", "--out=out/.."], "expected a folder and a name"),
        (["--expression=neutral", "--out=anna.png/new"], "cannot make"),
    ],
)
def test_mistakes_end_in_one_line(folder, capsys, arguments, message):
    before = {path.name for path in folder.iterdir()}
    assert _edit(*arguments) == 2
    (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("e2far edit: ")]
    assert message in line
    assert {path.name for path in folder.iterdir()} == before
