"""The default face's identity: how much people differ, that they stay whole, and stay the same."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import jax
import numpy as np
import pytest

from e2far_jax.morphable import open as opening
from e2far_jax.morphable import open_morphable_model
from e2far_jax.morphable.default import default_model
from e2far_jax.morphable.default.identity import identity_modes
from e2far_jax.morphable.default.template import Template, build_template
from e2far_jax.morphable.formats.npz import write_npz
from e2far_jax.morphable.model import MorphableModel, gram_matrix
from e2far_jax.morphable.statistics import (
    crossing_faces,
    distance_deviations,
    face_parts,
    part_spread,
    random_identities,
    spectrum,
)
from tests.morphable import checksum as figures

REPOSITORY = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def face() -> MorphableModel:
    return default_model()


@pytest.fixture(scope="module")
def template() -> Template:
    return build_template()


def test_modes_are_orthogonal_over_the_face_with_clearly_falling_variance(face: MorphableModel):
    gram = np.asarray(gram_matrix(face.identity_basis, face.regions["face"]), np.float64)
    deviations = np.sqrt(np.diag(gram))
    assert face.identity_size == 199
    assert (deviations[1:] / deviations[:-1]).max() < 1 - 0.9e-3
    correlation = gram / np.outer(deviations, deviations)
    np.testing.assert_allclose(correlation, np.eye(199), atol=1e-3)


def test_faces_are_mostly_symmetric(face: MorphableModel, template: Template):
    """Each mode is symmetric or antisymmetric, and the latter make up little."""
    modes = np.asarray(face.identity_basis)
    mirrored = modes[template.mirror] * np.array([-1.0, 1.0, 1.0])[:, None]
    inside = np.asarray(face.regions["face"])
    symmetric, asymmetric = (
        ((modes + sign * mirrored)[inside] ** 2).sum((0, 1)) / 4 for sign in (1, -1)
    )
    assert (np.minimum(symmetric, asymmetric) < 1e-4 * np.maximum(symmetric, asymmetric)).all()
    assert 0.01 < asymmetric.sum() / symmetric.sum() < 0.1


def test_heads_vary_in_size_by_four_percent(face: MorphableModel):
    mean, basis = np.asarray(face.mean), np.asarray(face.identity_basis)
    inside = np.asarray(face.regions["face"])
    centred = mean[inside] - mean[inside].mean(axis=0)
    growth = np.einsum("nc,nci->i", centred, basis[inside]) / (centred**2).sum()
    assert 0.035 < np.linalg.norm(growth) < 0.05


# Adults' deviations in mm, both sexes together: approximate figures remembered from the literature
# (Farkas, "Anthropometry of the head and face", 1994, above all), no transcription, and of points
# that differ a little from the 68; hence the wide margin.
ANTHROPOMETRIC = {
    "face width": 6.0, "jaw width": 6.5, "face height": 8.0, "lower face": 6.0, "nose width": 2.7,
    "nose height": 3.8, "nose depth": 1.8, "mouth width": 3.9, "between the eyes": 2.6,
    "outer eye corners": 3.5, "eye length": 1.3, "eye opening": 1.2,
}  # fmt: skip


def test_distances_vary_as_anthropometry_says(face: MorphableModel):
    deviations = distance_deviations(face)
    for name, usual in ANTHROPOMETRIC.items():
        assert 0.55 < deviations[name][1] / usual < 1.6, name


def test_each_part_of_the_face_varies_as_much_as_in_ict_facekit(
    face: MorphableModel, ict: MorphableModel
):
    ours, theirs = part_spread(face), part_spread(ict)
    for part in ("forehead", "brows", "eyes", "nose", "cheeks", "mouth", "chin"):
        assert 0.8 < ours[part] / theirs[part] < 1.25, part
    for part in ("jaw", "ears", "skull"):
        assert 0.65 < ours[part] / theirs[part] < 1.25, part


def test_the_first_modes_hold_as_much_as_in_ict_facekit(face: MorphableModel, ict: MorphableModel):
    ours, theirs = spectrum(face), spectrum(ict)
    for count in (1, 2, 5, 10, 20, 40, 80):
        assert 0.85 < ours[count - 1] / theirs[count - 1] < 1.15, count


def test_neighbours_move_together_as_in_ict_facekit(face: MorphableModel, ict: MorphableModel):
    """Random faces are as smooth, and as lively, at a few distances."""
    ours, theirs = (_roughness(model) for model in (face, ict))
    for (part, distance), value in ours.items():
        assert 0.5 < value / theirs[part, distance] < 1.4, (part, distance)


def _roughness(model: MorphableModel) -> dict[tuple[str, int], float]:
    """The deviation of the difference between points of a part some mm apart."""
    mean, rough = np.asarray(model.mean), {}
    for part, mask in face_parts(model).items():
        if part in ("forehead", "brows", "eyes", "nose", "cheeks", "mouth", "chin"):
            chosen = np.flatnonzero(mask & (mean[:, 0] > 0))
            chosen = np.random.default_rng(0).permutation(chosen)[:250]
            points = mean[chosen]
            basis = np.asarray(model.identity_basis)[chosen].reshape(len(chosen), -1)
            gram = np.einsum("nck,mck->nm", *[basis.reshape(len(chosen), 3, -1)] * 2)
            square = np.diag(gram)[:, None] + np.diag(gram) - 2 * gram
            apart = np.linalg.norm(points[:, None] - points, axis=-1)
            for distance in (8, 15, 25):
                pairs = np.abs(apart - distance) < 0.2 * distance
                rough[part, distance] = float(np.sqrt(square[pairs].mean()))
    return rough


def test_eyeballs_stay_round_and_behind_the_lids(face: MorphableModel, template: Template):
    faces = np.asarray(face.mean) + np.einsum(
        "nci,bi->bnc", np.asarray(face.identity_basis), random_identities(face, 30)
    )
    slits = (template.sheet.right_eye, template.sheet.left_eye)
    for ball, slit in zip(template.eyeballs, slits, strict=True):
        for points in faces:
            centre, radius = fitted_sphere(points[ball][template.sight_angles > 30])
            assert np.ptp(np.linalg.norm(points[ball] - centre, axis=1)) < 1.0
            lids = np.linalg.norm(points[slit.ring] - centre, axis=1)
            assert lids.min() > radius + 1.0, "as thick as a lid is"
            assert lids.max() < radius + 6
            gaps = points[slit.upper[2:-2], 1] - points[slit.lower[2:-2], 1]
            assert gaps.min() > 0.5, "the lids' edges never cross"


def test_ears_and_the_inside_of_the_mouth_move_as_wholes(face: MorphableModel, template: Template):
    """An affine map cannot make them cross themselves."""
    mouth = np.concatenate([template.teeth[0].reshape(-1), template.tongue.reshape(-1)])
    for piece in (*(ear.reshape(-1) for ear in template.ears), mouth):
        rows = np.column_stack([template.points[piece], np.ones(len(piece))])
        moved = np.asarray(face.identity_basis)[piece].reshape(len(piece), -1)
        _, singular, _ = np.linalg.svd(rows, full_matrices=False)
        assert singular[-1] > 1e-3
        left_over = moved - rows @ np.linalg.lstsq(rows, moved, rcond=None)[0]
        assert np.abs(left_over).max() < 1e-3


def fitted_sphere(points: np.ndarray) -> tuple[np.ndarray, float]:
    rows = np.column_stack([2 * points, np.ones(len(points))])
    solution = np.linalg.lstsq(rows, (points**2).sum(axis=1), rcond=None)[0]
    return solution[:3], float(np.sqrt(solution[3] + (solution[:3] ** 2).sum()))


@pytest.mark.slow
def test_random_faces_at_two_deviations_do_not_cross_themselves(face: MorphableModel):
    """`experiments/face_statistics.py --faces=1000` is the whole measurement."""
    assert crossing_faces(face, random_identities(face, 25, seed=1)).tolist() == [0] * 25


def test_a_crossing_is_found(face: MorphableModel):
    identity = random_identities(face, 1)
    assert crossing_faces(face, 8 * identity)[0] > 0
    assert crossing_faces(face, 0 * identity)[0] == 0


@pytest.mark.parametrize("change", [1e-12, 1e-9, 1e-6])
def test_last_bits_of_the_template_do_not_matter(
    face: MorphableModel, template: Template, change: float
):
    noise = change * np.random.default_rng(0).normal(size=template.points.shape)
    shaken = dataclasses.replace(template, points=template.points + noise)
    modes = identity_modes(shaken, np.asarray(face.regions["face"]))
    np.testing.assert_allclose(modes, face.identity_basis, atol=max(1e-5, 1e2 * change))


def test_the_default_face_is_the_stored_one(face: MorphableModel):
    """Within 1e-3 mm; after a change on purpose: python -m tests.morphable.checksum."""
    _same(figures.checksum(face), json.loads(figures.FILE.read_text()))


def _same(first: dict, second: dict) -> None:
    assert first["names"] == second["names"]
    assert first["topology"] == second["topology"]
    for name in ("mean", "identity", "expression"):
        np.testing.assert_allclose(first[name], second[name], atol=1e-3, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_number_of_threads_does_not_matter(face: MorphableModel, threads: str):
    code = (
        "import json; from tests.morphable.checksum import checksum\n"
        "from e2far_jax.morphable.default import default_model\n"
        "print(json.dumps(checksum(default_model())))"
    )
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, check=True, capture_output=True, text=True,
        env={**os.environ, **dict.fromkeys(names, threads)},
    )  # fmt: skip
    _same(figures.checksum(face), json.loads(result.stdout))


@pytest.fixture
def builds(face: MorphableModel, monkeypatch, tmp_path) -> list[str]:
    """The default face's builds, with an empty cache."""
    monkeypatch.setenv("E2FAR_CACHE", str(tmp_path / "cache"))
    opening._own_fingerprint.cache_clear()
    made: list[str] = []
    monkeypatch.setattr(
        "e2far_jax.morphable.default.default_model", lambda: made.append("built") or face
    )
    yield made
    opening._own_fingerprint.cache_clear()


