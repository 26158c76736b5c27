"""300W-LP and AFLW2000-3D: pictures with MATLAB files, which scipy writes here."""

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.io
from PIL import Image

from e2far_jax.containers.errors import FormatError
from e2far_jax.data_sets.aflw2000 import WITHIN_99, read_aflw2000
from e2far_jax.data_sets.errors import DataSetError
from e2far_jax.data_sets.posed_faces import POSE
from e2far_jax.data_sets.w300lp import read_w300lp
from e2far_jax.geometry.cameras import project
from e2far_jax.morphable.formats.bfm2009 import Deviations
from e2far_jax.morphable.formats.sfm import read_sfm
from e2far_jax.morphable.formats.w300lp import camera_from_pose_para
from tests.data_sets.trees import posed_values, write, write_posed

AFLW = ["image00002", "image00004", "image00006"]


def w300lp_tree(folder):
    for subset in ("LFPW", "AFW", "AFW_Flip"):
        write_posed(folder / subset, [f"{subset[:4]}_b_0", f"{subset[:4]}_a_1"])
    write(folder / "Code" / "picture.jpg")
    write(folder / "landmarks" / "AFW" / "AFW_a_1_pts.mat")
    return folder


def test_300w_lp_lists_what_is_not_mirrored_in_order(tmp_path):
    items = read_w300lp(w300lp_tree(tmp_path))
    names = ["AFW/AFW_a_1", "AFW/AFW_b_0", "LFPW/LFPW_a_1", "LFPW/LFPW_b_0"]
    assert [item.name for item in items] == names
    assert items[0].picture == tmp_path / "AFW" / "AFW_a_1.jpg"
    mirrored = read_w300lp(tmp_path, with_mirrored=True)
    assert [item.name for item in mirrored if item not in items] == [
        "AFW_Flip/AFW__a_1",
        "AFW_Flip/AFW__b_0",
    ]


def test_300w_lp_takes_pt2d_and_aflw2000_the_hidden_points_too(tmp_path):
    """MATLAB's (1, 1), the middle of the first pixel, is (0.5, 0.5) here."""
    truth = posed_values(0)
    (w300lp,) = read_w300lp(write_posed(tmp_path / "a", ["x"]))
    (aflw,) = read_aflw2000(write_posed(tmp_path / "b", ["x"]))
    np.testing.assert_allclose(w300lp.landmarks(), truth["pt2d"].T - 0.5)
    np.testing.assert_allclose(aflw.landmarks(), truth["pt3d_68"][:2].T - 0.5)
    corner = {"pt2d": np.ones((2, 68))}
    (first,) = read_w300lp(write_posed(tmp_path / "c", ["x"], **corner))
    assert (first.landmarks() == 0.5).all()


