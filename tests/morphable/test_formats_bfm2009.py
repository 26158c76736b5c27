"""The Basel Face Model 2009 in its three forms."""

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.io

from e2far_jax.morphable import neutral_shape
from e2far_jax.morphable.formats.bfm2009 import read_bfm2009, read_bfm2009_deviations
from e2far_jax.morphable.formats.bfm_landmarks import LANDMARKS, VERTICES
from e2far_jax.morphable.formats.errors import ModelFormatError
from tests.morphable import files_bfm2009 as files
from tests.morphable.files_bfm2009 import (
    bfm2009_arrays,
    write_300w_lp,
    write_bfm2009,
    write_face3d,
)

WRITERS = {"original": write_bfm2009, "300w_lp": write_300w_lp, "face3d": write_face3d}


@pytest.fixture(scope="module")
def arrays():
    return bfm2009_arrays()


def same_triangles(found, expected):
    """Whatever corner they start from."""
    sets = []
    for triangles in (np.asarray(found).tolist(), np.asarray(expected).tolist()):
        sets.append({min((a, b, c), (b, c, a), (c, a, b)) for a, b, c in triangles})
    return sets[0] == sets[1]


def scaled(basis, deviations, unit=1e-3):
    """A basis per standard deviation, column by column."""
    columns = [
        column * deviation * unit for column, deviation in zip(basis.T, deviations, strict=True)
    ]
    return np.stack(columns, -1).reshape(-1, 3, len(columns))


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("compressed", [False, True])
def test_the_original_alone_has_all_vertices_and_no_expressions(arrays, tmp_path, compressed):
    model = read_bfm2009(write_bfm2009(tmp_path, companions=False, compressed=compressed))
    close(model.mean, arrays["mean"])
    close(model.identity_basis, scaled(arrays["shapePC"], [4e4, 2e4, 1e4, 5e3, 2e3]))
    assert model.expression_basis.shape == (169, 3, 0)
    assert same_triangles(model.triangles, arrays["outward"])
    np.testing.assert_array_equal(model.landmarks.nearest, arrays["landmarks"])
    close(model.mean_colour, arrays["texMU"].reshape(-1, 3) / 255)
    close(model.colour_basis, scaled(arrays["texPC"], [300, 200, 90, 30], 1 / 255))
    assert set(model.regions) == {"face", "lips", "brows"}
    assert np.asarray(model.regions["face"]).all()
    assert (model.name, model.expression_prior) == ("Basel Face Model 2009", "normal")
    assert model.mean.dtype == model.identity_basis.dtype == np.float32


@pytest.mark.parametrize("elsewhere", [False, True])
def test_with_facewarehouse_it_keeps_the_vertices_that_have_expressions(
    arrays, tmp_path, elsewhere
):
    path = write_bfm2009(tmp_path)
    if elsewhere:
        (tmp_path / "alone").mkdir()
        path = path.rename(tmp_path / "alone" / "a.mat")
    model = read_bfm2009(path, tmp_path if elsewhere else None)
    kept = arrays["kept"]
    close(model.mean, arrays["mean"][kept])
    close(model.identity_basis, scaled(arrays["shapePC"], files.DEVIATIONS)[kept])
    close(model.expression_basis, scaled(arrays["moves"], [3e4, 2e4, 4e3]))
    assert same_triangles(model.triangles, arrays["trimmed"])
    assert 0 < len(model.triangles) < len(arrays["outward"])
    np.testing.assert_array_equal(kept[model.landmarks.nearest], arrays["landmarks"])
    close(model.mean_colour, arrays["texMU"].reshape(-1, 3)[kept] / 255)
    close(model.colour_basis, scaled(arrays["texPC"], [300, 200, 90, 30], 1 / 255)[kept])
    np.testing.assert_array_equal(neutral_shape(model, jnp.zeros(5)), model.mean)