def test_a_second_open_reads_the_cache(builds: list[str], face: MorphableModel):
    for _ in range(2):
        model = open_morphable_model("default")
        assert jax.tree.structure(model) == jax.tree.structure(face)
        jax.tree.map(np.testing.assert_array_equal, model, face)
    assert len(builds) == 1


def test_a_changed_source_is_never_served_from_the_cache(
    builds: list[str], monkeypatch, tmp_path: pathlib.Path
):
    room = tmp_path / "e2far_jax" / "morphable"
    (room / "default").mkdir(parents=True)
    source = room / "default" / "skull.py"
    source.write_text("WIDTH = 77\n")
    monkeypatch.setattr(opening, "__file__", str(room / "open.py"))
    for text in ("WIDTH = 77\n", "WIDTH = 78\n", "WIDTH = 78\n", "WIDTH = 77\n"):
        source.write_text(text)
        opening._own_fingerprint.cache_clear()
        open_morphable_model("default")
    assert len(builds) == 2


def test_a_damaged_cache_is_rebuilt(builds: list[str], tmp_path: pathlib.Path):
    open_morphable_model("default")
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.warns(UserWarning, match="building the default face again"):
        open_morphable_model("default")
    open_morphable_model("default")
    assert len(builds) == 2


def test_processes_that_open_at_once_all_get_the_face(small_model, tmp_path: pathlib.Path):
    """Four processes fill one empty cache; nobody reads a part of a file."""
    write_npz(tmp_path / "small.npz", small_model)
    code = (
        "import sys, warnings; warnings.simplefilter('error')\n"
        "import e2far_jax.morphable.default as default\n"
        "from e2far_jax.morphable import open_morphable_model\n"
        "from e2far_jax.morphable.formats.npz import read_npz\n"
        "default.default_model = lambda: read_npz(sys.argv[1])\n"
        "for _ in range(20): print(open_morphable_model('default').name)"
    )
    environment = {**os.environ, "E2FAR_CACHE": str(tmp_path / "cache"), "JAX_PLATFORMS": "cpu"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "small.npz")], cwd=REPOSITORY,
            env=environment, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    assert [process.communicate()[0].split() for process in processes] == [["dome"] * 20] * 4
    assert len(list((tmp_path / "cache").iterdir())) == 1
