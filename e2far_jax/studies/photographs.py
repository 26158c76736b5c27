"""A network on photographs with 68 landmarks; nothing is ever trained on them."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.evaluation.metrics.landmarks import normalised_mean_error
from e2far_jax.faces.face import Face
from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.reconstruction.faces import FaceNetwork, reconstruct_faces
from e2far_jax.reconstruction.photographs import read_photograph


def reconstruct_annotated(
    network: FaceNetwork, photograph: AnnotatedPhotograph
) -> tuple[Face, float]:
    """The face of a photograph, the crop being cut around its true landmarks.

    Args:
      network: a trained network with a camera head.
      photograph: with its true landmarks.
    Returns:
      The face, and the NME of its projected landmarks in percent.
    """
    box = np.asarray(bounding_box(jnp.asarray(photograph.landmarks)))
    (face,) = reconstruct_faces(network, read_photograph(photograph.path), box[None])
    error = normalised_mean_error(
        jnp.asarray(face.landmarks_2d)[None], jnp.asarray(photograph.landmarks)[None]
    )
    return face, float(error[0])


def landmark_errors(
    network: FaceNetwork, photographs: Sequence[AnnotatedPhotograph]
) -> dict[str, float]:
    """NME of a network's projected landmarks in percent, by the picture's name."""
    return {photo.path.name: reconstruct_annotated(network, photo)[1] for photo in photographs}
