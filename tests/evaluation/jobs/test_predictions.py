from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from e2far_jax.evaluation.jobs.predictions import PredictionsSystem
from e2far_jax.evaluation.jobs.systems import Failure, Picture, System

POINTS = np.random.default_rng(0).uniform(0, 100, (68, 3))


def pictures(*names: str) -> list[Picture]:
    return [Picture(name, Path("unopened.png")) for name in names]


def test_landmarks_of_pictures(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    np.save(tmp_path / "folder" / "a.npy", POINTS)
    np.savetxt(tmp_path / "b.txt", POINTS[:, :2])
    np.savetxt(tmp_path / "few.txt", POINTS[:67, :2])
    (tmp_path / "broken.txt").write_text("1 2\n3 x\n")
    system = PredictionsSystem("theirs", tmp_path)
    assert isinstance(system, System)
    a, b, few, broken, none = system.faces(pictures("folder/a", "b", "few", "broken", "none"))
    np.testing.assert_array_equal(a.landmarks_2d, POINTS[:, :2])
    np.testing.assert_allclose(b.landmarks_2d, POINTS[:, :2])
    assert "there are 67; expected 68" in few.reason
    assert "broken.txt: line 2" in broken.reason
    assert isinstance(none, Failure)
    assert "none: no file that ends with .npy" in none.reason


def test_meshes_with_their_landmarks(tmp_path: Path) -> None:
    sphere = trimesh.creation.icosphere(subdivisions=1)
    for name in ("a", "alone"):
        sphere.export(tmp_path / f"{name}.ply")
    np.save(tmp_path / "a.npy", POINTS[:7])
    a, alone = PredictionsSystem("theirs", tmp_path, scans=True).faces(pictures("a", "alone"))
    np.testing.assert_allclose(a.mesh.vertices, sphere.vertices, atol=1e-6)
    np.testing.assert_array_equal(a.mesh.triangles, sphere.faces)
    np.testing.assert_array_equal(a.landmarks_3d, POINTS[:7])
    assert "alone: no file that ends with .npy" in alone.reason


def test_changed_files_have_another_fingerprint(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", POINTS)
    first = PredictionsSystem("theirs", tmp_path).fingerprint
    assert PredictionsSystem("theirs", tmp_path).fingerprint == first
    np.save(tmp_path / "b.npy", POINTS)
    assert PredictionsSystem("theirs", tmp_path).fingerprint != first


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nowhere: no folder of predictions"):
        PredictionsSystem("theirs", tmp_path / "nowhere")
