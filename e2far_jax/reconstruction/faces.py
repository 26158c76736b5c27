"""From a photograph's faces to their coefficients, shapes, landmarks and cameras."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.morphable.model import MorphableModel, clip_expression, neutral_shape, shape
from e2far_jax.reconstruction.boxes import intersection_over_union
from e2far_jax.reconstruction.crops import Crop, camera_in_photograph, cut_crop
from e2far_jax.reconstruction.detection import detect_faces
from e2far_jax.reconstruction.errors import ReconstructionError

BATCH_SIZE = 8  # the last batch is filled up, so that the network compiles for one size only
LEAST_AGREEMENT = 0.5  # a refined box must share this part with the one before


@runtime_checkable
class FaceNetwork(Protocol):
    """A trained network with the morphable model that its coefficients belong to.

    Attributes:
      image_size: the side of its square input, pixels.
      face_model: the model whose coefficients it predicts.
      face_model_name: for reports and files.
      description: which weights these are.
    """

    image_size: int
    face_model: MorphableModel
    face_model_name: str
    description: str

    def predict(self, images: Float[Array, "B H W 3"]) -> Any:
        """RGB crops in [0, 1] to a `models.e2far.Prediction`, its camera in crop pixels."""
        ...


@dataclasses.dataclass(frozen=True)
class FaceRegion:
    """A face still to be reconstructed.

    Attributes:
      photograph: RGB in [0, 1].
      box: its landmark box [x0, y0, x1, y1], pixels.
      refinements: how often to cut again around the predicted landmarks.
    """

    photograph: Float[np.ndarray, "H W 3"]
    box: Float[np.ndarray, "4"]
    refinements: int = 0


@dataclasses.dataclass(frozen=True)
class Reconstruction:
    """One reconstructed face.

    Attributes:
      box: the landmark box that the final crop was cut around, pixels of the photograph.
      crop: what the network saw.
      identity: identity coefficients.
      expression: expression coefficients, blendshape weights clipped to 0..1.
      camera: from mm to pixels of the photograph.
      vertices: the face with its expression, in the face's own axes, mm.
      neutral_vertices: the same face without expression, mm.
      landmarks_2d: the 68 iBUG points in the photograph, pixels.
      landmarks_3d: the same points in the face's own axes, mm.
    """

    box: Float[np.ndarray, "4"]
    crop: Crop
    identity: Float[np.ndarray, "I"]
    expression: Float[np.ndarray, "E"]
    camera: Camera
    vertices: Float[np.ndarray, "N 3"]
    neutral_vertices: Float[np.ndarray, "N 3"]
    landmarks_2d: Float[np.ndarray, "68 2"]
    landmarks_3d: Float[np.ndarray, "68 3"]


def find_faces(
    photograph: Float[np.ndarray, "H W 3"], boxes: Float[np.ndarray, "faces 4"] | None = None
) -> list[FaceRegion]:
    """The faces of a photograph, those that are given or those that the detector finds.

    A detected box only guesses at the landmarks, so its crop is refined once (ours): cut again
    around the landmarks of a first prediction. A given box is taken as it is.

    Args:
      photograph: RGB in [0, 1].
      boxes: landmark boxes [x0, y0, x1, y1], pixels; None looks for faces.
    Returns:
      One region a face, detected ones largest first; empty where there is no face.
    """
    if boxes is not None:
        return [FaceRegion(photograph, box) for box in boxes]
    return [FaceRegion(photograph, box, refinements=1) for box in detect_faces(photograph)]


def reconstruct_faces(
    network: FaceNetwork,
    photograph: Float[np.ndarray, "H W 3"],
    boxes: Float[np.ndarray, "faces 4"] | None = None,
) -> list[Reconstruction]:
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


def reconstruct_batch(network: FaceNetwork, regions: Sequence[FaceRegion]) -> list[Reconstruction]:
    """Reconstruct up to BATCH_SIZE faces, from any photographs, in one pass of the network.

    Raises:
      ReconstructionError: for weights without a camera head, or with damaged numbers.
    """
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
) -> list[Reconstruction]:
    crops = [
        cut_crop(region.photograph, box, network.image_size)
        for region, box in zip(regions, boxes, strict=True)
    ]
    filled = np.zeros((BATCH_SIZE, network.image_size, network.image_size, 3), np.float32)
    filled[: len(crops)] = [crop.pixels for crop in crops]
    prediction = network.predict(jnp.asarray(filled))
    _check(prediction, len(crops), network.description)
    faces = []
    for row, (box, crop) in enumerate(zip(boxes, crops, strict=True)):
        one = jax.tree.map(lambda leaf, row=row: jnp.asarray(np.asarray(leaf)[row]), prediction)
        camera = camera_in_photograph(one.camera, crop)
        faces.append(_assemble(network.face_model, one.identity, one.expression, camera, box, crop))
    return faces


def _check(prediction: Any, used: int, weights: str) -> None:
    if prediction.camera is None:
        raise ReconstructionError(
            f"weights {weights}: no camera head, so the face cannot be placed in the photograph"
        )
    leaves = [np.asarray(leaf)[:used] for leaf in jax.tree.leaves(prediction)]
    if not all(np.isfinite(leaf).all() for leaf in leaves):
        raise ReconstructionError(f"weights {weights}: their predictions are not finite numbers")


def _assemble(
    model: MorphableModel,
    identity: Float[Array, "I"],
    expression: Float[Array, "E"],
    camera: Camera,
    box: Float[np.ndarray, "4"],
    crop: Crop,
) -> Reconstruction:
    expression, vertices, neutral, landmarks, seen = _shapes(model, identity, expression, camera)
    return Reconstruction(
        box=box,
        crop=crop,
        identity=np.asarray(identity),
        expression=np.asarray(expression),
        camera=camera,
        vertices=np.asarray(vertices),
        neutral_vertices=np.asarray(neutral),
        landmarks_2d=np.asarray(seen)[:, :2],
        landmarks_3d=np.asarray(landmarks),
    )


@jax.jit
def _shapes(
    model: MorphableModel,
    identity: Float[Array, "I"],
    expression: Float[Array, "E"],
    camera: Camera,
) -> tuple[Array, Array, Array, Array, Array]:
    """The clipped expression, the vertices with and without it, its landmarks, and these seen."""
    expression = clip_expression(model, expression)
    vertices = shape(model, identity, expression)
    landmarks = model.landmarks.on(vertices)
    neutral = neutral_shape(model, identity)
    return expression, vertices, neutral, landmarks, project(camera, landmarks)


def _refined_box(face: Reconstruction) -> Float[np.ndarray, "4"]:
    """The box of the predicted landmarks, unless it has wandered off."""
    refined = np.asarray(bounding_box(jnp.asarray(face.landmarks_2d)), face.box.dtype)
    agree = intersection_over_union(face.box, refined) >= LEAST_AGREEMENT
    return refined if agree else face.box
