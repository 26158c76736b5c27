"""Heads: a feature map to a vector of numbers."""

from __future__ import annotations

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, Float


class Head(nn.Module):
    """Dense layers on the whole, flattened feature map.

    The last layer starts at zero (ours), so that an untrained network predicts the mean face seen
    from the front.

    Attributes:
      outputs: how many numbers to predict.
      widths: sizes of the hidden layers; empty for one linear read-out.
      activation: "relu" or "linear" between the layers.
      dropout: share of hidden units dropped in training.
      dtype: of the hidden layers; the last one computes in float32.
    """

    outputs: int
    widths: tuple[int, ...] = ()
    activation: str = "relu"
    dropout: float = 0.0
    dtype: jnp.dtype = jnp.float32

    @nn.compact
    def __call__(
        self, features: Float[Array, "B h w C"], train: bool = False
    ) -> Float[Array, "B K"]:
        """Predict; `train` switches dropout on, which draws from the "dropout" key."""
        hidden = features.reshape(features.shape[0], -1)
        for index, width in enumerate(self.widths, start=1):
            hidden = nn.Dense(
                width, kernel_init=nn.initializers.he_normal(), dtype=self.dtype, name=f"fc{index}"
            )(hidden)
            if self.activation == "relu":
                hidden = nn.relu(hidden)
            hidden = nn.Dropout(self.dropout, deterministic=not train)(hidden)
        read_out = nn.Dense(self.outputs, kernel_init=nn.initializers.zeros_init(), name="read_out")
        return read_out(hidden.astype(jnp.float32))
