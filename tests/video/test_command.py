"""The command from end to end, on discs; and on rendered faces, with the package's network."""

from __future__ import annotations

import csv
import json
import math

import jax.numpy as jnp
import numpy as np
import pytest

import e2far_jax
from e2far_jax.errors import UsageError
from e2far_jax.faces import record
from e2far_jax.gallery.studio import mesh_picture
from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable.model import shape
from e2far_jax.video import command, job
from e2far_jax.video.command import track
from e2far_jax.video.earlier import remove_earlier
from tests.gltf.read_back import read_glb
from tests.video.conftest import Disc, DiscNetwork, disc_picture, write_clip
from tests.video.lag import lag_in_frames

NTSC = 30000 / 1001


def _discs(frame: int) -> list[Disc]:
    jaw = 0.5 + 0.3 * math.sin(frame / 4.0)
    return [Disc(60 + frame, 80, 25.0, jaw), Disc(190, 70, 18.0, who=0.85)]


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", [disc_picture(_discs(n)) for n in range(36)], NTSC)


@pytest.fixture
def stand_in(monkeypatch, model, disc_detector):
    monkeypatch.setattr(command, "load_network", lambda weights, spec: DiscNetwork(model, 0.02))
    monkeypatch.setattr(record, "load_face_model", lambda settings: model)


@pytest.mark.usefixtures("stand_in")
def test_everything_is_written(tmp_path, clip, capsys, model):
    out = tmp_path / "new" / "out"
    assert track(str(clip), str(out), None, None) == 0
    names = {path.name for path in out.iterdir()}
    people = {f"PERSON_{n}.{kind}" for n in (1, 2) for kind in ("csv", "glb", "json")}
    assert names == people | {"summary.json", "overlay.mp4"}
    said = capsys.readouterr().out.splitlines()
    assert said[1].startswith("PERSON_1  00:00:00:00  00:00:01:05  36")
    assert said[-2:] == [
        f"2 people in 1 shot: .csv, .glb and .json for each in {out}",
        f"overlay: {out / 'overlay.mp4'}",
    ]
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["frames"], summary["shots"]) == (36, [0])
    for entry in summary["people"]:
        assert entry["jitter_after"]["pixels"] < entry["jitter_before"]["pixels"]


