"""The closer look (ours): the picture is read again where the first reading puts the face.

Around points of the predicted face small windows are read that follow its size and its roll, so
that each always shows the same part of a face, and shows how far the prediction is off. What they
show corrects the prediction. Such shape-indexed features are due to Cao, Wei, Wen, Sun, "Face
alignment by explicit shape regression", CVPR 2012; that corrections are read out by least squares,
look after look, to Xiong, De la Torre, "Supervised descent method and its applications to face
alignment", CVPR 2013. `training/closer_look.py` finds the read-out.
"""

from __future__ import annotations

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from e2far_jax.geometry.camera_steps import STEP_SIZE, stepped
from e2far_jax.geometry.cameras import Camera
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.models.windows import sample, window_grid
from e2far_jax.morphable.moving_points import MovingPoints

LEAST_CONTRAST = 0.01  # in squares of normalised levels; pictures of one colour have none
SHARED_CONTRAST = 0.1  # of the whole picture's, in each window's: plain skin is not all noise


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

    What the windows show goes through random filters; what they say of the error is read out
    linearly. The inputs of the read-out can be had as the intermediate "seen".

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
        camera: Camera,
    ) -> tuple[Float[Array, "B I"], Float[Array, "B E"], Camera]:
        """The reading corrected.

        Args:
          points: around which to look.
          images: normalised pictures.
          identity: coefficients as read so far.
          expression: the same.
          camera: the same, in the pictures' pixels.
        Returns:
          Identity and expression coefficients and the camera.
        """
        settings = self.settings
        # Pictures are too rough to be followed by a gradient.
        centres, seen_by = jax.lax.stop_gradient((points.on(identity, expression), camera))
        grid = window_grid(seen_by, centres, settings.look_samples, settings.look_extent)
        read = sample(images, grid.reshape(images.shape[0], -1, 2))
        windows = _contrasts(read.reshape(images.shape[0], settings.look_points, -1, 3))
        features = self._features(windows.reshape(*windows.shape[:2], -1))
        rows = camera.rotation[:, :2].reshape(-1, 6)
        seen = jnp.concatenate([features, identity, expression, rows], axis=-1)
        self.sow("intermediates", "seen", seen)
        sizes = np.cumsum([settings.identity_size, settings.expression_size])
        outputs = int(sizes[-1]) + STEP_SIZE
        zeros = nn.initializers.zeros_init()  # nothing is corrected before the read-out is known
        read_out = nn.Dense(outputs, kernel_init=zeros, precision="highest", name="read_out")
        of_identity, of_expression, step = jnp.split(read_out(seen), sizes, axis=-1)
        return identity + of_identity, expression + of_expression, stepped(camera, step)

    def _features(self, windows: Float[Array, "B P K"]) -> Float[Array, "B F"]:
        """What each point's filters say of its window, all together."""
        settings, dtype = self.settings, jnp.dtype(self.settings.dtype)
        shape = settings.look_points, windows.shape[-1], settings.look_channels
        kernel = self.param("window_kernel", _random_signs, shape)
        features = jnp.einsum("bpk,pkc->bpc", windows.astype(dtype), kernel.astype(dtype))
        return nn.relu(features.reshape(windows.shape[0], -1)).astype(jnp.float32)


def _random_signs(key: Key[Array, ""], shape: tuple[int, int, int]) -> Float[Array, "P K C"]:
    """Filters of random signs, which take little room in a file, with He's variance."""
    return jax.random.rademacher(key, shape, jnp.float32) * np.sqrt(2.0 / shape[1])


def _contrasts(windows: Float[Array, "B P K 3"]) -> Float[Array, "B P K 3"]:
    """Windows without their mean colours, and of nearly the same contrast.

    So what lies in front of a face and stands out does not outweigh what is seen of it (local
    contrast normalisation, as in Jarrett et al., "What is the best multi-stage architecture for
    object recognition?", ICCV 2009, for each window).
    """
    centred = windows - windows.mean(axis=2, keepdims=True)
    square = (centred**2).mean(axis=(2, 3), keepdims=True)
    contrast = square + SHARED_CONTRAST * square.mean(axis=1, keepdims=True)
    return centred * jax.lax.rsqrt(contrast + LEAST_CONTRAST)
