"""The synthetic benchmark: rendered faces, of which everything is known."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.evaluation.jobs.landmark_sets import LandmarkTruth, measure_landmarks
from e2far_jax.evaluation.jobs.pictures import landmark_pictures, mesh_picture
from e2far_jax.evaluation.jobs.sets import Pictures
from e2far_jax.evaluation.jobs.summary import column, failures_of, mean_figure, present
from e2far_jax.evaluation.jobs.systems import Picture, PredictedFace
from e2far_jax.evaluation.metrics.landmarks import dense_error
from e2far_jax.evaluation.metrics.vertices import aligned_distances, average_errors
from e2far_jax.evaluation.reports.contents import Measure, System
from e2far_jax.evaluation.synthetic.pictures import GradedFaces, digest, graded_faces
from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.journal import Finding
from e2far_jax.morphable.model import MorphableModel, shape

RULES = """Every grade shows the same people, of whom no training saw any. Networks are given the \
picture and the box of the true landmarks, baselines the true landmarks and no picture.

Landmarks: the mean distance of the 68 projected ones from the true ones, in percent of \
sqrt(width height) of the true ones' box; of all vertices of the face in the same way. \
Shapes: the root mean square distance of the face's vertices after a similarity fit over them. \
Errors of vertices and shapes are those of systems that speak of the same vertices as the \
benchmark's morphable model; others have none. Rotation: the angle between the true one and the \
system's, whose morphable model may have other axes by a few degrees.

Headline numbers have intervals over people. Where tables put grades together, pictures of one \
person count as independent, which they are not: intervals and p are too small there."""

MEASURES = {
    "nme": ("NME of 68 landmarks", "%"),
    "dense": ("NME of the face's vertices", "%"),
    "neutral": ("RMSE of the neutral shape", "mm"),
    "expressive": ("RMSE of the expressive shape", "mm"),
    "rotation": ("rotation error", "degrees"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class SyntheticTruth(LandmarkTruth):
    """What a picture shows.

    Attributes:
      grade: how difficult it is.
      identity: coefficients.
      expression: coefficients.
      camera: the true one, or that nearest to it where the picture has perspective.
    """

    grade: str
    identity: Float[np.ndarray, "I"]
    expression: Float[np.ndarray, "E"]
    camera: Camera


@dataclasses.dataclass(frozen=True)
class SyntheticSet:
    """See `EvaluationSet`.

    Attributes:
      model: the morphable model that the pictures show.
      truths: of all pictures, grade by grade, the same people in each.
      digest: SHA-256 of the pictures' pixels.
    """

    model: MorphableModel
    truths: Sequence[SyntheticTruth]
    digest: str
    rules: str = RULES
    scans: bool = False
    neutral: bool = False
    main: str = "nme"

    @property
    def title(self) -> str:
        """With the model, and the pictures' digest, so that findings are of these pictures."""
        return f"the synthetic benchmark of {self.model.name} ({self.digest[:12]})"

    @property
    def data_set(self) -> str:
        """What it is, with the whole digest."""
        return (
            f"rendered faces of the morphable model {self.model.name!r} in "
            f"{len({truth.grade for truth in self.truths})} grades; SHA-256 of the pictures' "
            f"pixels: {self.digest}"
        )

    @property
    def strata(self) -> dict[str, tuple[str, ...]]:
        """The grades."""
        return {"grade": tuple(truth.grade.replace("_", " ") for truth in self.truths)}

    def measure(self, folder: Path) -> Callable[[PredictedFace, SyntheticTruth], Finding]:
        """All errors of a face; nothing goes to the folder."""

        def measure(face: PredictedFace, truth: SyntheticTruth) -> Finding:
            finding = measure_landmarks(face, truth)
            if face.mesh is not None and len(face.mesh.vertices) == len(self.model.mean):
                finding |= self._shape_errors(face, truth)
            return finding

        return measure

    def _shape_errors(self, face: PredictedFace, truth: SyntheticTruth) -> Finding:
        neutral, expressive = self._true_shapes(truth)
        finding = {"expressive": self._rmse(face.mesh.vertices, expressive)}
        if face.neutral_vertices is not None:
            finding["neutral"] = self._rmse(face.neutral_vertices, neutral)
        if face.camera is not None:
            region = np.asarray(self.model.regions["face"])
            seen, true = (
                np.asarray(project(camera, jnp.asarray(vertices[region], jnp.float32)))[:, :2]
                for camera, vertices in (
                    (face.camera, face.mesh.vertices),
                    (truth.camera, expressive),
                )
            )
            error = dense_error(seen[None], true[None], truth.landmarks[None])
            finding["dense"] = float(error[0])
        return finding

    def _true_shapes(self, truth: SyntheticTruth) -> Float[np.ndarray, "2 N 3"]:
        """Without and with the expression, mm."""
        return np.asarray(_shapes(self.model, truth.identity, truth.expression), np.float64)

    def _rmse(self, predicted: Float[np.ndarray, "N 3"], true: Float[np.ndarray, "N 3"]) -> float:
        region = np.asarray(self.model.regions["face"])
        distances = aligned_distances(predicted[None], true[None], region)
        return float(average_errors(distances, region).rmse[0])

    def system(
        self, name: str, description: str, findings: Mapping[str, Finding], folder: Path
    ) -> System:
        """The mean of each error over people; grades are strata of the report."""
        items = [truth.picture.name for truth in self.truths]
        columns = {key: column(findings, items, key) for key in MEASURES}
        there = {key: values for key, values in columns.items() if np.isfinite(values).any()}
        grades = len({truth.grade for truth in self.truths})
        rules = f"{self.title}, each person's mean over all grades"
        figures = [
            mean_figure(*MEASURES[key], rules, values.reshape(grades, -1).mean(axis=0))
            for key, values in there.items()
        ]
        measures = {key: Measure(*MEASURES[key], values) for key, values in there.items()}
        return System(name, description, present(figures), measures, failures_of(findings))

    def pictures(self, face: PredictedFace, truth: SyntheticTruth) -> Pictures:
        """The picture, its landmarks, and where there are errors of the shape, the true face."""
        shown = landmark_pictures(truth.picture, truth.landmarks, face.landmarks_2d)
        if face.mesh is not None and len(face.mesh.vertices) == len(self.model.mean):
            region, triangles = np.asarray(self.model.regions["face"]), face.mesh.triangles
            true = self._true_shapes(truth)[1]
            errors = aligned_distances(face.mesh.vertices[None], true[None], region)[0]
            inside = (np.cumsum(region) - 1)[triangles[region[triangles].all(axis=1)]]
            shown["errors of the shape"] = mesh_picture(true[region], inside, errors[region])
        return shown


