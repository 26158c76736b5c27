"""Systems over data sets, with stand-ins for both."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.jobs.landmark_sets import (
    LandmarkSet,
    LandmarkTruth,
    measure_landmarks,
)
from e2far_jax.evaluation.jobs.runner import run_system
from e2far_jax.evaluation.jobs.scan_rules import ScanDistances, ScanRules
from e2far_jax.evaluation.jobs.scan_sets import ScanSet, ScanTruth
from e2far_jax.evaluation.jobs.systems import Failure, Picture, PredictedFace
from e2far_jax.geometry.cameras import Camera
from e2far_jax.journal import Journal
from e2far_jax.scans.mesh import Mesh

RANDOM = np.random.default_rng(0)
FRONTAL = Camera(jnp.eye(3), jnp.ones(()), jnp.zeros(2))
# A box of 100 by 100 pixels, so that an error in pixels is one in percent.
TRUE = np.concatenate([[[0.0, 0.0], [100.0, 100.0]], RANDOM.uniform(0, 100, (66, 2))])


def moved(pixels: float) -> np.ndarray:
    return TRUE + np.array([pixels, 0.0])


def truth(name: str, degrees: float = 0.0) -> LandmarkTruth:
    rotation = Rotation.from_euler("y", degrees, degrees=True).as_matrix()
    return LandmarkTruth(Picture(name, Path(f"{name}.png")), TRUE, rotation)


@dataclasses.dataclass
class Shifted:
    """Predicts the truth some pixels to the side; fails on items called "bad"."""

    pixels: float
    name: str = "shifted"
    description: str = "a stand-in"
    fingerprint: str = "1"
    asked: int = 0

    def faces(self, pictures: Sequence[Picture]) -> Iterator[PredictedFace | Failure]:
        for picture in pictures:
            self.asked += 1
            if picture.name == "bad":
                yield Failure("no face was found")
            elif picture.name == "empty":
                yield PredictedFace()
            else:
                yield PredictedFace(moved(self.pixels), camera=FRONTAL)


def test_each_item_is_measured_once_however_often_it_is_interrupted(tmp_path: Path) -> None:
    truths = [truth(name) for name in ("a", "bad", "b", "empty")]
    system = Shifted(3.0)
    with Journal(tmp_path / "j", {}) as journal:
        run_system(system, truths[:2], measure_landmarks, journal)
    with Journal(tmp_path / "j", {}) as journal:
        run_system(system, truths, measure_landmarks, journal)
        assert system.asked == 4
        assert journal.findings["a"]["nme"] == pytest.approx(3.0)
        assert journal.findings["bad"] == {"failure": "no face was found"}
        assert "no landmarks" in journal.findings["empty"]["failure"]


def test_a_report_of_landmarks_leaves_out_what_failed_and_says_so(tmp_path: Path) -> None:
    turned = {"a": 0.0, "bad": 0.0, "b": 40.0, "c": 70.0}
    landmarks = LandmarkSet("set", "a set", [truth(*item) for item in turned.items()])
    pixels = {"a": 2.0, "b": 4.0, "c": 9.0}
    findings = {
        name: measure_landmarks(
            PredictedFace(moved(pixels[name]), camera=FRONTAL), truth(name, turned[name])
        )
        for name in pixels
    }
    findings["bad"] = {"failure": "no face"}
    system = landmarks.system("s", "a stand-in", findings, tmp_path)
    figures = {figure.name: figure for figure in system.figures}
    assert figures["NME of 68 landmarks"].interval.mean == pytest.approx(5.0)
    assert figures["NME of 68 landmarks"].count == 3
    assert figures["NME, |yaw| 30-60 degrees"].interval.mean == pytest.approx(4.0)
    assert figures["NME, mean of the three bins of yaw"].interval.mean == pytest.approx(5.0)
    assert figures["rotation"].interval.mean == pytest.approx(110 / 3, abs=1e-3)
    assert figures["absolute error of yaw"].interval.mean == pytest.approx(110 / 3, abs=1e-3)
    assert figures["absolute error of roll"].interval.mean == pytest.approx(0.0, abs=1e-3)
    assert system.failures == {"bad": "no face"}
    assert np.isnan(system.measures["nme"].values[1])
    assert landmarks.strata["yaw"] == ("0-30", "0-30", "30-60", "60-90")


def test_scans_are_pooled_over_the_pictures(tmp_path: Path) -> None:
    """Known distances: the pooled mean weighs points, the other one pictures."""

    def distances(mesh: Mesh, landmarks: np.ndarray, item: int) -> ScanDistances:
        return ScanDistances(np.zeros((item, 3)), np.full(item, abs(mesh.vertices[0, 2])))

    rules = ScanRules("rules", "a set", "how", True, distances, ("size", str))
    scans = ScanSet(rules, [ScanTruth(Picture(f"folder/{n}", Path("x")), n) for n in (30, 10)])
    measure = scans.measure(tmp_path)
    findings = {}
    for known, depth in zip(scans.truths, (1.0, 5.0), strict=True):
        mesh = Mesh(np.full((3, 3), depth), np.array([[0, 1, 2]], np.int32))
        face = PredictedFace(landmarks_3d=np.zeros((68, 3)), mesh=mesh)
        findings[known.picture.name] = measure(face, known)
    system = scans.system("s", "a stand-in", findings, tmp_path)
    figures = {figure.name: figure.interval.mean for figure in system.figures}
    assert figures["median distance"] == pytest.approx(1.0)
    assert figures["mean distance"] == pytest.approx(2.0)
    assert figures["standard deviation of the distance"] == pytest.approx(np.sqrt(3.0))
    assert figures["RMSE of the scan's points"] == pytest.approx(3.0)
    assert scans.strata == {"size": ("30", "10")}
    with pytest.raises(ValueError, match="5 landmarks; expected the seven, or 68"):
        measure(PredictedFace(landmarks_3d=np.zeros((5, 3)), mesh=mesh), scans.truths[0])
    with pytest.raises(ValueError, match="no mesh"):
        measure(PredictedFace(landmarks_3d=np.zeros((68, 3))), scans.truths[0])