def test_pose_camera_and_coefficients(tmp_path):
    """The camera against the set's formula: image x = V_x, image y = h + 1 - V_y, from 1."""
    truth = posed_values(0)
    (item,) = read_aflw2000(write_posed(tmp_path, AFLW[:1]))
    np.testing.assert_allclose(item.pose, [0.1, -0.5, 0.05], rtol=1e-6)
    pitch, yaw, roll, x, y, _, scale = truth["Pose_Para"][0].astype(np.float64)
    rx = np.array(
        [[1, 0, 0], [0, np.cos(pitch), np.sin(pitch)], [0, -np.sin(pitch), np.cos(pitch)]]
    )
    ry = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    rz = np.array([[np.cos(roll), np.sin(roll), 0], [-np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    point = np.array([30.0, -20.0, 10.0])
    seen = scale * rx @ ry @ rz @ (1000 * point) + [x, y, 0]
    found = project(item.camera(300), jnp.asarray(point[None], jnp.float32))[0, :2]
    np.testing.assert_allclose(found, [seen[0] - 0.5, 300 + 1 - seen[1] - 0.5], atol=1e-3)
    deviations = Deviations(
        np.linspace(1e5, 1e6, 199).astype(np.float32), np.linspace(0.5, 2, 29).astype(np.float32)
    )
    identity, expression = item.coefficients(deviations)
    np.testing.assert_allclose(identity, truth["Shape_Para"][:, 0] / deviations[0], rtol=1e-5)
    np.testing.assert_allclose(expression, truth["Exp_Para"][:, 0] / deviations[1], rtol=1e-5)


def test_angles_beyond_the_limit_are_left_out_on_request(tmp_path):
    for name, column, degrees in [("c", 0, 100.0), ("b", 1, -99.5), ("a", 2, 98.9), ("d", 0, 0.0)]:
        pose = np.zeros((1, 7), np.float32)
        pose[0, column] = np.radians(degrees)
        write_posed(tmp_path, [name], Pose_Para=pose)
    assert [item.name for item in read_aflw2000(tmp_path)] == ["a", "b", "c", "d"]
    kept = read_aflw2000(tmp_path, largest_angle=WITHIN_99)
    assert [item.name for item in kept] == ["a", "d"]


def test_pictures_without_annotation_are_counted(tmp_path):
    write_posed(tmp_path, AFLW)
    (tmp_path / f"{AFLW[1]}.mat").unlink()
    for read in (read_aflw2000, read_w300lp):
        with pytest.raises(DataSetError, match=r"1 of 3 items are incomplete.*image00004\.mat;"):
            read(tmp_path)
        assert len(read(tmp_path, skip_incomplete=True)) == 2


def test_no_pictures_or_no_folder(tmp_path):
    for read in (read_aflw2000, read_w300lp):
        with pytest.raises(DataSetError, match="there is no picture"):
            read(tmp_path)
        with pytest.raises(DataSetError, match=r"nowhere: no folder; .* is expected as: "):
            read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pt3d_68": None}, "pt3d_68: missing"),
        ({"pt3d_68": np.ones((68, 3))}, r"pt3d_68: the shape is \(68, 3\)"),
        ({"pt3d_68": np.ones((3, 51))}, r"pt3d_68: the shape is \(3, 51\)"),
        ({"pt3d_68": np.full((3, 68), np.nan)}, "pt3d_68: is not finite"),
        ({"Pose_Para": np.ones((1, 6))}, "Pose_Para: has 6 numbers, expected 7"),
        ({"Shape_Para": np.ones((80, 1))}, "Shape_Para: has 80 numbers, expected 199"),
        ({"Exp_Para": np.full((29, 1), np.inf)}, "Exp_Para: is not finite"),
    ],
)
def test_damaged_annotations_name_file_and_field(tmp_path, changed, message):
    (item,) = read_aflw2000(write_posed(tmp_path, AFLW[:1], **changed))
    deviations = Deviations(np.ones(199, np.float32), np.ones(29, np.float32))
    with pytest.raises(FormatError, match=rf"image00002\.mat: {message}"):
        item.landmarks(), item.camera(450), item.coefficients(deviations)


def test_rubbish_is_refused_when_it_is_read_not_before(tmp_path):
    write_posed(tmp_path, AFLW)
    write(tmp_path / f"{AFLW[0]}.mat", b"rubbish" * 50)
    items = read_aflw2000(tmp_path)
    assert items[1].landmarks().shape == (68, 2)
    with pytest.raises(FormatError, match=r"image00002\.mat"):
        items[0].landmarks()


def test_the_real_picture(real_data):
    """Its points lie on the picture; its pose turns and scales an average face the way they do.

    The average is another model's, whose origin is elsewhere, so places are not compared.
    """
    (item,) = read_w300lp(real_data / "w300lp")
    assert item.name == "IBUG_image_008_1_0"
    width, height = Image.open(item.picture).size
    landmarks = item.landmarks()
    assert (landmarks > 0).all()
    assert (landmarks < [width, height]).all()
    stored = scipy.io.loadmat(item.annotation)
    np.testing.assert_allclose(landmarks, stored["pt2d"].T - 0.5)
    np.testing.assert_array_equal(item.pose, stored["Pose_Para"][0, :3])
    model = read_sfm(real_data / "sfm" / "sfm_shape_3448.bin")
    average = model.landmarks.on(model.mean)
    size = np.sqrt(np.prod(np.ptp(landmarks, axis=0)))

    def error(changes) -> float:
        pose = jnp.asarray(item.values(POSE) * changes, jnp.float32)
        found = np.asarray(project(camera_from_pose_para(pose, height), average))[17:, :2]
        away = found - landmarks[17:]  # all but the jaw line, which is the outline here
        return np.linalg.norm(away - away.mean(axis=0), axis=1).mean() / size

    right = error(np.ones(7))
    assert right < 0.05
    for column, factor in [(0, -1), (1, -1), (1, 0), (2, -1), (6, 1.25)]:
        wrong = np.ones(7)
        wrong[column] = factor
        assert error(wrong) > 1.1 * right