@jax.jit
def _shapes(
    model: MorphableModel, identity: Float[Array, "I"], expression: Float[Array, "E"]
) -> Float[Array, "2 N 3"]:
    expressions = jnp.stack([jnp.zeros_like(expression), expression])
    return shape(model, jnp.broadcast_to(identity, (2, len(identity))), expressions)


def open_synthetic_set(model: MorphableModel, folder: Path, count: int) -> SyntheticSet:
    """The benchmark with one morphable model; what is not in the folder is rendered.

    Args:
      model: with all its modes.
      folder: of the pictures.
      count: pictures a grade.
    """
    faces = graded_faces(model, folder, count)
    truths = [
        truth for grade, of_grade in faces.items() for truth in _truths(grade, of_grade, count)
    ]
    return SyntheticSet(model, truths, digest(truth.picture.path for truth in truths))


def _truths(grade: str, faces: GradedFaces, count: int) -> list[SyntheticTruth]:
    cameras = Camera(*map(jnp.asarray, (faces.rotation, faces.scale, faces.translation)))
    boxes = np.asarray(bounding_box(jnp.asarray(faces.landmarks)), np.float64)
    return [
        SyntheticTruth(
            picture=Picture(f"{grade}/{number:04d}", faces.pictures[number], boxes[number]),
            landmarks=faces.landmarks[number].astype(np.float64),
            rotation=faces.rotation[number].astype(np.float64),
            grade=grade,
            identity=faces.identity[number],
            expression=faces.expression[number],
            camera=jax.tree.map(lambda leaf, number=number: leaf[number], cameras),
        )
        for number in range(count)
    ]
