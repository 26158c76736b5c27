"""The fusion-CNN: intermediate feature maps brought to one size, joined and transformed."""

from __future__ import annotations

from collections.abc import Sequence

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.models.backbones import he_fan_in, he_fan_out
from e2far_jax.models.convolution import convolve


class FusionCNN(nn.Module):
    """Fuse feature maps of several layers for the expression branch.

    Every map but the last is brought to the last one's size by a strided 5x5 convolution (conv6 in
    the paper, on pool4), the last by a 1x1 convolution (conv7, on pool5). They are joined along
    the channels and transformed by a 1x1 convolution (conv8). ReLU after each is ours; the one
    known implementation has none.

    Attributes:
      channels: of every convolution.
      patches: bring the finer maps down by kernels as large as their strides instead (ours): a
        sixth of the work of 5x5 ones.
      dtype: of the activations.
    """

    channels: int = 512
    patches: bool = False
    dtype: jnp.dtype = jnp.float32

    @nn.compact
    def __call__(self, maps: Sequence[Float[Array, "B _H _W _C"]]) -> Float[Array, "B h w D"]:
        """Fused features of the size of the last map.

        Args:
          maps: feature maps, finest first.
        """
        *finer, last = maps
        names = [f"conv6_{i}" for i in range(len(finer) - 1, 0, -1)] + ["conv6"]
        joined = [
            nn.relu(self._reduce(feature_map, last.shape[1], name))
            for feature_map, name in zip(finer, names, strict=False)
        ]
        joined.append(nn.relu(self._pointwise("conv7")(last)))
        return nn.relu(self._pointwise("conv8")(jnp.concatenate(joined, axis=-1)))

    def _reduce(
        self, features: Float[Array, "B H W C"], size: int, name: str
    ) -> Float[Array, "B h h D"]:
        stride = round(features.shape[1] / size)
        # One pixel of padding at the start, as in the paper; at the end what makes the sizes agree:
        # one pixel at 180 pixels, as in the paper, and fewer than none where the last are unused.
        kernel, start = (stride, 0) if self.patches else (5, 1)
        end = (size - 1) * stride + kernel - start - features.shape[1]
        convolution = nn.Conv(
            self.channels,
            (kernel, kernel),
            strides=(stride, stride),
            padding=((start, end), (start, end)),
            kernel_init=he_fan_in if self.patches else he_fan_out,
            dtype=self.dtype,
            conv_general_dilated=convolve,
            name=name,
        )
        return convolution(features)

    def _pointwise(self, name: str) -> nn.Conv:
        return nn.Conv(self.channels, (1, 1), kernel_init=he_fan_out, dtype=self.dtype, name=name)
