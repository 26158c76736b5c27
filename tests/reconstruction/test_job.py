from __future__ import annotations

import itertools
import json
import os
import shutil
import weakref
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from e2far_jax.journal import Journal
from e2far_jax.reconstruction.errors import ReconstructionError
from e2far_jax.reconstruction.faces import BATCH_SIZE
from e2far_jax.reconstruction.job import (
    READ_AHEAD,
    READERS,
    WRITTEN_BEHIND,
    JobSettings,
    ReconstructionJob,
)
from e2far_jax.reconstruction.regions import Given

pytestmark = pytest.mark.usefixtures("small_views")

BOX = [60.0, 40.0, 150.0, 150.0]


@pytest.fixture
def pictures(photograph, tmp_path) -> list[str]:
    """Two pictures of the same name in two folders, and one of another format."""
    paths = [tmp_path / "a" / "x.png", tmp_path / "b" / "x.png", tmp_path / "b" / "y.jpg"]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.uint8(photograph * 255)).save(path)
    return [str(path) for path in paths]


def _run(network, folder, photographs, boxes, **settings):
    folder.mkdir()
    return _again(network, folder, photographs, boxes, **settings)


def _again(network, folder, photographs, boxes, **settings):
    given = {path: Given(np.array(entries)) for path, entries in boxes.items()}
    settings = JobSettings(given, **settings)
    with Journal(folder / "journal.jsonl", {}) as journal:
        return ReconstructionJob(network, folder, settings, journal).run(photographs)


def test_every_face_has_its_files(network, pictures, tmp_path):
    moved = [number + 20.0 for number in BOX]
    boxes = dict(zip(pictures, [[BOX], [BOX], [BOX, moved]], strict=True))
    summary = _run(network, tmp_path / "out", pictures, boxes)
    assert summary.faces == ["x", "x-2", "y_0", "y_1"]
    assert summary.failures == []
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"contact_sheet.png", "journal.jsonl"} | {
        f"{face}.{suffix}" for face in summary.faces for suffix in ("json", "obj", "glb")
    }
    images = [
        json.loads((tmp_path / "out" / f"{face}.json").read_text())["image"]
        for face in summary.faces
    ]
    assert images == [*pictures, pictures[2]]
    assert len(network.batches) == 1


def test_one_bad_picture_does_not_stop_the_others(network, pictures, tmp_path, capsys):
    (tmp_path / "words.jpg").write_text("words")
    Image.new("RGB", (80, 60), "gray").save(tmp_path / "plain.png")
    bad = [str(tmp_path / name) for name in ("words.jpg", "plain.png", "missing.png", "a")]
    boxes = {pictures[0]: [BOX], pictures[1]: [[300.0, 0.0, 400.0, 100.0]], pictures[2]: [BOX]}
    summary = _run(network, tmp_path / "out", [*bad, *pictures], boxes)
    assert summary.faces == ["x", "y"]
    reasons = [
        "not a picture",
        "no face found",
        "no such file",
        "a folder",
        "outside the 240 x 200",
    ]
    shown = capsys.readouterr().err
    for failure, path, reason in zip(summary.failures, [*bad, pictures[1]], reasons, strict=True):
        assert failure.startswith(f"{path}: ")
        assert reason in failure
        assert shown.count(f"e2far: {failure}\n") == 1


def test_what_other_runs_left_is_not_replaced(network, pictures, tmp_path):
    boxes = {path: [BOX] for path in pictures}
    first, second, _ = pictures
    assert _run(network, tmp_path / "out", [first], boxes).faces == ["x"]
    assert _again(network, tmp_path / "out", [second], boxes).faces == ["x-2"]
    both = _again(network, tmp_path / "out", [second, first], boxes)
    assert (both.faces, both.before) == (["x-2", "x"], 2)
    assert _again(network, tmp_path / "out", [second], boxes, again=True).faces == ["x-2"]