@pytest.fixture
def whole(tmp_path):
    """A triangle among as many vertices as the published model has."""
    mean = np.random.default_rng(0).uniform(-90.0, 90.0, (VERTICES, 3)).astype(np.float32)
    mean[LANDMARKS[36]], mean[LANDMARKS[45]] = (-43.0, 33.0, 86.0), (43.0, 33.0, 86.0)
    mean[:3] = (0.0, 0.0, 0.0), (9.0, 0.0, 0.0), (0.0, 9.0, 0.0)
    one = np.ones((3 * VERTICES, 1), np.float32)
    shape = {"shapeMU": mean.reshape(-1, 1) * 1000, "shapePC": one, "shapeEV": [[5.0]]}
    colour = {"texMU": one, "texPC": one, "texEV": [[1.0]]}
    scipy.io.savemat(tmp_path / "a.mat", {**shape, **colour, "tl": np.array([[3, 2, 1]])})
    return tmp_path / "a.mat"


def keep(folder, vertices):
    """One expression for some vertices, which does not move them."""
    scipy.io.savemat(folder / "BFM_exp_idx.mat", {"trimIndex": np.array(vertices) + 1})
    (folder / "Exp_Pca.bin").write_bytes(b"\1\0\0\0" + bytes(4 * 2 * 3 * len(vertices)))
    (folder / "std_exp.txt").write_text("1\n")


def test_the_landmarks_of_the_whole_model_are_known(whole):
    model = read_bfm2009(whole)
    np.testing.assert_array_equal(model.landmarks.nearest, LANDMARKS)
    np.testing.assert_array_equal(np.sort(model.triangles, axis=1), [[0, 1, 2]])
    keep(whole.parent, [2, 1, 0, 9, *LANDMARKS[::-1]])
    model = read_bfm2009(whole)
    np.testing.assert_array_equal(model.landmarks.nearest, 71 - np.arange(68))
    keep(whole.parent, [2, 1, 0, 9, *LANDMARKS[:67]])
    with pytest.raises(ModelFormatError, match=r"BFM_exp_idx\.mat: trimIndex: lacks some landmark"):
        read_bfm2009(whole)


def test_the_landmarks_are_those_that_are_published():
    """As eos has them on the midline, but for the choice of the vertex above or below."""
    assert len(set(LANDMARKS)) == 68
    for landmark, vertex in {51: 8344, 57: 8374}.items():
        assert LANDMARKS[landmark] == vertex
    for landmark, vertex in {30: 8319, 33: 8334, 62: 8354, 66: 8366}.items():
        assert abs(LANDMARKS[landmark] - vertex) <= 2


@pytest.mark.parametrize("kind", ["300w_lp", "face3d"])
def test_300w_lp_has_expressions_with_a_mean(arrays, tmp_path, kind):
    model = read_bfm2009(WRITERS[kind](tmp_path))
    kept = arrays["kept"]
    close(model.mean, arrays["mean"][kept] + arrays["mu_exp"].reshape(-1, 3) / 1000)
    close(model.identity_basis, scaled(arrays["w"], files.DEVIATIONS))
    close(model.expression_basis, scaled(arrays["w_exp"], [1.5, 1.25, 0.5]))
    assert same_triangles(model.triangles, arrays["trimmed"])
    np.testing.assert_array_equal(kept[model.landmarks.nearest], arrays["landmarks"])
    assert model.name == "Basel Face Model 2009 of 300W-LP"
    if kind == "face3d":
        close(model.mean_colour, arrays["texMU"].reshape(-1, 3)[kept] / 255)
        close(model.colour_basis, scaled(arrays["texPC"], [300, 200, 90, 30], 1 / 255)[kept])
    else:
        assert model.mean_colour is None


def test_300w_lp_without_its_expressions(arrays, tmp_path):
    path = write_300w_lp(tmp_path, companions=False)
    model = read_bfm2009(path)
    close(model.mean, arrays["mean"][arrays["kept"]])
    assert model.expression_basis.shape == (160, 3, 0)
    with pytest.raises(FileNotFoundError, match=r"Model_Expression\.mat"):
        read_bfm2009(path, tmp_path)


