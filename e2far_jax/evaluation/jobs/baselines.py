"""What can be said of a picture without looking at it, if somebody gives its true landmarks."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.jobs.network import outer_triangles
from e2far_jax.evaluation.jobs.systems import Failure, Picture, PredictedFace
from e2far_jax.evaluation.synthetic import landmark_fit
from e2far_jax.evaluation.synthetic.landmark_fit import fit_landmarks, fitted_vertices
from e2far_jax.geometry.cameras import project
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.moving_points import moving_landmarks
from e2far_jax.scans.mesh import Mesh


@dataclasses.dataclass(frozen=True)
class LandmarkBaseline:
    """A morphable model fitted to the true landmarks of each picture.

    Attributes:
      name: for tables.
      description: one line that says what it is.
      model: the morphable model.
      landmarks: the 68 of each picture, by its name, pixels.
    """

    name: str
    description: str
    model: MorphableModel
    landmarks: Mapping[str, Float[np.ndarray, "68 2"]]

    @property
    def fingerprint(self) -> str:
        """Of the model's modes and the fit's constants; the landmarks are the data set's."""
        parts = (self.name, self.model.name, self.model.identity_size, self.model.expression_size)
        constants = (landmark_fit.DEVIATION, landmark_fit.WEIGHT_DEVIATION)
        return hashlib.sha256(repr((parts, constants)).encode()).hexdigest()[:16]

    def faces(self, pictures: Sequence[Picture]) -> Iterator[PredictedFace | Failure]:
        """The fitted face of each picture, which is not opened."""
        triangles = outer_triangles(self.model)
        landmarks = moving_landmarks(self.model)
        for picture in pictures:
            found = fit_landmarks(self.model, landmarks, self.landmarks[picture.name])
            vertices, neutral = fitted_vertices(self.model, found)
            points = self.model.landmarks.on(jnp.asarray(vertices, jnp.float32))
            yield PredictedFace(
                np.asarray(project(found.camera, points), np.float64)[:, :2],
                np.asarray(points, np.float64),
                Mesh(vertices, triangles),
                neutral,
                found.camera,
            )


def baselines(
    model: MorphableModel, landmarks: Mapping[str, Float[np.ndarray, "68 2"]]
) -> list[LandmarkBaseline]:
    """The mean face, and the regularised least-squares fit, both placed by the true landmarks.

    Args:
      model: the morphable model, with all its modes.
      landmarks: true ones by the pictures' names, pixels.
    """
    nothing = jnp.zeros_like(model.mean)[..., None]  # one mode that moves no vertex
    mean_face = dataclasses.replace(
        model, identity_basis=nothing, expression_basis=nothing, expression_names=()
    )
    placed = "placed by the true 68 landmarks"
    fitted = "fitted to the true 68 landmarks by regularised least squares"
    return [
        LandmarkBaseline("mean face", f"the mean face, {placed}", mean_face, landmarks),
        LandmarkBaseline("landmark fit", f"the morphable model, {fitted}", model, landmarks),
    ]
