"""Whether identity says who it is: how far two people's shapes differ, and one person's own.

The one person is seen again in boxes that are a little off, mirrored, and in other colours, none of
which changes a face.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.evaluation.metrics.spread import IdentitySpread, spread
from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.morphable.model import gram_matrix
from e2far_jax.morphable.symmetry import mirror_of
from e2far_jax.reconstruction.faces import FaceNetwork, reconstruct_faces
from e2far_jax.reconstruction.photographs import read_photograph

JITTERED, RECOLOURED = 4, 2
SHIFT, ZOOM = 0.05, 0.08  # most of a box's side
GAIN, GAMMA = 0.15, 0.3  # most of their logarithms


def identity_spread(
    network: FaceNetwork, photographs: Sequence[AnnotatedPhotograph], seed: int = 0
) -> IdentitySpread:
    """Measure it on photographs of different people.

    Args:
      network: a trained network on a symmetric face model.
      photographs: one a person, at least two.
      seed: of what changes the views.
    """
    generator = np.random.default_rng(seed)
    mirror = mirror_of(network.face_model).identity
    people = []
    for photograph in tqdm(photographs, "other boxes and colours", unit="face"):
        picture = read_photograph(photograph.path)
        box = np.asarray(bounding_box(jnp.asarray(photograph.landmarks)), np.float64)
        identities = []
        for changed, changed_box, mirrored in _views(picture, box, generator):
            (face,) = reconstruct_faces(network, changed, changed_box[None].astype(np.float32))
            identities.append(face.identity @ mirror if mirrored else face.identity)
        people.append(np.stack(identities))
    return spread(np.stack(people), _gram(network))


def _gram(network: FaceNetwork) -> Float[np.ndarray, "I I"]:
    model = network.face_model
    return np.asarray(gram_matrix(model.identity_basis, model.regions["face"]), np.float64)


def _views(
    picture: Float[np.ndarray, "H W 3"],
    box: Float[np.ndarray, "4"],
    generator: np.random.Generator,
) -> Iterator[tuple[Float[np.ndarray, "H W 3"], Float[np.ndarray, "4"], bool]]:
    """The picture as it is and changed, its box, and whether it is mirrored."""
    yield picture, box, False
    width = picture.shape[1]
    yield picture[:, ::-1], np.array([width - box[2], box[1], width - box[0], box[3]]), True
    for _ in range(JITTERED):
        yield picture, _jittered(box, generator), False
    for _ in range(RECOLOURED):
        yield _recoloured(picture, generator), box, False


def _jittered(
    box: Float[np.ndarray, "4"], generator: np.random.Generator
) -> Float[np.ndarray, "4"]:
    centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    centre = centre + 2 * half * generator.uniform(-SHIFT, SHIFT, 2)
    half = half * (1 + generator.uniform(-ZOOM, ZOOM))
    return np.concatenate([centre - half, centre + half])


def _recoloured(
    picture: Float[np.ndarray, "H W 3"], generator: np.random.Generator
) -> Float[np.ndarray, "H W 3"]:
    gains = np.exp(generator.uniform(-GAIN, GAIN, 3))
    gamma = np.exp(generator.uniform(-GAMMA, GAMMA))
    return np.clip(gains * picture**gamma, 0.0, 1.0).astype(np.float32)
