"""The scaled-orthographic camera: a rotation, a scale in pixels per millimetre, a 2D translation.

    image x = scale * (R v)_x + t_x,    image y = t_y - scale * (R v)_y,    depth = (R v)_z

Image coordinates: x right, y down, (0, 0) the top left corner of the top left pixel. Depth is in
millimetres; larger is nearer to the viewer.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass


@pytree_dataclass
class Camera:
    """A scaled-orthographic camera; leading axes are batches.

    Attributes:
      rotation: from the face's axes to the camera's (x right, y up, z towards the viewer).
      scale: pixels per millimetre, positive.
      translation: where the face's origin falls in the image, pixels.
    """

    rotation: Float[Array, "*B 3 3"]
    scale: Float[Array, "*B"]
    translation: Float[Array, "*B 2"]


@jax.jit
def project(camera: Camera, points: Float[Array, "*B N 3"]) -> Float[Array, "*B N 3"]:
    """Project points in millimetres.

    Args:
      camera: one camera for each batch entry.
      points: the face's axes, mm.
    Returns:
      Image x and y in pixels, and depth in mm (larger is nearer).
    """
    # Accelerators' fast products would cost a tenth of a pixel.
    turned = jnp.matmul(points, jnp.swapaxes(camera.rotation, -1, -2), precision="highest")
    flip = jnp.array([1.0, -1.0], turned.dtype)
    image = camera.scale[..., None, None] * turned[..., :2] * flip
    image = image + camera.translation[..., None, :]
    return jnp.concatenate([image, turned[..., 2:]], axis=-1)


@jax.jit
def transform_image(
    camera: Camera, scale: Float[Array, "*B"], offset: Float[Array, "*B 2"]
) -> Camera:
    """The camera after its image was mapped by p -> scale * p + offset.

    This is how a camera moves between a crop and the photograph that it was cut from.
    """
    return Camera(
        rotation=camera.rotation,
        scale=camera.scale * scale,
        translation=camera.translation * scale[..., None] + offset,
    )