def test_deviations_of_the_other_forms(tmp_path):
    (tmp_path / "more").mkdir()
    alone = read_bfm2009_deviations(write_bfm2009(tmp_path, companions=False))
    both = read_bfm2009_deviations(write_bfm2009(tmp_path / "more"))
    np.testing.assert_array_equal(alone.identity, files.DEVIATIONS)
    np.testing.assert_array_equal(both.identity, files.DEVIATIONS)
    assert alone.expression.shape == (0,)
    np.testing.assert_array_equal(both.expression, files.MOVE_DEVIATIONS)
    no_moves = read_bfm2009_deviations(write_300w_lp(tmp_path, companions=False))
    assert no_moves.expression.shape == (0,)


@pytest.mark.parametrize(
    ("kind", "name", "value", "file", "message"),
    [
        ("original", "shapeMU", None, "a.mat", "variables: are neither shapeMU"),
        ("original", "shapeMU", np.ones((500, 1)), "", r"shapeMU: has shape \(500, 1\)"),
        ("original", "shapeMU", np.ones((504, 1)), "BFM_exp_idx", "trimIndex: its indices"),
        ("original", "shapeMU", np.ones((169, 3)), "", r"shapeMU: has shape \(169, 3\)"),
        ("original", "shapePC", np.ones((507, 4)), "", r"shapePC: has shape \(507, 4\)"),
        ("original", "shapePC", None, "", "shapePC: missing"),
        ("original", "shapePC", np.full((507, 5), np.nan), "", "identity_basis: .* not finite"),
        ("original", "shapePC", np.full((507, 5), 1e300), "", "shapeEV: one standard deviation"),
        ("original", "shapeEV", np.ones((2, 2)), "", r"shapeEV: has shape \(2, 2\)"),
        ("original", "shapeEV", files.DEVIATIONS**2, "", "shapeEV: one standard deviation"),
        ("original", "shapeEV", -files.DEVIATIONS, "", "shapeEV: some are not positive"),
        ("original", "texMU", np.ones((504, 1)), "", r"texMU: .*expected \(507, 1\)"),
        ("original", "texPC", np.ones((504, 4)), "", r"texPC: has shape \(504, 4\)"),
        ("original", "texEV", np.full(4, np.nan), "", "texEV: some are not positive"),
        ("original", "tl", np.full((5, 3), 170), "", "tl: its indices run from 170 to 170"),
        ("original", "tl", np.zeros((5, 3)), "", "tl: its indices run from 0.0 to 0.0"),
        ("original", "tl", np.full((5, 3), 1.5), "", "tl: some are not whole"),
        ("original", "tl", np.ones((3, 5)), "", r"tl: has shape \(3, 5\), expected \(F, 3\)"),
        ("original", "trimIndex", np.ones(160), "BFM_exp_idx", "trimIndex: some vertices come twi"),
        ("original", "trimIndex", np.arange(1, 160), "Exp_Pca.bin", "size: .*159 vertices"),
        ("original", "trimIndex", np.full(160, np.inf), "BFM_exp_idx", "trimIndex: some are not"),
        ("original", "mean_move", np.ones(3, np.float32), "Exp_Pca.bin", "size: has"),
        ("original", "std_exp", np.ones(2), "std_exp.txt", "numbers: are 2, expected 3"),
        ("original", "std_exp", np.zeros(3), "std_exp.txt", "numbers: some are not positive"),
        ("original", "std_exp", np.full(3, 1e9), "std_exp.txt", "numbers: one standard deviation"),
        ("original", "keypoints", np.ones(67), "Model_Shape", "keypoints: has 67 landmarks"),
        ("300w_lp", "tri", np.ones((5, 3)), "", r"tri: has shape \(5, 3\), expected \(3, F\)"),
        ("300w_lp", "keypoints", None, "", "keypoints: missing"),
        ("300w_lp", "keypoints", np.full(68, 161), "", "keypoints: its indices run"),
        ("300w_lp", "w_exp", np.ones((477, 3)), "Model_Expression", r"w_exp: has shape \(477, 3"),
        ("300w_lp", "mu_exp", np.ones((477, 1)), "Model_Expression", r"mu_exp: has shape \(477, 1"),
        ("300w_lp", "sigma_exp", np.full(3, 40.0), "Model_Expression", "sigma_exp: one standard"),
        ("face3d", "tri", None, "BFM.mat", "model.tri: missing"),
        ("face3d", "expEV", np.full(3, 40.0), "BFM.mat", "expEV: one standard deviation"),
        ("face3d", "kpt_ind", np.full(68, 2), "BFM.mat", "mean: the outer eye corners are 0 ap"),
        ("face3d", "texEV", np.ones(5), "BFM.mat", r"model.texPC: has shape \(480, 4\)"),
    ],
)
def test_a_wrong_field_is_named(tmp_path, kind, name, value, file, message):
    path = WRITERS[kind](tmp_path, **{name: value}).rename(tmp_path / "a.mat")
    with pytest.raises(ModelFormatError, match=message) as caught:
        read_bfm2009(path)
    if file != "BFM.mat":
        assert (file or "a.mat") in caught.value.source