@pytest.mark.usefixtures("stand_in")
def test_the_files_agree_with_each_other(tmp_path, clip):
    track(str(clip), str(tmp_path / "out"), None, None, with_overlay=False)
    assert not (tmp_path / "out" / "overlay.mp4").exists()
    face = record.read_record(tmp_path / "out" / "PERSON_1.json")
    with (tmp_path / "out" / "PERSON_1.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    jaw = [float(row["jawOpen"]) for row in rows]
    frame = int(face.image.rpartition("frame ")[2])
    assert jaw[frame] == pytest.approx(float(face.expression[0]), abs=1e-5)
    assert abs(face.camera.translation[0] - (60 + frame)) < 1.5  # the larger disc is the first
    glb = read_glb((tmp_path / "out" / "PERSON_1.glb").read_bytes())
    seconds, weights = glb.channel("weights")
    np.testing.assert_allclose(weights.reshape(36, 4)[:, 0], jaw, atol=1e-5)
    np.testing.assert_allclose(seconds, [float(row["seconds"]) for row in rows], atol=1e-5)
    assert seconds[-1] == pytest.approx(35 / NTSC, abs=2e-3)
    assert "COLOR_0" in glb.primitive["attributes"]


@pytest.mark.usefixtures("stand_in")
def test_an_interrupted_overlay_leaves_all_else_whole(tmp_path, clip, monkeypatch):
    class Interrupted:
        def __init__(self, *arguments):
            raise KeyboardInterrupt

    monkeypatch.setattr(job, "Overlay", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        track(str(clip), str(tmp_path / "out"), None, None)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    people = {f"PERSON_{n}.{kind}" for n in (1, 2) for kind in ("csv", "glb", "json")}
    assert names == people | {"summary.json"}


@pytest.mark.usefixtures("stand_in")
def test_a_video_without_a_face_is_said_to_be(tmp_path, capsys):
    clip = write_clip(tmp_path / "clip.mp4", [disc_picture([])] * 12)
    assert track(str(clip), str(tmp_path / "out"), None, None) == 1
    assert "no face could be followed" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.usefixtures("stand_in")
def test_an_earlier_videos_results_do_not_stay(tmp_path, clip):
    """What others put there does."""
    out = tmp_path / "out"
    track(str(clip), str(out), None, None)
    others = ("PERSON_3.json", "PERSON_2.obj", "notes.txt")
    for name in others:
        (out / name).write_text("not of the earlier run")
    alone = write_clip(tmp_path / "alone.mp4", [disc_picture([Disc(80, 80)])] * 15)
    track(str(alone), str(out), None, None, with_overlay=False)
    people = {f"PERSON_1.{kind}" for kind in ("csv", "glb", "json")}
    assert {path.name for path in out.iterdir()} == {*people, *others, "summary.json"}
    (person,) = json.loads((out / "summary.json").read_text())["people"]
    assert person["frames"] == 15


@pytest.mark.parametrize(
    "summary", [None, "[]", "{}", '{"people": 1}', '{"people": [{"name": "../PERSON_1"}]}', "\0"]
)
def test_files_that_no_earlier_run_wrote_stay(tmp_path, summary):
    folder = tmp_path / "out"
    folder.mkdir()
    kept = [tmp_path / "PERSON_1.json", folder / "PERSON_1.json", folder / "overlay.mp4"]
    for path in kept:
        path.touch()
    if summary is not None:
        (folder / "summary.json").write_text(summary)
    remove_earlier(folder, overlay_stays=False)
    assert all(path.exists() for path in kept)
    assert (folder / "summary.json").exists() == (summary is not None)


def test_mistakes_are_refused_before_anything_is_done(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        track(str(tmp_path / "no.mp4"), str(tmp_path / "out"), None, None)
    own = write_clip(tmp_path / "overlay.mp4", [disc_picture([])] * 3)
    with pytest.raises(UsageError, match="would be overwritten"):
        track(str(own), str(tmp_path), None, None)
    assert list(tmp_path.iterdir()) == [own]


@pytest.mark.slow
def test_a_rendered_head_is_followed_by_the_packages_network(tmp_path):
    """It turns and opens its mouth; what comes out moves with it."""
    model, size, count = e2far_jax.load_weights().face_model, 160, 30
    seconds = np.arange(count) / 25.0
    yaw = 0.35 * np.sin(2.0 * math.pi * seconds / 1.6)
    jaw = 0.4 - 0.4 * np.cos(2.0 * math.pi * seconds / 0.8)
    expressions = np.zeros((count, model.expression_size), np.float32)
    expressions[:, model.expression_names.index("jawOpen")] = jaw
    random, pictures = np.random.default_rng(0), []
    for row in range(count):
        turn = rotation_from_euler(jnp.float32(0.0), jnp.float32(yaw[row]), jnp.float32(0.0))
        camera = Camera(turn, jnp.float32(0.5), jnp.full(2, size / 2.0))
        vertices = shape(model, jnp.zeros(model.identity_size), jnp.asarray(expressions[row]))
        picture = mesh_picture(model, vertices, camera, size)
        pictures.append(np.clip(picture + random.normal(0.0, 0.02, picture.shape), 0.0, 1.0))
    clip = write_clip(tmp_path / "clip.mp4", pictures)
    assert track(str(clip), str(tmp_path / "out"), None, "default", with_overlay=False) == 0
    with (tmp_path / "out" / "PERSON_1.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count
    yaws, jaws = (np.array([float(row[name]) for row in rows]) for name in ("head_yaw", "jawOpen"))
    assert np.corrcoef(yaw, yaws)[0, 1] > 0.98
    assert abs(lag_in_frames(yaw, yaws)) < 0.5
    assert np.corrcoef(jaw, jaws)[0, 1] > 0.6  # a plain gray face is not what it has learnt from
    (person,) = json.loads((tmp_path / "out" / "summary.json").read_text())["people"]
    assert person["jitter_after"]["pixels"] < 0.8 * person["jitter_before"]["pixels"]
