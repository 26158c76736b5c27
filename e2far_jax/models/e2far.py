"""E2FAR: a face picture to identity and expression coefficients, and a camera.

Dou, Shah, Kakadiaris, "End-to-end 3D face reconstruction with deep neural networks", CVPR 2017.
The neutral shape, being specific to a person, is read from the backbone's last feature map; the
expressive one from intermediate maps that the fusion-CNN joins. The camera head and the closer look
that corrects this reading are ours.
"""

from __future__ import annotations

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_6d
from e2far_jax.models.backbones import VGG16, Compact, FeatureMaps
from e2far_jax.models.closer_look import CloserLook, KeptPoints
from e2far_jax.models.fusion import FusionCNN
from e2far_jax.models.heads import Head
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.morphable.moving_points import MovingPoints
from e2far_jax.pytrees import pytree_dataclass

CAMERA_SIZE = 9


@pytree_dataclass
class Prediction:
    """What the network says of a crop.

    Attributes:
      identity: coefficients of the neutral shape.
      expression: coefficients of the expression; not clipped.
      camera: from mm to pixels of the crop; None without a camera head.
    """

    identity: Float[Array, "*B I"]
    expression: Float[Array, "*B E"]
    camera: Camera | None = None


class E2FAR(nn.Module):
    """The network that `settings` describe.

    Attributes:
      settings: of the network.
      rematerialise: keep fewer features for the gradient and compute them again; predictions and
        gradients are the same.
      points: for `init`: what the closer look looks at, which its variables then keep. Without,
        they hold zeros, for the sake of their shapes.
    """

    settings: NetworkSettings
    rematerialise: bool = False
    points: MovingPoints | None = None

    @nn.compact
    def __call__(self, images: Float[Array, "B H W 3"], train: bool = False) -> Prediction:
        """Predict coefficients and cameras.

        Args:
          images: square RGB crops in [0, 1] of the side that the settings say.
          train: switches dropout on, which then draws from the "dropout" key.
        Returns:
          float32 predictions.
        Raises:
          ValueError: for pictures of another size.
        """
        settings = self.settings
        expected = (settings.image_size, settings.image_size, 3)
        if images.shape[1:] != expected:
            raise ValueError(
                f"images have the shape {images.shape[1:]}; the network expects {expected}"
            )
        normalised = _normalise(images, settings)
        maps = self._backbone(normalised)
        top = list(maps.values())[-1]
        fused = self._fusion([maps[name] for name in settings.fusion_taps], top)
        identity, expression = self._coefficients(top, fused, train)
        if not settings.camera:
            return Prediction(identity, expression)
        head = Head(CAMERA_SIZE, settings.camera_head_widths, name="camera_head")
        raw = head(settings.head_gain * top, train)
        camera = predict_camera(raw, settings)
        if settings.look_points:
            points = KeptPoints(settings, self.points, name="face")()
            for number in range(1, settings.looks + 1):
                look = CloserLook(settings, name=f"closer_look_{number}")
                reading = look(points, normalised, identity, expression, camera)
                identity, expression, camera = reading
        return Prediction(identity, expression, camera)

    def _backbone(self, images: Float[Array, "B H W 3"]) -> FeatureMaps:
        dtype = jnp.dtype(self.settings.dtype)
        if self.settings.backbone == "vgg16":
            return VGG16(dtype, self.rematerialise, name="backbone")(images)
        return Compact(
            self.settings.compact_widths,
            self.settings.compact_depths,
            self.settings.compact_norms,
            dtype,
            self.rematerialise,
            name="backbone",
        )(images)

    def _fusion(
        self, tapped: list[Float[Array, "B _H _W _C"]], top: Float[Array, "B h w C"]
    ) -> Float[Array, "B h w D"]:
        if not self.settings.fusion:
            return top
        settings, dtype = self.settings, jnp.dtype(self.settings.dtype)
        fusion = FusionCNN(settings.fusion_channels, settings.fusion_patches, dtype, name="fusion")
        return fusion(tapped)

    def _coefficients(
        self, top: Float[Array, "B h w C"], fused: Float[Array, "B h w D"], train: bool
    ) -> tuple[Float[Array, "B I"], Float[Array, "B E"]]:
        top, fused = self.settings.head_gain * top, self.settings.head_gain * fused
        identity_size, expression_size = self.settings.identity_size, self.settings.expression_size
        if self.settings.single_task:
            both = self._head(identity_size + expression_size, "shape_head")(fused, train)
            return both[:, :identity_size], both[:, identity_size:]
        identity = self._head(identity_size, "identity_head")(top, train)
        return identity, self._head(expression_size, "expression_head")(fused, train)

    def _head(self, outputs: int, name: str) -> Head:
        settings = self.settings
        return Head(
            outputs,
            settings.head_widths,
            settings.head_activation,
            settings.head_dropout,
            jnp.dtype(settings.dtype),
            name=name,
        )


def predict_camera(raw: Float[Array, "B 9"], settings: NetworkSettings) -> Camera:
    """Read a camera from nine numbers; zeros mean the centred face seen from the front.

    Args:
      raw: six numbers of the rotation (added to the identity's), the logarithm of the scale
        relative to image_size / crop_extent, the translation in image sides from the centre.
      settings: for the image's size and the crop's extent.
    Returns:
      Cameras in the crop's pixels.
    """
    frontal = jnp.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0], raw.dtype)
    size = settings.image_size
    return Camera(
        rotation=rotation_from_6d(raw[:, :6] + frontal),
        scale=jnp.exp(raw[:, 6]) * (size / settings.crop_extent),
        translation=size * (0.5 + raw[:, 7:]),
    )


def _normalise(
    images: Float[Array, "B H W 3"], settings: NetworkSettings
) -> Float[Array, "B H W 3"]:
    mean = jnp.array(settings.pixel_mean, jnp.float32)
    centred = (255.0 * images - mean) / settings.pixel_scale
    return centred.astype(settings.dtype)