def test_units_and_winding_are_checked(arrays, tmp_path):
    with pytest.raises(ModelFormatError, match=r"outer eye corners are 0\.09 apart"):
        read_bfm2009(write_bfm2009(tmp_path, shapeMU=arrays["mean"].reshape(-1, 1)))
    with pytest.raises(ModelFormatError, match="triangles: those of the face look inward"):
        read_bfm2009(write_bfm2009(tmp_path, tl=arrays["outward"] + 1))


def test_missing_companions_are_named(tmp_path):
    path = write_bfm2009(tmp_path)
    for name in ("std_exp.txt", "BFM_exp_idx.mat"):
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).unlink()
        with pytest.raises(FileNotFoundError, match=f"{name} is missing"):
            read_bfm2009(path)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "Exp_Pca.bin").unlink()
    read_bfm2009(path)
    with pytest.raises(FileNotFoundError, match=r"Exp_Pca\.bin"):
        read_bfm2009(path, tmp_path)
    (tmp_path / "Model_Shape.mat").unlink()
    with pytest.raises(ModelFormatError, match=r"landmarks: .* 53490 .* of 169; .*Model_Shape"):
        read_bfm2009(path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_bfm2009(tmp_path / "absent.mat")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "are 0, expected 3"),
        (b"3e4 2e4 many", "could not convert"),
        (b"1 " * 2**16, "take 131072 bytes"),
        (b"\xff\xfe", "could not convert"),
        (b"3e4 nan 1e3", "some are not positive"),
    ],
)
def test_a_damaged_text_of_deviations_is_refused(tmp_path, content, problem):
    path = write_bfm2009(tmp_path)
    (tmp_path / "std_exp.txt").write_bytes(content)
    with pytest.raises(ModelFormatError, match=rf"std_exp\.txt: numbers: .*{problem}"):
        read_bfm2009(path)


@pytest.mark.parametrize("kind", list(WRITERS))
def test_damaged_files_end_in_one_error_or_a_model(tmp_path, kind):
    rng = np.random.default_rng(0)
    path = WRITERS[kind](tmp_path, compressed=False)
    found = [file for file in tmp_path.iterdir() if file != path] + 3 * [path]
    contents = {file: file.read_bytes() for file in found}
    refused = 0
    for trial in range(60):
        file = found[trial % len(found)]
        damaged = bytearray(contents[file])
        if trial % 7 == 0:
            damaged = damaged[: rng.integers(len(damaged))]
        else:  # the first bytes of a file are more often structure than numbers
            for _ in range(3):
                end = len(damaged) if rng.integers(2) else min(len(damaged), 240)
                damaged[int(rng.integers(end))] ^= 1 << int(rng.integers(8))
        file.write_bytes(bytes(damaged))
        try:
            read_bfm2009(path)
        except ModelFormatError:
            refused += 1
        file.write_bytes(contents[file])
    assert refused > 15
