from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.geometry.cameras import project
from e2far_jax.reconstruction.crops import camera_in_crop, cut_crop
from e2far_jax.reconstruction.faces import reconstruct_faces
from e2far_jax.reconstruction.views import CAPTIONS, VIEW_SIZE, face_views

BOX = np.array([60.0, 40.0, 150.0, 150.0])


@pytest.fixture(scope="module")
def shown(model, photograph):
    from tests.reconstruction.conftest import MeanColourNetwork

    (face,) = reconstruct_faces(MeanColourNetwork(model), photograph, BOX[None])
    picture = cut_crop(photograph, face.box, VIEW_SIZE)
    return face, picture, face_views(face, picture)


def test_four_pictures_of_one_size(shown):
    views = shown[2]
    assert len(views) == len(CAPTIONS)
    assert {view.shape for view in views} == {(VIEW_SIZE, VIEW_SIZE, 3)}


def test_the_input_is_the_crop(shown):
    _, picture, views = shown
    np.testing.assert_allclose(views[0] / 255.0, picture.pixels, atol=0.003)


def test_the_overlay_covers_the_landmarks_and_nothing_far_off(shown):
    face, picture, views = shown
    places = (face.landmarks_2d - picture.offset) / picture.scale
    inside = ((places > 3) & (places < VIEW_SIZE - 3)).all(axis=1)
    covered = np.abs(views[1].astype(int) - views[0]).max(axis=-1) > 2
    columns, rows = places[inside].astype(int).T
    assert inside.sum() > 30
    assert covered[rows, columns].mean() > 0.8  # the dome's rim may fall beside its pixel
    assert not covered[0, 0]
    assert covered.mean() < 0.95


def test_front_and_side_are_framed(shown):
    for view in shown[2][2:]:
        mesh = (np.abs(view.astype(int) - 242) > 4).any(axis=-1)
        rows, columns = np.nonzero(mesh)
        assert 0.5 < np.ptp(rows) / VIEW_SIZE <= 1.0
        assert abs((rows.min() + rows.max()) / 2 - VIEW_SIZE / 2) < 0.1 * VIEW_SIZE
        assert abs((columns.min() + columns.max()) / 2 - VIEW_SIZE / 2) < 0.1 * VIEW_SIZE


def test_a_camera_goes_into_a_crop_as_points_do(shown):
    import jax.numpy as jnp

    face, picture, _ = shown
    inside = project(camera_in_crop(face.camera, picture), jnp.asarray(face.landmarks_3d))
    expected = (face.landmarks_2d - picture.offset) / picture.scale
    np.testing.assert_allclose(np.asarray(inside)[:, :2], expected, atol=1e-3)
