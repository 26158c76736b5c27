"""The embedded face: sizes, symmetry, openings, what moves and what stays."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy.interpolate import BSpline, CubicSpline
from scipy.spatial import KDTree

from e2far_jax.geometry.alignment import apply_similarity, fit_similarity
from e2far_jax.geometry.intersections import intersecting_pairs
from e2far_jax.geometry.meshes import triangle_normals
from e2far_jax.morphable.default import default_model
from e2far_jax.morphable.default.eyes import CENTRE
from e2far_jax.morphable.default.landmarks import target_landmarks
from e2far_jax.morphable.default.splines import spline, spline_weights
from e2far_jax.morphable.default.template import Template, build_template
from e2far_jax.morphable.model import MorphableModel


@pytest.fixture(scope="module")
def face() -> MorphableModel:
    return default_model()


@pytest.fixture(scope="module")
def template() -> Template:
    return build_template()


@pytest.fixture(scope="module")
def landmarks(face: MorphableModel) -> np.ndarray:
    return np.asarray(face.landmarks.on(face.mean))


def test_a_spline_is_the_natural_cubic_one():
    points = {0: 1.0, 2: -3.0, 3: 4.0, 7: 0.5, 11: 2.0}
    at = np.linspace(-2, 13, 61)
    expected = CubicSpline(list(points), list(points.values()), bc_type="natural")
    np.testing.assert_allclose(spline(points, at), expected(np.clip(at, 0, 11)), atol=1e-12)


def test_spline_weights_are_those_of_a_cubic_b_spline():
    knots = np.array([0.0, 1.0, 3.0, 4.0, 8.0, 9.0, 12.0])
    at = np.linspace(0.0, 12.0, 97)
    weights = spline_weights(knots, at, even=True)
    np.testing.assert_allclose(weights.sum(axis=-1), 1.0)
    values = np.array([2.0, 0.0, 5.0, -1.0, 3.0, 3.0, 7.0])
    extended = np.concatenate([-knots[3:0:-1], knots, 24.0 - knots[-2:-5:-1]])
    controls = np.concatenate([values[1:2], values, values[-2:-1]])
    np.testing.assert_allclose(weights @ values, BSpline(extended, controls, 3)(at), atol=1e-6)
    straight = spline_weights(knots, np.array([0.0, 12.0])) @ values
    np.testing.assert_allclose(straight, values[[0, -1]], atol=1e-6)


def test_sizes_types_and_names(face: MorphableModel):
    vertices = face.mean.shape[0]
    assert 6000 <= vertices <= 12000
    assert face.identity_size == 199
    assert face.expression_prior == "unit"
    assert len(set(face.expression_names)) == face.expression_size
    assert face.mean.dtype == face.identity_basis.dtype == face.expression_basis.dtype == np.float32
    assert set(np.unique(face.triangles)) == set(range(vertices)), "a vertex has no triangle"
    for array in (face.mean, face.identity_basis, face.expression_basis):
        assert np.isfinite(np.asarray(array)).all()


def test_the_same_face_every_time(face: MorphableModel):
    again = default_model()
    jax.tree.map(np.testing.assert_array_equal, face, again)


def test_the_mean_is_symmetric(face: MorphableModel):
    mean = np.asarray(face.mean)
    distance, _ = KDTree(mean).query(mean * [-1, 1, 1])
    assert distance.max() < 1e-3


def test_every_vertex_has_a_mirror_image(template: Template):
    points, mirror = template.points, template.mirror
    np.testing.assert_allclose(points[mirror], points * [-1, 1, 1], atol=1e-9)
    np.testing.assert_array_equal(mirror[mirror], np.arange(len(points)))
    ordered = np.sort(template.triangles, axis=1)
    mirrored = np.sort(mirror[template.triangles], axis=1)
    share = len(np.unique(np.concatenate([ordered, mirrored]), axis=0)) / len(ordered)
    assert share < 1.03, "most triangles mirror each other"


def test_life_size(face: MorphableModel, landmarks: np.ndarray):
    scalp = np.asarray(face.mean)[np.asarray(face.regions["scalp"])]
    assert 140 < np.ptp(scalp[:, 0]) < 170
    assert 170 < np.ptp(np.asarray(face.mean)[:, 2]) < 240
    assert 85 < np.linalg.norm(landmarks[36] - landmarks[45]) < 93
    assert 125 < np.linalg.norm(landmarks[0] - landmarks[16]) < 155
    assert 110 < np.linalg.norm(landmarks[27] - landmarks[8]) < 125


def test_the_mean_lies_on_the_mean_of_the_ict_model(face: MorphableModel, ict: MorphableModel):
    """Distances to points spread over the other surface, after alignment on the 68 landmarks."""
    similarity = fit_similarity(face.landmarks.on(face.mean), ict.landmarks.on(ict.mean))
    points = apply_similarity(similarity, face.mean[np.flatnonzero(face.regions["face"])])
    skin = np.asarray(ict.regions["face"] | ict.regions["head_and_neck"])
    triangles = np.asarray(ict.triangles)
    corners = np.asarray(ict.mean)[triangles[skin[triangles].all(axis=1)]]
    shares = np.random.default_rng(0).dirichlet(np.ones(3), size=(len(corners), 8))
    surface = np.einsum("fsk,fkc->fsc", shares, corners).reshape(-1, 3)
    distance, _ = KDTree(surface).query(np.asarray(points))
    assert np.median(distance) < 0.6
    assert np.percentile(distance, 95) < 1.5
    assert abs(float(similarity.scale) - 1) < 0.01


def test_the_skin_of_the_mean_does_not_cross_itself(template: Template):
    skin = np.arange(len(template.sheet.angle))
    triangles = template.triangles[np.isin(template.triangles, skin).all(axis=1)]
    pairs = intersecting_pairs(template.points, triangles)
    crossings = template.points[triangles[pairs[:, 0]]].mean(axis=1)
    between_lips = template.points[template.sheet.mouth.ring]
    away = np.linalg.norm(crossings[:, None] - between_lips, axis=-1).min(axis=1, initial=np.inf)
    assert len(pairs) <= 16, "closed lips may touch"
    assert (away < 3).all()


def test_the_outside_shows_no_holes(template: Template):
    """The skin's only open edges are the slits, which have parts behind them, and the neck's."""
    sheet = template.sheet
    edges = np.concatenate([template.triangles[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))])
    key = np.sort(edges, axis=1)
    unique, counts = np.unique(key, axis=0, return_counts=True)
    open_edges = unique[counts == 1]
    on_skin = open_edges[(open_edges < len(sheet.angle)).all(axis=1)]
    assert set(on_skin.reshape(-1)) == set(sheet.above[-1])
    assert (
        template.points[sheet.above[-1], 1].max() < template.points[template.landmarks[8], 1] - 40
    )


def test_landmarks_are_near_the_points_of_300w_lp(template: Template):
    distance = np.linalg.norm(template.points[template.landmarks] - target_landmarks(), axis=1)
    assert np.median(distance) < 1.5
    assert distance.max() < 5.0


def test_landmarks_are_68_vertices_in_ibug_order(face: MorphableModel, landmarks: np.ndarray):
    assert len(set(face.landmarks.nearest.tolist())) == 68
    x, y, z = landmarks.T
    for run in (range(17), range(17, 27), range(31, 36), range(48, 55), range(60, 65)):
        assert (np.diff(x[list(run)]) > 0).all(), f"{run} should run to the subject's left"
    for run in (range(27, 31), (30, 33, 51, 62, 57, 8), (51, 66, 57)):
        assert (np.diff(y[list(run)]) < 0).all(), f"{run} should run down"
        np.testing.assert_allclose(x[list(run)], 0.0, atol=1e-3)
    assert x[36] < x[37] < x[38] < x[39] < 0 < x[42] < x[43] < x[44] < x[45]
    assert x[41] < x[40]
    assert x[47] < x[46]
    assert x[59] < x[58] < x[57] < x[56] < x[55]
    assert y[[37, 38, 43, 44]].min() > y[[40, 41, 46, 47]].max() + 5
    assert y[17:27].min() > y[36:48].max() + 5
    assert z.argmax() == 30, "the tip of the nose stands out furthest"


def test_normals_point_outwards(face: MorphableModel):
    inside = np.asarray(face.regions["face"])[np.asarray(face.triangles)].all(axis=1)
    normals = np.asarray(triangle_normals(face.mean, face.triangles))
    centres = np.asarray(face.mean)[np.asarray(face.triangles)].mean(axis=1)
    skin = np.asarray(face.regions["skin"] & ~face.regions["ears"])
    skin = skin[np.asarray(face.triangles)].all(axis=1)
    outwards = centres * [1, 0, 1] - [0, 0, 15]
    below = (centres[:, 1] < 60) & skin
    assert ((normals * outwards).sum(axis=1)[below] > 0).mean() > 0.98
    assert ((normals * (centres - [0, 60, 10])).sum(axis=1)[skin & ~below] > 0).all()
    total = normals[inside].sum(axis=0)
    assert total[2] > 10 * np.abs(total[0])
    for sign in (-1, 1):
        eye = np.asarray(face.regions["eyes"])[np.asarray(face.triangles)].all(axis=1)
        eye &= np.sign(centres[:, 0]) == sign
        outwards = centres[eye] - CENTRE * [sign, 1, 1]
        assert ((normals[eye] * outwards).sum(axis=1) > 0).all()


def test_every_edge_belongs_to_at_most_two_triangles_that_run_opposite(face: MorphableModel):
    triangles = np.asarray(face.triangles)
    edges = np.concatenate([triangles[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))])
    assert len(np.unique(edges, axis=0)) == len(edges)


def test_regions(face: MorphableModel, landmarks: np.ndarray):
    regions = {name: np.asarray(mask) for name, mask in face.regions.items()}
    assert set(regions) == {
        *("face", "eyes", "irises", "pupils", "lips", "brows", "mouth_cavity", "teeth", "scalp"),
        *("ears", "neck", "beard", "skin"),
    }
    assert all(mask.any() for mask in regions.values())
    assert not (regions["face"] & (regions["eyes"] | regions["mouth_cavity"])).any()
    assert not (regions["face"] & regions["teeth"]).any()
    assert not (regions["pupils"] & ~regions["irises"]).any()
    assert not (regions["irises"] & ~regions["eyes"]).any()
    assert regions["face"][face.landmarks.nearest].all()
    assert regions["brows"][face.landmarks.nearest[18:26]].all()
    assert regions["lips"][face.landmarks.nearest[48:]].all()
    assert not regions["brows"][face.landmarks.nearest[27:]].any()
    assert not (regions["face"] & (regions["ears"] | regions["neck"])).any()
    assert not (regions["skin"] & (regions["lips"] | regions["eyes"] | regions["teeth"])).any()
    for part in ("ears", "neck", "beard", "scalp", "brows"):
        assert not (regions[part] & ~regions["skin"]).any(), f"{part} is skin"
    assert not (regions["beard"] & regions["scalp"]).any()
    y = np.asarray(face.mean)[:, 1]
    assert y[regions["lips"]].max() < landmarks[33, 1]
    assert y[regions["brows"]].min() > landmarks[37, 1]


def test_texture_triangles_do_not_overlap(face: MorphableModel):
    corners = np.asarray(face.texture_coordinates)[np.asarray(face.texture_triangles)]
    assert corners.min() >= 0
    assert corners.max() <= 1
    edges = corners[:, 1:] - corners[:, :1]
    areas = np.abs(np.linalg.det(edges)) / 2
    assert areas.min() > 1e-8
    covered = np.zeros((512, 512), int)
    centres = (np.arange(512) + 0.5) / 512 + 1e-5
    for a, b, c in corners:
        low, high = np.minimum(a, np.minimum(b, c)), np.maximum(a, np.maximum(b, c))
        i = np.arange(*np.searchsorted(centres, [low[0], high[0]]))
        j = np.arange(*np.searchsorted(centres, [low[1], high[1]]))
        u, v = np.meshgrid(centres[i], centres[j])
        turn = [
            (q[0] - p[0]) * (v - p[1]) - (q[1] - p[1]) * (u - p[0])
            for p, q in ((a, b), (b, c), (c, a))
        ]
        inside = (np.min(turn, axis=0) > 0) | (np.max(turn, axis=0) < 0)
        covered[np.ix_(j, i)] += inside
    assert covered.max() == 1
    assert (covered == 1).mean() > 0.6


def test_texture_and_mesh_triangles_name_the_same_corners(face: MorphableModel):
    """Each texture vertex belongs to one mesh vertex."""
    owner = np.full(len(face.texture_coordinates), -1)
    owner[np.asarray(face.texture_triangles)] = np.asarray(face.triangles)
    np.testing.assert_array_equal(owner[np.asarray(face.texture_triangles)], face.triangles)