def test_a_name_stands_for_one_file(network, pictures, tmp_path, monkeypatch):
    """The same words from two folders."""
    found = []
    for picture in pictures[:2]:
        monkeypatch.chdir(Path(picture).parent)
        (tmp_path / "out").mkdir(exist_ok=True)
        summary = _again(network, tmp_path / "out", ["x.png"], {"x.png": [BOX]})
        found.append((summary.faces, summary.before))
    assert found == [(["x"], 0), (["x-2"], 0)]


def test_what_has_changed_is_done_again(network, pictures, tmp_path):
    path, out = pictures[0], tmp_path / "out"
    assert _run(network, out, [path], {path: [BOX]}).before == 0
    assert _again(network, out, [path], {path: [BOX]}).before == 1
    moved = {path: [[number + 20.0 for number in BOX]]}
    assert _again(network, out, [path], moved).before == 0
    os.utime(path, (1.0, 1.0))
    again = _again(network, out, [path], moved)
    assert (again.before, again.faces) == (0, ["x"])


def test_what_failed_is_tried_again(network, pictures, photograph, tmp_path):
    Image.new("RGB", (80, 60), "gray").save(tmp_path / "plain.png")
    paths = [str(tmp_path / "plain.png"), str(tmp_path / "late.png")]
    boxes = {paths[1]: [BOX]}
    summary = _run(network, tmp_path / "out", paths, boxes)
    assert list(summary.failures_by_kind.values()) == [1, 1]
    Image.fromarray(np.uint8(photograph * 255)).save(paths[1])
    summary = _again(network, tmp_path / "out", paths, boxes)
    assert (summary.faces, summary.before) == (["late"], 1)


@pytest.mark.parametrize(
    ("stem", "message"),
    [("x" * 251, "too long"), (os.fsdecode(b"caf\xe9"), "surrogates not allowed")],
)
def test_a_face_that_cannot_be_written_does_not_stop_the_others(
    network, pictures, tmp_path, stem, message
):
    bad = str(tmp_path / f"{stem}.png")
    shutil.copy(pictures[0], bad)
    boxes = {bad: [BOX], pictures[0]: [BOX]}
    summary = _run(network, tmp_path / "out", [bad, pictures[0]], boxes, kinds=("json", "texture"))
    assert summary.faces == ["x"]
    assert summary.failures_by_kind == {"not written": 1}
    assert message in summary.failures[0]


def test_a_picture_called_as_the_summary_is(network, pictures, tmp_path):
    path = str(tmp_path / "summary.png")
    shutil.copy(pictures[0], path)
    assert _run(network, tmp_path / "out", [path], {path: [BOX]}).faces == ["summary-2"]


def test_few_photographs_are_in_memory(network, pictures, photograph, tmp_path, monkeypatch):
    """A batch, and a few that are read ahead or written behind, however many there are."""
    alive, most = weakref.WeakValueDictionary(), []
    numbers = itertools.count()

    def read(_: str) -> np.ndarray:
        alive[next(numbers)] = picture = photograph.copy()
        most.append(len(alive))
        return picture

    monkeypatch.setattr("e2far_jax.reconstruction.regions.read_photograph", read)
    paths = [str(tmp_path / f"{number}.png") for number in range(60)]
    summary = _run(network, tmp_path / "out", paths, {path: [BOX] for path in paths}, kinds=())
    assert len(summary.faces) == 60
    assert max(most) <= BATCH_SIZE + READ_AHEAD + READERS + WRITTEN_BEHIND + 1


def test_more_faces_than_a_batch(network, pictures, tmp_path):
    many = [[20.0 + x, 30.0, 90.0 + x, 110.0] for x in range(0, 110, 10)]
    summary = _run(network, tmp_path / "out", pictures[:1], {pictures[0]: many})
    assert summary.faces == [f"x_{number}" for number in range(11)]
    assert len(network.batches) == 2


def test_useless_weights_stop_the_job(network, pictures, tmp_path):
    network.broken = True
    with pytest.raises(ReconstructionError, match="not finite"):
        _run(network, tmp_path / "out", pictures[:1], {pictures[0]: [BOX]})
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["journal.jsonl"]
