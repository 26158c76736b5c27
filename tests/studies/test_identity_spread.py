from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from PIL import Image

from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.geometry.cameras import Camera
from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from e2far_jax.morphable.symmetry import mirror_of
from e2far_jax.studies.identity_spread import identity_spread


class SeesBrightness:
    """Reads identity from the picture's left and right half: mirrored, it is the mirrored face."""

    image_size, description = 32, "a test"

    def __init__(self) -> None:
        self.face_model_settings = FaceModelSettings(identity_size=20)
        self.face_model = load_face_model(self.face_model_settings)
        signs = np.diag(mirror_of(self.face_model).identity)
        self._even, self._odd = int(np.argmax(signs > 0)), int(np.argmin(signs))

    def predict(self, images) -> Prediction:
        left, right = images[:, :, :16].mean((1, 2, 3)), images[:, :, 16:].mean((1, 2, 3))
        identity = jnp.zeros((len(images), 20))
        identity = identity.at[:, self._even].set(10 * (left + right))
        identity = identity.at[:, self._odd].set(10 * (left - right))
        camera = Camera(
            jnp.tile(jnp.eye(3), (len(images), 1, 1)),
            jnp.full(len(images), 0.2),
            jnp.full((len(images), 2), 16.0),
        )
        return Prediction(identity, jnp.zeros((len(images), 54)), camera)


def test_views_of_one_person_are_told_from_other_people(tmp_path) -> None:
    generator, photographs = np.random.default_rng(0), []
    for number in range(4):
        halves = generator.integers(20, 230, (1, 2, 3)).astype(np.uint8)
        path = tmp_path / f"{number}.png"
        Image.fromarray(halves.repeat(120, axis=0).repeat(60, axis=1)).save(path)
        points = np.array([[40.0, 40.0], [80.0, 80.0]], np.float32).repeat(34, axis=0)
        photographs.append(AnnotatedPhotograph(path, points))
    network = SeesBrightness()
    found = identity_spread(network, photographs)
    assert found.ratio > 1.5
    assert found == identity_spread(network, photographs)
    assert found != identity_spread(network, photographs, seed=1)
