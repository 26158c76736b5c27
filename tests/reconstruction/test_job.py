from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from e2far_jax.journal import Journal
from e2far_jax.reconstruction.errors import ReconstructionError
from e2far_jax.reconstruction.job import JobSettings, ReconstructionJob
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


def _run(network, folder, photographs, boxes):
    folder.mkdir()
    return _again(network, folder, photographs, boxes)


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
