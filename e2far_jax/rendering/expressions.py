"""Random expressions: normal coefficients, or blendshape weights in groups that move together."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

# How often a group is active in a face that is not neutral, and its blendshapes (ARKit's names,
# "_L" and "_R" left out where both sides belong to it). All others are active now and then alone.
_GROUPS = (
    (0.40, ("jawOpen",)),
    (0.35, ("mouthSmile", "cheekSquint", "mouthDimple")),
    (0.15, ("mouthFrown", "mouthShrugLower")),
    (0.30, ("eyeBlink",)),
    (0.15, ("eyeWide",)),
    (0.15, ("eyeSquint",)),
    (0.25, ("browInnerUp", "browOuterUp")),
    (0.20, ("browDown",)),
    (0.12, ("mouthPucker",)),
    (0.12, ("mouthFunnel",)),
    (0.12, ("mouthUpperUp", "noseSneer")),
    (0.12, ("mouthLowerDown",)),
    (0.25, ("eyeLookOut_L", "eyeLookIn_R")),
    (0.25, ("eyeLookIn_L", "eyeLookOut_R")),
    (0.15, ("eyeLookUp",)),
    (0.25, ("eyeLookDown",)),
)
_ALONE = 0.08
_UNEVEN = 0.15


def random_expression(
    key: Key[Array, ""],
    names: tuple[str, ...],
    prior: str,
    size: int,
    scale: float = 1.0,
    neutral_share: float = 0.15,
) -> Float[Array, "E"]:
    """Coefficients of a random expression.

    Args:
      key: decides everything.
      names: the model's expression names; may be empty for the "normal" prior.
      prior: "normal" for whitened coefficients, "unit" for weights in 0..1.
      size: the number of coefficients.
      scale: standard deviation of whitened coefficients; the largest weight of blendshapes.
      neutral_share: probability of no expression at all.
    Returns:
      The coefficients.
    """
    draw_key, neutral_key = jax.random.split(key)
    if prior == "unit":
        weights = scale * _grouped_weights(draw_key, names or tuple(map(str, range(size))))
    else:
        weights = scale * jax.random.normal(draw_key, (size,))
    return jnp.where(jax.random.bernoulli(neutral_key, neutral_share), 0.0, weights)


def _grouped_weights(key: Key[Array, ""], names: tuple[str, ...]) -> Float[Array, "E"]:
    """Active groups with one strength each; in them, muscles and now and then sides differ."""
    group, shares = _groups(names)
    muscles = list(dict.fromkeys(map(_muscle, names)))
    muscle = np.array([muscles.index(_muscle(name)) for name in names], int)
    sizes = [len(shares)] * 3 + [len(muscles), len(names)]
    numbers = jax.random.uniform(key, (sum(sizes),))
    active, strength, uneven, part, side = jnp.split(numbers, np.cumsum(sizes)[:-1])
    strength = jnp.where(active < shares, strength, 0.0)[group]
    side = jnp.where((uneven < _UNEVEN)[group], side, 1.0)
    weights = strength * (0.4 + 0.6 * part)[muscle] * side
    return _close_lips_only_over_an_open_jaw(weights, names)


def _groups(names: tuple[str, ...]) -> tuple[Int[np.ndarray, "E"], Float[np.ndarray, "G"]]:
    """The group of each name, and how often each group is active."""
    known = {name: number for number, (_, members) in enumerate(_GROUPS) for name in members}
    shares = [share for share, _ in _GROUPS]
    group = []
    for name in names:
        number = known.get(name, known.get(_muscle(name)))
        if number is None:  # alone with its other side
            number = known[_muscle(name)] = len(shares)
            shares.append(_ALONE)
        group.append(number)
    return np.array(group, int), np.array(shares, np.float32)


def _muscle(name: str) -> str:
    """The name without its side."""
    return name.removesuffix("_L").removesuffix("_R")


def _close_lips_only_over_an_open_jaw(
    weights: Float[Array, "E"], names: tuple[str, ...]
) -> Float[Array, "E"]:
    """ARKit's "mouthClose" undoes what the jaw opens; alone it pushes the lips into each other."""
    if not {"mouthClose", "jawOpen"} <= set(names):
        return weights
    close = names.index("mouthClose")
    return weights.at[close].min(weights[names.index("jawOpen")])
