"""The video again, with every followed face's mesh drawn over it."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from e2far_jax.gallery.studio import opaque_triangles
from e2far_jax.geometry.boxes import bounding_box, crop_square
from e2far_jax.geometry.cameras import Camera, transform_image
from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.rendering.preview import render_mesh
from e2far_jax.video.people import Person
from e2far_jax.video.reading import Frame

SIZE = 192  # pixels of a mesh's own picture, whatever the face's size: one program is compiled
EXTENT = 1.15  # side of that picture, in sides of the crop around the landmarks
OPACITY = 0.65


class Overlay:
    """Draws people's meshes over the frames of their video."""

    def __init__(self, model: MorphableModel, people: Sequence[Person]) -> None:
        self._model, self._triangles = model, face_triangles(model)
        self._shown: dict[int, list[tuple[Person, int]]] = {}
        for person in people:
            for row, frame in enumerate(person.motion.frames.tolist()):
                self._shown.setdefault(frame, []).append((person, row))

    def draw(self, frame: Frame) -> Float[np.ndarray, "H W 3"]:
        """The frame with all faces that were followed in it; RGB in [0, 1]."""
        picture = frame.picture
        for person, row in self._shown.get(frame.number, []):
            picture = self._laid_over(picture, person, row)
        return picture

    def _laid_over(
        self, picture: Float[np.ndarray, "H W 3"], person: Person, row: int
    ) -> Float[np.ndarray, "H W 3"]:
        box = bounding_box(jnp.asarray(person.landmarks[row], jnp.float32))
        centre, side = (np.float64(part) for part in crop_square(box))
        step = EXTENT * float(side) / SIZE  # pixels of the frame for one of the mesh's picture
        offset = centre - step * SIZE / 2.0
        layer = _mesh_picture(
            self._model,
            self._triangles,
            jnp.asarray(person.identity),
            jnp.asarray(person.motion.expression[row], jnp.float32),
            transform_image(
                person.motion.camera_at(row),
                jnp.float32(1.0 / step),
                jnp.asarray(-offset / step, jnp.float32),
            ),
            SIZE,
        )
        return _composed(picture, np.asarray(layer), step, offset)


def face_triangles(model: MorphableModel) -> Int[Array, "F 3"]:
    """The triangles of the face, without neck and scalp, which ICT-FaceKit's region has too."""
    triangles = np.asarray(opaque_triangles(model))
    region = np.asarray(model.regions.get("narrow_face", model.regions["face"]))
    return jnp.asarray(triangles[region[triangles].all(axis=1)])


@functools.partial(jax.jit, static_argnames="size")
def _mesh_picture(
    model: MorphableModel,
    triangles: Int[Array, "F 3"],
    identity: Float[Array, "I"],
    expression: Float[Array, "E"],
    camera: Camera,
    size: int,
) -> Float[Array, "S S 4"]:
    """RGB multiplied by the share of the pixel that is covered, and that share."""
    drawn = render_mesh(shape(model, identity, expression), triangles, camera, size, size)
    return jnp.concatenate([drawn[..., :3] * drawn[..., 3:], drawn[..., 3:]], axis=-1)


def _composed(
    picture: Float[np.ndarray, "H W 3"],
    layer: Float[np.ndarray, "S S 4"],
    step: float,
    offset: Float[np.ndarray, "2"],
) -> Float[np.ndarray, "H W 3"]:
    """A picture under a layer whose point p falls at step * p + offset."""
    import cv2

    low = np.maximum(np.floor(offset).astype(int), 0)
    high = np.minimum(np.ceil(offset + step * len(layer)).astype(int), picture.shape[1::-1])
    if (high <= low).any():
        return picture
    # OpenCV has its origin in the middle of the first pixel.
    shift = offset - low + (step - 1.0) / 2.0
    place = np.array([[step, 0.0, shift[0]], [0.0, step, shift[1]]])
    flags = cv2.INTER_AREA if step < 1.0 else cv2.INTER_LINEAR
    placed = OPACITY * cv2.warpAffine(layer, place, tuple((high - low).tolist()), flags=flags)
    window = (slice(low[1], high[1]), slice(low[0], high[0]))
    result = picture.copy()
    result[window] = placed[..., :3] + (1.0 - placed[..., 3:]) * picture[window]
    return result
