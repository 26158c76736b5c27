"""Whole evaluations of small copies of data sets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import trimesh
from PIL import Image
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.jobs.evaluate_set import evaluate_set
from e2far_jax.evaluation.jobs.network import NetworkSystem
from e2far_jax.evaluation.jobs.open import NAMES, open_set
from e2far_jax.evaluation.jobs.predictions import PredictionsSystem
from tests.data_sets.trees import picked_points, posed_values, write

NOSES = {"F1/selfie/IMG_1": 20.0, "F2/multiview_neutral/IMG_2": 32.0}  # mm


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (450, 450), (90, 120, 200)).save(path)


# Where a face has the corners of its eyes, the nose's base and the corners of its mouth, mm.
PLACES = [(-45, 30), (-18, 30), (18, 30), (45, 30), (0, -25), (-25, -50), (25, -50)]


def mask(nose: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices, triangles and the seven landmarks of a dome with a nose, mm."""
    x, y = (
        axis.ravel() for axis in np.meshgrid(np.linspace(-80, 80, 17), np.linspace(-100, 100, 21))
    )
    z = 60.0 * np.sqrt(np.maximum(0.0, 2.0 - (x / 80) ** 2 - (y / 100) ** 2))
    z += nose * np.exp(-((x / 15) ** 2) - ((y + 10) / 20) ** 2)
    corner = (17 * np.arange(20)[:, None] + np.arange(16)).ravel()
    halves = [[corner, corner + 1, corner + 18], [corner, corner + 18, corner + 17]]
    triangles = np.concatenate([np.stack(half, axis=1) for half in halves])
    landmarks = [np.argmin((x - a) ** 2 + (y - b) ** 2) for a, b in PLACES]
    vertices = np.stack([x, y, z], axis=1)
    return vertices, triangles, vertices[landmarks]


def write_mask(path: Path, vertices: np.ndarray, triangles: np.ndarray) -> None:
    mesh = trimesh.Trimesh(vertices, triangles, process=False)
    write(path, mesh.export(file_type="obj", digits=9).encode())


def copy_of_now(folder: Path) -> Path:
    """Two people, one picture each, whose noses differ."""
    write(folder / "imagepathsvalidation.txt", "".join(f"{name}.jpg\n" for name in NOSES))
    for name, nose in NOSES.items():
        subject, (vertices, triangles, landmarks) = name.split("/")[0], mask(nose)
        picture(folder / "iphone_pictures" / f"{name}.jpg")
        box = folder / "detected_face" / f"{name}.npy"
        box.parent.mkdir(parents=True, exist_ok=True)
        np.save(box, {"left": 120.0, "right": 330.0, "top": 100.0, "bottom": 350.0})
        write_mask(folder / "scans" / subject / "scan.obj", vertices, triangles)
        write(folder / "scans_lmks_onlypp" / subject / "scan.pp", picked_points(landmarks))
    return folder


@pytest.mark.slow
def test_now(tmp_path: Path, network) -> None:
    """The true faces, turned and enlarged, are right but for their size; the first is not both."""
    data = copy_of_now(tmp_path / "now")
    turn = 1.1 * Rotation.from_euler("yx", [40, 20], degrees=True).as_matrix().T
    for name, nose in NOSES.items():
        vertices, triangles, landmarks = mask(nose)
        turned = tmp_path / "right" / name
        write_mask(turned.with_suffix(".obj"), vertices @ turn + 5.0, triangles)
        np.save(turned.with_suffix(".npy"), landmarks @ turn + 5.0)
        vertices, triangles, landmarks = mask(20.0)
        same = tmp_path / "same" / name
        write_mask(same.with_suffix(".obj"), vertices, triangles)
        np.save(same.with_suffix(".npy"), landmarks)
    systems = [PredictionsSystem(name, tmp_path / name, scans=True) for name in ("same", "right")]
    systems.append(NetworkSystem("stand-in", network, "1", neutral=True))
    for name, size_counts in (("now", False), ("now-metrical", True)):
        report = evaluate_set(open_set(name, data), systems, tmp_path / name)
        same, right, stand_in = report.systems
        assert same.measures["mean"].values[0] == pytest.approx(0.0, abs=1e-4)
        assert same.measures["mean"].values[1] > 0.3
        assert (right.measures["mean"].values > 0.3).all() == size_counts
        if not size_counts:
            np.testing.assert_allclose(right.measures["mean"].values, 0.0, atol=1e-3)
        assert report.strata == {"challenge": ("selfie", "multiview_neutral")}
        assert np.isfinite(stand_in.measures["mean"].values).all()
        assert not stand_in.failures
    written = json.loads((tmp_path / "now" / "report.json").read_text())
    assert [system["name"] for system in written["systems"]] == ["same", "right", "stand-in"]
    assert (tmp_path / "now" / "faces.png").exists()
    assert "NoW, non-metrical" in (tmp_path / "now" / "report.md").read_text()


def test_an_interrupted_evaluation_goes_on(tmp_path: Path, network, monkeypatch) -> None:
    """On AFLW2000-3D's form; what was measured is not measured again."""
    data = tmp_path / "AFLW2000"
    for number in range(3):
        picture(data / f"image0000{number}.jpg")
        scipy.io.savemat(data / f"image0000{number}.mat", posed_values(number))
    evaluation = open_set("aflw2000-3d", data)
    system = NetworkSystem("stand-in", network, "1")
    first = evaluate_set(evaluation, [system], tmp_path / "out")
    assert np.isfinite(first.systems[0].measures["nme"].values).all()
    assert {"yaw"} == first.strata.keys()
    journal = tmp_path / "out" / "findings" / "stand-in" / "items.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:2]) + lines[2][:20])
    before = len(network.batches)
    monkeypatch.setattr("e2far_jax.evaluation.jobs.evaluate_set._worth_a_look", lambda *_: [])
    again = evaluate_set(evaluation, [system], tmp_path / "out")
    assert len(network.batches) == before + 1
    np.testing.assert_allclose(
        again.systems[0].measures["nme"].values, first.systems[0].measures["nme"].values
    )
    with pytest.raises(ValueError, match="all different"):
        evaluate_set(evaluation, [system, system], tmp_path / "out")


def test_the_real_pair_of_300w_lp(real_data: Path, tmp_path: Path) -> None:
    """Its own annotation as a prediction: MATLAB's pixels are half a pixel from ours."""
    data, theirs = tmp_path / "300W_LP", tmp_path / "theirs"
    (data / "IBUG").mkdir(parents=True)
    for ending in ("jpg", "mat"):
        file = f"IBUG_image_008_1_0.{ending}"
        (data / "IBUG" / file).symlink_to(real_data / "w300lp" / file)
    evaluation = open_set("300w-lp", data)
    points = scipy.io.loadmat(data / "IBUG" / "IBUG_image_008_1_0.mat")["pt2d"].T
    (theirs / "IBUG").mkdir(parents=True)
    np.save(theirs / "IBUG" / "IBUG_image_008_1_0.npy", points - 0.5)
    report = evaluate_set(evaluation, [PredictionsSystem("theirs", theirs)], tmp_path / "out")
    assert report.systems[0].measures["nme"].values[0] == pytest.approx(0.0, abs=1e-6)


def test_an_unknown_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no data set 'moon'; the choices are 300w-lp"):
        open_set("moon", tmp_path)
    assert "realy" in NAMES
