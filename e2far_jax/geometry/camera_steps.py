"""Small changes of a camera, said along the axes of the face that it shows (ours).

Seen along its own axes a face that is off by a little to its left looks the same however it lies in
the picture, so that what a change looks like is learnt once for all pictures.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_6d

STEP_SIZE = 6


def face_axes(camera: Camera) -> Float[Array, "B 2 2"]:
    """The face's right and its down, in the picture's plane: unit vectors in rows, y down.

    They are NaN where the face's up points straight at the viewer or away.
    """
    up = camera.rotation[:, :2, 1]
    sine, cosine = jnp.moveaxis(up / jnp.linalg.norm(up, axis=-1, keepdims=True), -1, 0)
    return jnp.stack([cosine, sine, -sine, cosine], axis=-1).reshape(-1, 2, 2)


def camera_step(camera: Camera, wanted: Camera) -> Float[Array, "B 6"]:
    """The step from one camera to another; `stepped` takes it, but for squares of the angle.

    Args:
      camera: where the step begins.
      wanted: where it leads.
    Returns:
      The turn, as its axis times the sine of its angle, along the face's right and up and towards
      the viewer; the logarithm of the scales' ratio; how far the origin moves along the face's
      right and down, mm on the face.
    """
    axes = face_axes(camera)
    across = jnp.swapaxes(camera.rotation, -1, -2)
    turn = jnp.matmul(wanted.rotation, across, precision="highest")
    twice = turn - jnp.swapaxes(turn, -1, -2)
    sines = 0.5 * jnp.stack([twice[:, 2, 1], twice[:, 0, 2], twice[:, 1, 0]], axis=-1)
    moved = (wanted.translation - camera.translation) / camera.scale[:, None]
    return jnp.concatenate(
        [
            _flipped(_along(axes, _flipped(sines[:, :2]))),
            sines[:, 2:],
            jnp.log(wanted.scale / camera.scale)[:, None],
            _along(axes, moved),
        ],
        axis=-1,
    )


def stepped(camera: Camera, step: Float[Array, "B 6"]) -> Camera:
    """The camera after a step as `camera_step` says it.

    Args:
      camera: where the step begins.
      step: angles of less than a right one.
    Returns:
      The camera, with a proper rotation.
    """
    axes = jnp.swapaxes(face_axes(camera), -1, -2)
    x, y = jnp.moveaxis(_flipped(_along(axes, _flipped(step[:, :2]))), -1, 0)
    z, nothing = step[:, 2], jnp.zeros_like(x)
    turn = jnp.stack([nothing, -z, y, z, nothing, -x], axis=-1).reshape(-1, 2, 3)
    rows = camera.rotation[:, :2] + jnp.matmul(turn, camera.rotation, precision="highest")
    moved = camera.scale[:, None] * _along(axes, step[:, 4:])
    return Camera(
        rotation=rotation_from_6d(rows.reshape(-1, 6)),
        scale=camera.scale * jnp.exp(step[:, 3]),
        translation=camera.translation + moved,
    )


def _along(axes: Float[Array, "B 2 2"], vectors: Float[Array, "B 2"]) -> Float[Array, "B 2"]:
    return jnp.einsum("bij,bj->bi", axes, vectors, precision="highest")


def _flipped(vectors: Float[Array, "B 2"]) -> Float[Array, "B 2"]:
    """From y up to y down, or back."""
    return vectors * jnp.array([1.0, -1.0])
