"""Backbones: an image to a dictionary of feature maps, finest first, named pool1, pool2, ..."""

from __future__ import annotations

import functools

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.models.convolution import convolve
from e2far_jax.models.pooling import max_pool

FeatureMaps = dict[str, Float[Array, "B _H _W _C"]]

# Gaussian of variance 2 / fan-out: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015.
he_fan_out = nn.initializers.variance_scaling(2.0, "fan_out", "normal")
# For patches, each pixel of which is read once, not as often as its kernel is large.
he_fan_in = nn.initializers.variance_scaling(2.0, "fan_in", "normal")

VGG16_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


class VGG16(nn.Module):
    """The convolutions of VGG-16 (Simonyan, Zisserman, ICLR 2015).

    Thirteen 3x3 convolutions with ReLU in five blocks, each closed by 2x2 max pooling that rounds
    sizes down: 180 becomes 90, 45, 22, 11, 5.

    Attributes:
      dtype: of the activations.
      rematerialise: keep only the maps for the gradient and compute the rest of each block again.
    """

    dtype: jnp.dtype = jnp.float32
    rematerialise: bool = False

    @nn.compact
    def __call__(self, images: Float[Array, "B H W 3"]) -> FeatureMaps:
        """Feature maps pool1 (H/2, 64 channels) to pool5 (H/32, 512 channels)."""
        features, maps = images, {}
        for number, widths in enumerate(VGG16_BLOCKS, start=1):
            block = functools.partial(VGG16._block, number=number, widths=widths)
            features = (nn.remat(block) if self.rematerialise else block)(self, features)
            maps[f"pool{number}"] = features
        return maps

    def _block(
        self, features: Float[Array, "B H W C"], number: int, widths: tuple[int, ...]
    ) -> Float[Array, "B h w D"]:
        for layer, width in enumerate(widths, start=1):
            convolution = nn.Conv(
                width,
                (3, 3),
                padding=1,
                kernel_init=he_fan_out,
                dtype=self.dtype,
                conv_general_dilated=convolve,
                name=f"conv{number}_{layer}",
            )
            features = convolution(features)
            if layer < len(widths):
                features = nn.relu(features)
        return nn.relu(max_pool(features))  # in this order on a quarter of the pixels


class Compact(nn.Module):
    """A small residual backbone for CPUs (ours).

    Patches of 4x4 pixels are mapped to the first stage's channels, and every further stage halves
    the size with a strided 3x3 convolution; residual 3x3 convolutions follow in each. There is no
    work at fine resolutions, where CPUs are slow. Its maps are named by their sizes, as VGG's are,
    so the same fusion and heads fit.

    Attributes:
      widths: channels of the stages.
      depths: residual convolutions in each stage.
      norms: whether each pixel's features are normalised where a stage begins (Ba, Kiros, Hinton,
        "Layer normalization", 2016).
      dtype: of the activations.
      rematerialise: keep only the maps for the gradient and compute the rest of each stage again.
    """

    widths: tuple[int, ...]
    depths: tuple[int, ...]
    norms: bool = False
    dtype: jnp.dtype = jnp.float32
    rematerialise: bool = False

    @nn.compact
    def __call__(self, images: Float[Array, "B H W 3"]) -> FeatureMaps:
        """Feature maps pool2 (H/4), pool3 (H/8), ... with `widths` channels."""
        features, maps = images, {}
        for number, (width, depth) in enumerate(
            zip(self.widths, self.depths, strict=True), start=2
        ):
            stage = functools.partial(Compact._stage, number=number, width=width, depth=depth)
            features = (nn.remat(stage) if self.rematerialise else stage)(self, features)
            maps[f"pool{number}"] = features
        return maps

    def _stage(
        self, features: Float[Array, "B H W C"], number: int, width: int, depth: int
    ) -> Float[Array, "B h w D"]:
        if number == 2:
            first = self._convolution(width, 4, 4, 0, "conv2_1", he_fan_in)
        else:
            first = self._convolution(width, 3, 2, 1, f"conv{number}_1")
        features = nn.relu(first(features))
        if self.norms:
            features = nn.LayerNorm(dtype=self.dtype, name=f"norm{number}")(features)
        for layer in range(2, depth + 2):
            residual = self._convolution(width, 3, 1, 1, f"conv{number}_{layer}")(features)
            features = features + nn.relu(residual)
        return features

    def _convolution(
        self,
        width: int,
        kernel: int,
        stride: int,
        padding: int,
        name: str,
        kernel_init: nn.initializers.Initializer = he_fan_out,
    ) -> nn.Conv:
        return nn.Conv(
            width,
            (kernel, kernel),
            strides=(stride, stride),
            padding=padding,
            kernel_init=kernel_init,
            dtype=self.dtype,
            conv_general_dilated=convolve,
            name=name,
        )
