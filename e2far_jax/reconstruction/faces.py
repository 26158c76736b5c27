"""From a photograph's faces to their coefficients, shapes, landmarks and cameras."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.faces.face import Face
from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.geometry.camera_fit import fit_camera
from e2far_jax.morphable.model import MorphableModel, clip_expression
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.reconstruction.boxes import intersection_over_union
from e2far_jax.reconstruction.crops import Crop, camera_in_photograph, cut_crop
from e2far_jax.reconstruction.detection import find_detections
from e2far_jax.reconstruction.errors import ReconstructionError
from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.reconstruction.upright import uprighted

BATCH_SIZE = 8  # the last batch is filled up, so that the network compiles for one size only
LEAST_SCORE = 0.5  # of a face; from there on more finds are true than false
LEAST_AGREEMENT = 0.5  # a refined box must share this part with the one before


@runtime_checkable
class FaceNetwork(Protocol):
    """A trained network with the morphable model that its coefficients belong to.

    Attributes:
      image_size: the side of its square input, pixels.
      face_model: the model whose coefficients it predicts.
      face_model_settings: how to open that model again.
      description: which weights these are.
    """

    image_size: int
    face_model: MorphableModel
    face_model_settings: FaceModelSettings
    description: str

    def predict(self, images: Float[Array, "B H W 3"]) -> Any:
        """RGB crops in [0, 1] to a `models.e2far.Prediction`, its camera in crop pixels."""
        ...


def find_faces(
    photograph: Float[np.ndarray, "H W 3"],
    boxes: Float[np.ndarray, "faces 4"] | None = None,
    least_score: float = LEAST_SCORE,
) -> list[FaceRegion]:
    """The faces of a photograph, those that are given or those that the detector finds.

    A detected box only guesses at the landmarks, so its crop is refined once (ours): cut again
    around the landmarks of a first prediction. A given box is taken as it is.

    Args:
      photograph: RGB in [0, 1].
      boxes: landmark boxes [x0, y0, x1, y1], pixels; None looks for faces.
      least_score: how sure the detector has to be, 0..1.
    Returns:
      One region a face, detected ones largest first; empty where there is no face.
    """
    if boxes is not None:
        return [FaceRegion(photograph, box) for box in boxes]
    found = find_detections(photograph)
    return [
        FaceRegion(photograph, box, refinements=1, score=float(score), roll=float(roll))
        for box, score, roll in zip(found.boxes, found.scores, found.roll, strict=True)
        if score >= least_score
    ]


def reconstruct_faces(
    network: FaceNetwork,
    photograph: Float[np.ndarray, "H W 3"],
    boxes: Float[np.ndarray, "faces 4"] | None = None,
) -> list[Face]:
    """Find and reconstruct all faces of one photograph.

    Args:
      network: a trained network, as `load_weights` returns it.
      photograph: RGB in [0, 1].
      boxes: landmark boxes [x0, y0, x1, y1], pixels; None looks for faces.
    Returns:
      One reconstruction a face; empty where there is no face.
    Raises:
      ReconstructionError: for weights without a camera head, or with damaged numbers.
    """
    regions = find_faces(photograph, boxes)
    return [
        face
        for start in range(0, len(regions), BATCH_SIZE)
        for face in reconstruct_batch(network, regions[start : start + BATCH_SIZE])
    ]


def reconstruct_batch(network: FaceNetwork, regions: Sequence[FaceRegion]) -> list[Face]:
    """Reconstruct up to BATCH_SIZE faces, from any photographs, in one pass of the network.

    A face that is rolled further than networks have seen, 30 degrees (ours), is turned upright for
    it; its camera is the photograph's all the same.

    Raises:
      ReconstructionError: for weights without a camera head, or with damaged numbers.
    """
    upright = [uprighted(region) for region in regions]
    faces = _reconstruct_upright(network, [turned.region for turned in upright])
    return [
        _with_given_landmarks(turned.in_photograph(face), region)
        for turned, face, region in zip(upright, faces, regions, strict=True)
    ]


def _reconstruct_upright(network: FaceNetwork, regions: Sequence[FaceRegion]) -> list[Face]:
    boxes = [region.box for region in regions]
    passes = 1 + max(region.refinements for region in regions)
    for finished in range(1, passes + 1):
        faces = _reconstruct_boxes(network, regions, boxes)
        if finished < passes:
            boxes = [
                _refined_box(face) if region.refinements >= finished else face.box
                for region, face in zip(regions, faces, strict=True)
            ]
    return faces


def _reconstruct_boxes(
    network: FaceNetwork, regions: Sequence[FaceRegion], boxes: Sequence[Float[np.ndarray, "4"]]
) -> list[Face]:
    crops = [
        cut_crop(region.photograph, box, network.image_size)
        for region, box in zip(regions, boxes, strict=True)
    ]
    filled = np.zeros((BATCH_SIZE, network.image_size, network.image_size, 3), np.float32)
    filled[: len(crops)] = [crop.pixels for crop in crops]
    prediction = network.predict(jnp.asarray(filled))
    _check(prediction, len(crops), network.description)
    return [
        _assemble(network, _row(prediction, row), *parts)
        for row, parts in enumerate(zip(regions, boxes, crops, strict=True))
    ]


def _row(prediction: Any, row: int) -> Any:
    """One face's prediction, cut out on the host: there is no program to compile."""
    return jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)[row]), prediction)


def _check(prediction: Any, used: int, weights: str) -> None:
    if prediction.camera is None:
        raise ReconstructionError(
            f"weights {weights}: no camera head, so the face cannot be placed in the photograph"
        )
    leaves = [np.asarray(leaf)[:used] for leaf in jax.tree.leaves(prediction)]
    if not all(np.isfinite(leaf).all() for leaf in leaves):
        raise ReconstructionError(f"weights {weights}: their predictions are not finite numbers")


def _assemble(
    network: FaceNetwork,
    prediction: Any,
    region: FaceRegion,
    box: Float[np.ndarray, "4"],
    crop: Crop,
) -> Face:
    height, width = region.photograph.shape[:2]
    expression = clip_expression(network.face_model, prediction.expression)
    return Face(
        model=network.face_model,
        model_settings=network.face_model_settings,
        identity=np.asarray(prediction.identity),
        expression=np.asarray(expression),
        camera=camera_in_photograph(prediction.camera, crop),
        picture_size=(width, height),
        box=box,
        score=region.score,
        image=region.image,
        weights=network.description,
        photograph=region.photograph,
    )


def _with_given_landmarks(face: Face, region: FaceRegion) -> Face:
    if region.landmarks is None:
        return face
    seen = jnp.asarray(region.landmarks, jnp.float32)
    camera = fit_camera(jnp.asarray(face.landmarks_3d), seen)
    return dataclasses.replace(face, camera=camera, box=region.box)


def _refined_box(face: Face) -> Float[np.ndarray, "4"]:
    """The box of the predicted landmarks, unless it has wandered off."""
    refined = np.asarray(bounding_box(jnp.asarray(face.landmarks_2d)), face.box.dtype)
    agree = intersection_over_union(face.box, refined) >= LEAST_AGREEMENT
    return refined if agree else face.box
