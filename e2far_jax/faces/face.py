"""One face of a photograph: coefficients and a camera, and the shapes that follow from them."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.scans.mesh import Mesh

SIDES = {"_L": "Left", "_R": "Right"}
Pose = Literal["frontal", "camera"]
Expression = str | Mapping[str, float] | Float[np.ndarray, "E"]


@dataclasses.dataclass(frozen=True, eq=False)
class Face:
    """A face that was found in a picture.

    Attributes:
      model: the morphable model that the coefficients speak of.
      model_settings: how to open that model again.
      identity: identity coefficients, standard deviations.
      expression: expression coefficients: weights in 0..1 of named blendshapes, or standard
        deviations, as `model.expression_prior` says.
      camera: from mm in the face's own axes to pixels of the photograph.
      picture_size: the photograph's width and height, pixels.
      box: the tightest box [x0, y0, x1, y1] around the 68 landmarks that the crop was cut around,
        pixels of the photograph.
      score: how sure the detector was, 0..1; 1 for a box or landmarks that were given.
      image: what the photograph is called.
      weights: which network said so.
      photograph: RGB in [0, 1], for textures and overlays; None where it is not at hand.
    """

    model: MorphableModel
    model_settings: FaceModelSettings
    identity: Float[np.ndarray, "I"]
    expression: Float[np.ndarray, "E"]
    camera: Camera
    picture_size: tuple[int, int]
    box: Float[np.ndarray, "4"]
    score: float = 1.0
    image: str = ""
    weights: str = ""
    photograph: Float[np.ndarray, "H W 3"] | None = None

    @functools.cached_property
    def vertices(self) -> Float[np.ndarray, "N 3"]:
        """The face with its expression, in its own axes, mm."""
        return self._shape(self.expression)

    @functools.cached_property
    def neutral_vertices(self) -> Float[np.ndarray, "N 3"]:
        """The face without expression, in its own axes, mm."""
        return self._shape(np.zeros_like(self.expression))

    @functools.cached_property
    def landmarks_3d(self) -> Float[np.ndarray, "68 3"]:
        """The 68 iBUG points in the face's own axes, mm."""
        return np.asarray(self.model.landmarks.on(jnp.asarray(self.vertices)))

    @functools.cached_property
    def landmarks_2d(self) -> Float[np.ndarray, "68 2"]:
        """The 68 iBUG points in the photograph, pixels."""
        return self.projected(self.landmarks_3d)[:, :2]

    @property
    def expression_weights(self) -> dict[str, float]:
        """The expression's coefficients by name; "expression_1", ... where the model has no names.

        In the model's order.
        """
        return dict(zip(expression_names(self.model), self.expression.tolist(), strict=True))

    def projected(self, points: Float[np.ndarray, "K 3"]) -> Float[np.ndarray, "K 3"]:
        """Points of the face's own axes (mm) in the photograph: x and y in pixels, depth in mm."""
        return np.asarray(project(self.camera, jnp.asarray(points, jnp.float32)))

    def mesh(self, expression: Expression = "own", pose: str = "frontal") -> Mesh:
        """The face as a mesh, mm.

        Args:
          expression: "own", "neutral", coefficients, or some of them by name (the others 0).
          pose: "frontal" leaves the face in its own axes; "camera" turns and places it as in the
            photograph: x right, y up, z towards the viewer, the origin in the picture's middle, so
            that parallel rays along z at `camera.scale` pixels a millimetre give the picture.
        Raises:
          ValueError: for an expression that the model does not have, or another pose.
        """
        vertices = self._shape(self.expression_coefficients(expression))
        if pose == "camera":
            vertices = self.posed(vertices)
        elif pose != "frontal":
            raise ValueError(f"pose is {pose!r}; the choices are 'frontal' and 'camera'")
        return Mesh(np.float64(vertices), np.asarray(self.model.triangles))

    def save(
        self, path: str | os.PathLike[str], write: str | Sequence[str] = ("json", "obj", "glb")
    ) -> None:
        """Write the face's files, each whole or not at all.

        Args:
          path: folder and stem of the files: "faces/anna" gives faces/anna.json, ...; the folder
            is made where it is missing.
          write: kinds of files, such as "json,glb" or ["json", "glb"]; "all" is every one of
            `e2far_jax.outputs.kinds.KINDS`.
        Raises:
          ValueError: for an unknown kind, or one that needs the photograph where it is not at hand.
          OSError: where a file cannot be written.
        """
        from e2far_jax.outputs.kinds import save_face  # a room above: for the call's convenience

        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        save_face(target.parent, target.name, self, write)

    def posed(self, vertices: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
        """Points of the face's own axes as the camera sees them, mm; `mesh` says where and how."""
        scale = float(self.camera.scale)
        seen = self.projected(vertices)
        middle = np.asarray(self.picture_size, np.float32) / 2.0
        flat = (seen[:, :2] - middle) / scale * np.array([1.0, -1.0], np.float32)
        return np.concatenate([flat, seen[:, 2:]], axis=1)

    def expression_coefficients(self, expression: Expression) -> Float[np.ndarray, "E"]:
        """The coefficients that `mesh` takes for an expression."""
        if isinstance(expression, str):
            if expression not in ("own", "neutral"):
                raise ValueError(
                    f"expression is {expression!r}; expected 'own', 'neutral', coefficients, or "
                    "weights by name"
                )
            return self.expression if expression == "own" else np.zeros_like(self.expression)
        if isinstance(expression, Mapping):
            return np.asarray(_by_name(self.model, expression), np.float32)
        coefficients = np.asarray(expression, np.float32)
        if coefficients.shape != self.expression.shape or not np.isfinite(coefficients).all():
            raise ValueError(
                f"expression has the shape {coefficients.shape}; the model "
                f"{self.model.name!r} expects {len(self.expression)} finite coefficients"
            )
        return coefficients

    def _shape(self, expression: Float[np.ndarray, "E"]) -> Float[np.ndarray, "N 3"]:
        return np.asarray(_shape(self.model, self.identity, expression))


_shape = jax.jit(shape)


def expression_names(model: MorphableModel) -> tuple[str, ...]:
    """What a face's files call the expression coefficients of its model.

    The model's names, sides spelled as ARKit does: "eyeBlinkLeft" for "eyeBlink_L". ARKit knows
    one browInnerUp and one cheekPuff where models have two sides, which then are both there. Names
    are made up where the model has none.
    """
    if not model.expression_names:
        return tuple(f"expression_{number}" for number in range(1, model.expression_size + 1))
    return tuple(_with_side(name) for name in model.expression_names)


def _with_side(name: str) -> str:
    stem, side = name[:-2], SIDES.get(name[-2:])
    return name if side is None else stem + side


def _by_name(model: MorphableModel, weights: Mapping[str, float]) -> list[float]:
    names = expression_names(model)
    unknown = [name for name in weights if name not in names]
    if unknown:
        raise ValueError(
            f"{model.name!r} has no expression {unknown[0]!r}; it has {', '.join(names)}"
        )
    return [float(weights.get(name, 0.0)) for name in names]
