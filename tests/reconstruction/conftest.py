"""A small morphable model and a stand-in network for the tests of this room."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.morphable.surface_points import points_at_vertices
from e2far_jax.reconstruction import job, views


def dome(textured: bool = True, named: bool = True) -> MorphableModel:
    """Half an ellipsoid on a 12 x 12 grid, bulging towards +z, with 5 identity modes."""
    u, v = np.meshgrid(np.linspace(0.0, 1.0, 12), np.linspace(0.0, 1.0, 12))
    x, y = 160.0 * (u.ravel() - 0.5), 200.0 * (v.ravel() - 0.5)
    z = 60.0 * np.sqrt(np.maximum(0.0, 2.0 - (x / 80.0) ** 2 - (y / 100.0) ** 2))
    corner = (np.arange(11)[:, None] * 12 + np.arange(11)).ravel()
    right, above, across = corner + 1, corner + 12, corner + 13
    triangles = np.concatenate(
        [np.stack([corner, right, across], 1), np.stack([corner, across, above], 1)]
    )
    random = np.random.default_rng(0)
    landmarks = random.permutation(144)[:68]
    landmarks[[36, 45]] = [62, 68]  # outer eye corners, as far apart as a face's
    texture = {}
    if textured:
        # A numbering of its own: texture coordinates need not go with vertices.
        texture = {
            "texture_coordinates": jnp.asarray(np.stack([u.ravel(), v.ravel()], 1)[::-1].copy()),
            "texture_triangles": jnp.asarray(143 - triangles, jnp.int32),
        }
    return MorphableModel(
        mean=jnp.asarray(np.stack([x, y, z], 1), jnp.float32),
        identity_basis=jnp.asarray(random.normal(size=(144, 3, 5)), jnp.float32),
        expression_basis=jnp.asarray(3.0 * random.normal(size=(144, 3, 4)), jnp.float32),
        triangles=jnp.asarray(triangles, jnp.int32),
        landmarks=points_at_vertices(landmarks),
        regions={"face": jnp.ones(144, bool)},
        name="dome",
        expression_names=("jawOpen", "smile", "blink", "browUp") if named else (),
        expression_prior="unit" if named else "normal",
        **texture,
    )


@dataclasses.dataclass
class MeanColourNetwork:
    """Coefficients and cameras that are simple functions of a crop's mean colour."""

    face_model: MorphableModel
    image_size: int = 32
    face_model_settings: FaceModelSettings = FaceModelSettings("dome")
    description: str = "stand-in"
    with_camera: bool = True
    broken: bool = False
    batches: list[tuple[int, ...]] = dataclasses.field(default_factory=list)

    def predict(self, images):
        self.batches.append(images.shape)
        red, green, blue = jnp.moveaxis(images.mean(axis=(1, 2)), -1, 0)
        identity = red[:, None] * jnp.arange(1.0, 6.0)
        expression = 3.0 * (green[:, None] - 0.5) * jnp.array([1.0, -1.0, 0.5, -0.5])
        if self.broken:
            identity = identity * jnp.nan
        if not self.with_camera:
            return Prediction(identity, expression)
        rotation = rotation_from_euler(0.3 * blue, 0.5 * red, 0.2 * green)
        scale = self.image_size / 280.0 * jnp.ones_like(red)
        translation = self.image_size * (0.5 + 0.05 * jnp.stack([red, blue], axis=-1))
        return Prediction(identity, expression, Camera(rotation, scale, translation))


@pytest.fixture
def small_views(monkeypatch):
    """Contact sheets with small pictures, which are drawn faster."""
    monkeypatch.setattr(views, "VIEW_SIZE", 64)
    monkeypatch.setattr(job, "VIEW_SIZE", 64)


@pytest.fixture(scope="session")
def model() -> MorphableModel:
    return dome()


@pytest.fixture
def network(model) -> MeanColourNetwork:
    return MeanColourNetwork(model)


@pytest.fixture(scope="session")
def photograph() -> np.ndarray:
    """A smooth picture, 240 wide and 200 high, that differs from place to place."""
    rows, columns = np.mgrid[:200, :240]
    waves = [np.sin(columns / 31.0), np.cos(rows / 23.0), np.sin((rows + columns) / 41.0)]
    return np.stack(waves, axis=-1).astype(np.float32) / 2.0 + 0.5
