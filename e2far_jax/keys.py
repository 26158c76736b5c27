"""Random keys that depend on nothing but a seed, a stream's name and a step.

No key is carried from step to step, so a resumed run draws what the uninterrupted one would have.
"""

from __future__ import annotations

import zlib

import jax
from jaxtyping import Array, Int, Key


def stream_key(seed: int, stream: str, step: int | Int[Array, ""] = 0) -> Key[Array, ""]:
    """The key of one step of one named stream.

    Args:
      seed: the run's seed.
      stream: what the key is for, such as "train" or "dropout"; streams are independent.
      step: the position in the stream; may be traced.
    Returns:
      A typed JAX key.
    """
    named = jax.random.fold_in(jax.random.key(seed), zlib.crc32(stream.encode()))
    return jax.random.fold_in(named, step)
