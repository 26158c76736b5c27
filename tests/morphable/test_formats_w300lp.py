"""The coefficients and poses of 300W-LP, against its formula as printed."""

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.containers.mat import read_mat
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable import shape
from e2far_jax.morphable.formats.bfm2009 import read_bfm2009, read_bfm2009_deviations
from e2far_jax.morphable.formats.w300lp import (
    camera_from_pose_para,
    native_coefficients,
    pose_para_from_camera,
    whitened_coefficients,
)
from tests.morphable.files_bfm2009 import DEVIATIONS, bfm2009_arrays, write_300w_lp, write_face3d


@pytest.mark.parametrize("writer", [write_300w_lp, write_face3d])
def test_coefficients_of_300w_lp_there_and_back(tmp_path, writer):
    arrays, path = bfm2009_arrays(), writer(tmp_path)
    model, deviations = read_bfm2009(path), read_bfm2009_deviations(path)
    rng = np.random.default_rng(0)
    shape_para = jnp.asarray(rng.normal(size=(2, 5)) * 3e4, jnp.float32)
    exp_para = jnp.asarray(rng.normal(size=(2, 3)), jnp.float32)
    identity, expression = whitened_coefficients(shape_para, exp_para, deviations)
    np.testing.assert_allclose(identity, np.asarray(shape_para) / DEVIATIONS, rtol=1e-5)
    np.testing.assert_allclose(expression, np.asarray(exp_para) / [1.5, 1.25, 0.5], rtol=1e-5)
    back = native_coefficients(identity, expression, deviations)
    np.testing.assert_allclose(back[0], shape_para, rtol=1e-6)
    np.testing.assert_allclose(back[1], exp_para, rtol=1e-6)
    # S = mu_shape + mu_exp + w Shape_Para + w_exp Exp_Para
    for row in range(2):
        native = arrays["mu_shape"] + arrays["mu_exp"]
        native = native + arrays["w"] @ np.asarray(shape_para)[row][:, None]
        native = native + arrays["w_exp"] @ np.asarray(exp_para)[row][:, None]
        found = shape(model, identity[row], expression[row])
        np.testing.assert_allclose(found, native.reshape(-1, 3) / 1000, atol=1e-3)


def matrix_as_printed(pitch, yaw, roll):
    def about(angle, rows):
        values = {"1": 1.0, "0": 0.0, "c": np.cos(angle), "s": np.sin(angle), "-s": -np.sin(angle)}
        return np.array([[values[entry] for entry in row.split()] for row in rows])

    rx = about(pitch, ["1 0 0", "0 c s", "0 -s c"])
    ry = about(yaw, ["c 0 -s", "0 1 0", "s 0 c"])
    rz = about(roll, ["c s 0", "-s c 0", "0 0 1"])
    return rx @ ry @ rz


def pixels_as_printed(pose, points, height):
    """0-based columns and rows of points in micrometres, one by one."""
    rotation, (tx, ty, tz), s = matrix_as_printed(*pose[:3]), pose[3:6], pose[6]
    found = []
    for point in points:
        x, y, _ = s * rotation @ point + [tx, ty, tz]
        found.append((x - 1.0, (height + 1.0 - y) - 1.0))
    return np.array(found)


POSES = np.array(
    [
        [0.0, 0.0, 0.0, 220.0, 230.0, -80.0, 1e-3],
        [-0.13, -0.77, 0.056, 183.6, 189.5, -81.7, 1.3e-3],
        [0.4, 1.5, -2.6, 100.0, 300.0, 0.0, 5e-4],
        [-0.9, 0.3, 3.0, 0.0, 450.0, 10.0, 2e-3],
    ]
)


def test_poses_put_points_where_the_formula_does():
    points = np.random.default_rng(0).normal(size=(20, 3)) * 6e4
    cameras = camera_from_pose_para(jnp.asarray(POSES, jnp.float32), 450)
    for row, pose in enumerate(POSES):
        camera = Camera(cameras.rotation[row], cameras.scale[row], cameras.translation[row])
        found = project(camera, jnp.asarray(points / 1000.0, jnp.float32))
        # a pixel's middle is half a pixel after its edge, where this package counts from
        expected = pixels_as_printed(pose, points, 450) + 0.5
        np.testing.assert_allclose(found[:, :2], expected, atol=2e-3)


def test_poses_there_and_back():
    cameras = camera_from_pose_para(jnp.asarray(POSES, jnp.float32), 450)
    back = pose_para_from_camera(cameras, 450, jnp.asarray(POSES[:, 5], jnp.float32))
    np.testing.assert_allclose(back, POSES, rtol=1e-5, atol=1e-6)
    assert (pose_para_from_camera(cameras, 450)[:, 5] == 0.0).all()


def test_cameras_there_and_back():
    angles = jnp.asarray([[0.3, -1.0, 0.2], [-0.5, 1.3, -2.0]])
    camera = Camera(
        rotation_from_euler(*angles.T), jnp.array([1.5, 0.7]), jnp.array([[10.0, 20.0], [30, 440]])
    )
    back = camera_from_pose_para(pose_para_from_camera(camera, 300), 300)
    np.testing.assert_allclose(back.rotation, camera.rotation, atol=1e-6)
    np.testing.assert_allclose(back.scale, camera.scale, rtol=1e-6)
    np.testing.assert_allclose(back.translation, camera.translation, atol=1e-4)


def test_positive_yaw_in_300w_lp_looks_to_the_subjects_right():
    camera = camera_from_pose_para(jnp.array([0.0, 0.5, 0, 0, 0, 0, 1e-3]), 450)
    nose = camera.rotation @ jnp.array([0.0, 0.0, 1.0])
    assert nose[0] < -0.4, "the image's left"


def test_the_published_pose_there_and_back(real_data):
    path = real_data / "w300lp" / "IBUG_image_008_1_0.mat"
    found = read_mat(path, ["Pose_Para", "pt2d", "Shape_Para", "Exp_Para"])
    pose = jnp.asarray(found["Pose_Para"][0])
    camera = camera_from_pose_para(pose, 450)
    back = pose_para_from_camera(camera, 450, pose[5])
    np.testing.assert_allclose(back, pose, rtol=1e-5, atol=1e-5)
    assert (found["Shape_Para"].size, found["Exp_Para"].size) == (199, 29)
    # the eyes' outer corners and the chin of a face of usual size, where the picture has them
    rough = jnp.array([[-43.0, 33.7, 86.4], [43.0, 33.6, 86.3], [0.0, -78.0, 95.7]])
    annotated = found["pt2d"][:, [36, 45, 8]].T
    assert np.abs(np.asarray(project(camera, rough))[:, :2] - annotated).max() < 30.0
