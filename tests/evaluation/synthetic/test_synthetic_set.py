"""The whole benchmark on the small model: systems, errors by grade."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
import trimesh

from e2far_jax.evaluation.jobs.baselines import baselines
from e2far_jax.evaluation.jobs.network import NetworkSystem
from e2far_jax.evaluation.jobs.predictions import PredictionsSystem
from e2far_jax.evaluation.jobs.runner import run_system
from e2far_jax.evaluation.jobs.synthetic_set import MEASURES, SyntheticSet, open_synthetic_set
from e2far_jax.evaluation.jobs.systems import Picture, PredictedFace, System
from e2far_jax.evaluation.metrics.landmarks import face_length
from e2far_jax.journal import Journal
from e2far_jax.morphable.model import neutral_shape, shape
from e2far_jax.scans.mesh import Mesh


@dataclasses.dataclass(frozen=True)
class Truthful:
    """Says what is true, but for a size and a shift of the picture."""

    benchmark: SyntheticSet
    growth: float = 1.0
    pixels: float = 0.0
    name: str = "truthful"
    description: str = "the truth"
    fingerprint: str = "1"

    def faces(self, pictures: Sequence[Picture]) -> Iterator[PredictedFace]:
        model, truths = self.benchmark.model, self.benchmark.truths
        known = {truth.picture.name: truth for truth in truths}
        for truth in (known[picture.name] for picture in pictures):
            identity = jnp.asarray(truth.identity)
            vertices = shape(model, identity, jnp.asarray(truth.expression))
            place = truth.camera.translation + self.pixels
            camera = dataclasses.replace(truth.camera, translation=place)
            yield PredictedFace(
                truth.landmarks + self.pixels,
                mesh=Mesh(self.growth * np.float64(vertices), np.asarray(model.triangles)),
                neutral_vertices=self.growth * np.float64(neutral_shape(model, identity)),
                camera=camera,
            )


def test_the_truth_has_no_error_and_a_shift_its_length(model, drawn, folder: Path) -> None:
    benchmark = open_synthetic_set(model, folder, 2)
    truth = benchmark.truths[-1]
    measure = benchmark.measure(folder)

    def errors(**changes: float) -> dict[str, float]:
        (face,) = Truthful(benchmark, **changes).faces([truth.picture])
        return measure(face, truth)

    assert set(MEASURES) <= set(errors())
    assert all(value == pytest.approx(0.0, abs=1e-2) for value in errors().values())
    assert errors(growth=1.3)["neutral"] == pytest.approx(0.0, abs=1e-4)
    moved = 100.0 * 3.0 * 2.0**0.5 / float(face_length(truth.landmarks[None])[0])
    for name in ("nme", "dense"):
        assert errors(pixels=3.0)[name] == pytest.approx(moved, rel=1e-4)


def test_other_vertices_have_errors_of_landmarks_alone(model, drawn, folder: Path) -> None:
    benchmark = open_synthetic_set(model, folder, 1)
    truth = benchmark.truths[0]
    (face,) = Truthful(benchmark).faces([truth.picture])
    fewer = Mesh(face.mesh.vertices[1:], face.mesh.triangles[:1])
    finding = benchmark.measure(folder)(dataclasses.replace(face, mesh=fewer), truth)
    assert not {"dense", "neutral", "expressive"} & set(finding)
    assert finding["nme"] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("ending", ["obj", "ply"])
def test_anybodys_files(model, drawn, folder: Path, tmp_path: Path, ending: str) -> None:
    benchmark = open_synthetic_set(model, folder, 1)
    truth = benchmark.truths[5]
    (face,) = Truthful(benchmark, growth=1.2).faces([truth.picture])
    path = tmp_path / "theirs" / truth.picture.name
    path.parent.mkdir(parents=True)
    mesh = trimesh.Trimesh(face.mesh.vertices, face.mesh.triangles, process=False)
    mesh.export(path.with_suffix(f".{ending}"))
    np.save(path.with_suffix(".npy"), truth.landmarks + 1.0)
    (theirs,) = PredictionsSystem("theirs", tmp_path / "theirs").faces([truth.picture])
    finding = benchmark.measure(folder)(theirs, truth)
    expected = 100.0 * 2.0**0.5 / float(face_length(truth.landmarks[None])[0])
    assert finding == {
        "nme": pytest.approx(expected),
        "expressive": pytest.approx(0.0, abs=1e-3),
    }


def test_baselines_and_a_network_by_grade(model, drawn, network, folder: Path) -> None:
    """Headline numbers are sure to the degree that two people are."""
    benchmark = open_synthetic_set(model, folder, 2)
    landmarks = {truth.picture.name: truth.landmarks for truth in benchmark.truths}
    mean_face, fit = baselines(model, landmarks)
    assert isinstance(fit, System)
    assert mean_face.fingerprint != fit.fingerprint
    found = []
    for system in (NetworkSystem("stand-in", network, "1"), mean_face, fit):
        with Journal(folder / f"{system.name}.jsonl", {}) as journal:
            run_system(system, benchmark.truths, benchmark.measure(folder), journal)
        part = benchmark.system(system.name, system.description, journal.findings, folder)
        assert set(part.measures) == set(MEASURES)
        means = {figure.name: figure for figure in part.figures}
        for key, (figure, _) in MEASURES.items():
            assert means[figure].count == 2
            assert means[figure].interval.mean == pytest.approx(part.measures[key].values.mean())
        apart = means["NME of 68 landmarks"].interval
        of_people = part.measures["nme"].values.reshape(-1, 2).mean(axis=0)
        np.testing.assert_allclose(sorted(of_people), [apart.low, apart.high])
        found.append(part.measures)
    for name in ("nme", "neutral", "expressive"):
        assert (found[2][name].values < found[1][name].values).mean() > 0.9
        assert np.isfinite(found[0][name].values).all()
    assert benchmark.strata["grade"][:2] == ("level 0", "level 0")
    assert benchmark.digest in benchmark.data_set
    assert benchmark.digest[:12] in benchmark.title


def test_pictures_of_a_face_for_the_report(model, drawn, folder: Path) -> None:
    benchmark = open_synthetic_set(model, folder, 1)
    (face,) = Truthful(benchmark, pixels=5.0).faces([benchmark.truths[0].picture])
    shown = benchmark.pictures(face, benchmark.truths[0])
    assert [*shown] == ["picture", "true and predicted", "errors of the shape"]
    assert not np.array_equal(shown["picture"], shown["true and predicted"])
