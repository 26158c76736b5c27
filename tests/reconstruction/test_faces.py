from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import project
from e2far_jax.morphable.model import neutral_shape, shape
from e2far_jax.reconstruction import faces as module
from e2far_jax.reconstruction.crops import cut_crop
from e2far_jax.reconstruction.detection import Detections
from e2far_jax.reconstruction.errors import ReconstructionError
from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.reconstruction.faces import (
    BATCH_SIZE,
    FaceNetwork,
    find_faces,
    reconstruct_batch,
    reconstruct_faces,
)
from e2far_jax.reconstruction.turning import turn_whole

BOXES = np.array([[40.0, 30.0, 140.0, 150.0], [100.0, 60.0, 220.0, 170.0]])

DETECTIONS = Detections(BOXES, np.array([0.9, 0.4]), np.array([0.1, -2.0]))


def test_the_stand_in_is_a_network(network):
    assert isinstance(network, FaceNetwork)


def test_shapes_and_landmarks_belong_to_the_coefficients(network, photograph):
    for face, box in zip(reconstruct_faces(network, photograph, BOXES), BOXES, strict=True):
        crop = cut_crop(photograph, box, network.image_size)
        raw = network.predict(jnp.asarray(crop.pixels)[None])
        np.testing.assert_allclose(face.identity, raw.identity[0], atol=1e-5)
        np.testing.assert_allclose(face.expression, np.clip(raw.expression[0], 0, 1), atol=1e-5)
        expected = shape(
            network.face_model, jnp.asarray(face.identity), jnp.asarray(face.expression)
        )
        np.testing.assert_allclose(face.vertices, expected, atol=1e-3)
        neutral = neutral_shape(network.face_model, jnp.asarray(face.identity))
        np.testing.assert_allclose(face.neutral_vertices, neutral, atol=1e-3)
        np.testing.assert_array_equal(
            face.landmarks_3d, network.face_model.landmarks.on(face.vertices)
        )
        # By hand: in the crop's pixels first, then the crop's place in the photograph.
        camera = jax.tree.map(lambda leaf: leaf[0], raw.camera)
        in_crop = np.asarray(project(camera, jnp.asarray(face.landmarks_3d)))[:, :2]
        np.testing.assert_allclose(face.landmarks_2d, crop.scale * in_crop + crop.offset, atol=2e-3)
        np.testing.assert_array_equal(face.box, box)


def test_batches_are_filled_up_and_change_nothing(network, photograph):
    boxes = np.array([[x, 20.0, x + 60.0, 90.0] for x in range(0, 110, 10)], float)
    together = reconstruct_faces(network, photograph, boxes)
    assert set(network.batches) == {(BATCH_SIZE, 32, 32, 3)}
    assert len(network.batches) == 2
    for box, face in zip(boxes, together, strict=True):
        (alone,) = reconstruct_faces(network, photograph, box[None])
        np.testing.assert_allclose(alone.landmarks_2d, face.landmarks_2d, atol=1e-4)


def test_a_picture_without_faces_gives_none(network):
    assert reconstruct_faces(network, np.full((64, 64, 3), 0.5, np.float32)) == []
    assert network.batches == []


def test_detected_faces_are_refined_and_given_ones_are_not(monkeypatch, photograph):
    monkeypatch.setattr(module, "find_detections", lambda _: DETECTIONS)
    assert len(find_faces(photograph)) == 1
    found = find_faces(photograph, least_score=0.3)
    assert [region.refinements for region in found] == [1, 1]
    assert [(region.score, region.roll) for region in found] == [(0.9, 0.1), (0.4, -2.0)]
    assert [region.refinements for region in find_faces(photograph, BOXES)] == [0, 0]


def test_refinement_cuts_again_around_the_predicted_landmarks(network, photograph):
    once, fixed = (FaceRegion(photograph, BOXES[0], refinements=k) for k in (1, 0))
    first = reconstruct_batch(network, [fixed])[0]
    refined, unrefined = reconstruct_batch(network, [once, fixed])
    expected = np.concatenate([first.landmarks_2d.min(0), first.landmarks_2d.max(0)])
    np.testing.assert_allclose(refined.box, expected, atol=1e-3)
    np.testing.assert_array_equal(unrefined.box, BOXES[0])
    assert np.abs(refined.box - unrefined.box).max() > 1.0
    (again,) = reconstruct_faces(network, photograph, refined.box[None])
    np.testing.assert_allclose(refined.landmarks_2d, again.landmarks_2d, atol=1e-3)


def test_a_prediction_that_wanders_off_does_not_take_the_box_along(network, photograph):
    network.image_size = 32
    plain = network.predict

    def far_away(images):
        prediction = plain(images)
        object.__setattr__(prediction.camera, "translation", prediction.camera.translation + 90.0)
        return prediction

    network.predict = far_away
    (face,) = reconstruct_batch(network, [FaceRegion(photograph, BOXES[0], refinements=2)])
    np.testing.assert_array_equal(face.box, BOXES[0])


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_rolled_faces_are_turned_upright(network, photograph, quarters):
    """The same picture, lying on its side: the landmarks lie there with it."""
    (upright,) = reconstruct_batch(network, [FaceRegion(photograph, BOXES[0])])
    lying = np.ascontiguousarray(np.rot90(photograph, quarters))
    turn, _, _ = turn_whole(240, 200, quarters * np.pi / 2)
    box = turn.boxes(BOXES[:1])[0]
    rolled = FaceRegion(lying, box, roll=quarters * np.pi / 2)
    (face,) = reconstruct_batch(network, [rolled])
    np.testing.assert_allclose(face.landmarks_2d, turn.points(upright.landmarks_2d), atol=0.5)
    np.testing.assert_allclose(face.identity, upright.identity, atol=0.01)
    assert face.picture_size == lying.shape[1::-1]
    assert face.photograph is lying
    ends = [*face.landmarks_2d.min(axis=0), *face.landmarks_2d.max(axis=0)]
    np.testing.assert_allclose(face.box, ends, atol=1e-3)


@pytest.mark.parametrize(
    ("fault", "message"), [("with_camera", "no camera head"), ("broken", "not finite")]
)
def test_weights_that_cannot_reconstruct_say_why(network, photograph, fault, message):
    setattr(network, fault, not getattr(network, fault))
    with pytest.raises(ReconstructionError, match=f"stand-in.*{message}"):
        reconstruct_faces(network, photograph, BOXES)
