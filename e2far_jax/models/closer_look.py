"""The closer look (ours): the picture is read again where the first reading puts the face.

Around points of the predicted face small windows are read that follow its size and its roll, so
that each always shows the same part of a face, and shows how far the prediction is off. What they
show corrects the prediction. Such shape-indexed features are due to Cao, Wei, Wen, Sun, "Face
alignment by explicit shape regression", CVPR 2012.
"""

from __future__ import annotations

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.geometry.cameras import Camera
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.models.windows import sample, window_grid
from e2far_jax.morphable.moving_points import MovingPoints

CAMERA_GAIN = 0.1  # the camera's numbers are smaller than coefficients
LEAST_CONTRAST = 0.01  # in squares of normalised levels; pictures of one colour have none


class KeptPoints(nn.Module):
    """Points that are kept beside the parameters, in the collection "points"; nothing trains them.

    Attributes:
      settings: of the network.
      given: what new variables hold; None for zeros, where only shapes matter.
    """

    settings: NetworkSettings
    given: MovingPoints | None = None

    @nn.compact
    def __call__(self) -> MovingPoints:
        """The points."""
        settings, given = self.settings, self.given
        shapes = {
            "mean": (),
            "identity": (settings.identity_size,),
            "expression": (settings.expression_size,),
        }

        def kept(name: str) -> Array:
            shape = (settings.look_points, 3, *shapes[name])
            variable = self.variable(
                "points", name, lambda: jnp.zeros(shape) if given is None else getattr(given, name)
            )
            return jax.lax.stop_gradient(variable.value)

        return MovingPoints(*map(kept, shapes))


class CloserLook(nn.Module):
    """Corrections to a reading.

    Attributes:
      settings: of the network.
    """

    settings: NetworkSettings

    @nn.compact
    def __call__(
        self,
        points: MovingPoints,
        images: Float[Array, "B S S 3"],
        identity: Float[Array, "B I"],
        expression: Float[Array, "B E"],
        raw_camera: Float[Array, "B 9"],
        camera: Camera,
    ) -> tuple[Float[Array, "B I"], Float[Array, "B E"], Float[Array, "B 9"]]:
        """The reading corrected.

        Args:
          points: around which to look.
          images: normalised pictures.
          identity: coefficients as read so far.
          expression: the same.
          raw_camera: the nine numbers that `predict_camera` takes.
          camera: what it makes of them, in the pictures' pixels.
        Returns:
          Identity and expression coefficients and the camera's nine numbers.
        """
        settings = self.settings
        # Pictures are too rough to be followed by a gradient.
        centres, camera = jax.lax.stop_gradient((points.on(identity, expression), camera))
        grid = window_grid(camera, centres, settings.look_samples, settings.look_extent)
        read = sample(images, grid.reshape(images.shape[0], -1, 2))
        windows = _contrasts(read.reshape(images.shape[0], settings.look_points, -1, 3))
        first = jnp.concatenate([identity, expression, raw_camera], axis=-1)
        correction = self._correction(windows.reshape(*windows.shape[:2], -1), first)
        sizes = np.cumsum([settings.identity_size, settings.expression_size])
        corrected = jnp.split(first + correction, sizes, axis=-1)
        return corrected[0], corrected[1], corrected[2]

    def _correction(
        self, windows: Float[Array, "B P K"], first: Float[Array, "B N"]
    ) -> Float[Array, "B N"]:
        """What to add to the first reading; nothing before training."""
        settings, dtype = self.settings, jnp.dtype(self.settings.dtype)
        shape = settings.look_points, windows.shape[-1], settings.look_channels
        he_normal = nn.initializers.he_normal(in_axis=1, out_axis=2, batch_axis=0)
        kernel = self.param("window_kernel", he_normal, shape)
        bias = self.param("window_bias", nn.initializers.zeros_init(), (shape[0] * shape[2],))
        features = jnp.einsum("bpk,pkc->bpc", windows.astype(dtype), kernel.astype(dtype))
        features = nn.relu(features.reshape(windows.shape[0], -1) + bias.astype(dtype))
        seen = settings.look_gain * jnp.concatenate([features.astype(jnp.float32), first], axis=-1)
        zeros = nn.initializers.zeros_init()
        correction = nn.Dense(first.shape[-1], kernel_init=zeros, name="read_out")(seen)
        coefficients = settings.identity_size + settings.expression_size
        return correction.at[:, coefficients:].multiply(CAMERA_GAIN)


def _contrasts(windows: Float[Array, "B P K 3"]) -> Float[Array, "B P K 3"]:
    """Windows without their mean colours, and with the same contrast in every picture."""
    centred = windows - windows.mean(axis=2, keepdims=True)
    square = (centred**2).mean(axis=(1, 2, 3), keepdims=True)
    return centred * jax.lax.rsqrt(square + LEAST_CONTRAST)
