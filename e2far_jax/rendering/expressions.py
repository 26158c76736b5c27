"""Random expressions: normal coefficients, or blendshape weights in groups that move together."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Key

from e2far_jax.rendering.ranges import Ranges, number, share

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
    (0.30, ("mouthUpperUp", "mouthLowerDown")),  # teeth, as in most smiles for a photograph
    (0.12, ("noseSneer",)),
    (0.25, ("eyeLookOut_L", "eyeLookIn_R")),
    (0.25, ("eyeLookIn_L", "eyeLookOut_R")),
    (0.15, ("eyeLookUp",)),
    (0.25, ("eyeLookDown",)),
)
_ALONE = 0.08
_UNEVEN = 0.15
# One of these is strong where a picture is to show an expression clearly.
_CLEAR = ("eyeBlink", "jawOpen", "mouthSmile", "mouthPucker", "browInnerUp", "browDown")
# What needs the jaw to be open, and which lips leave no room for it.
_NEEDS_AN_OPEN_JAW = {
    "mouthClose": (),
    "tongueOut": ("mouthClose", "mouthPucker", "mouthShrugLower", "mouthRollLower"),
}


@dataclasses.dataclass(frozen=True)
class ExpressionRanges(Ranges):
    """How often and how strongly faces move.

    Attributes:
      neutral_share: probability of a face without expression.
      clear_share: of the other faces, the share in which one of six kinds is strong for sure:
        closed eyes, open mouth, smile, pucker, brows up, brows down.
      strength: standard deviation of whitened coefficients; for blendshapes the largest weight.
    """

    neutral_share: float = share(0.15)
    clear_share: float = share(0.35)
    strength: float = number(1.0)

    @classmethod
    def off(cls) -> ExpressionRanges:
        """Neutral faces."""
        return cls(neutral_share=1.0, clear_share=0.0, strength=0.0)

    @classmethod
    def at_level(cls, level: int) -> ExpressionRanges:
        """The same at every level: what is to be learnt is no obstacle."""
        return cls()


def random_expression(
    key: Key[Array, ""],
    names: tuple[str, ...],
    prior: str,
    size: int,
    ranges: ExpressionRanges,
) -> Float[Array, "E"]:
    """Coefficients of a random expression.

    Args:
      key: decides everything.
      names: the model's expression names; may be empty.
      prior: "normal" for whitened coefficients, "unit" for weights in 0..1.
      size: the number of coefficients.
      ranges: how often and how strongly.
    Returns:
      The coefficients.
    """
    draw_key, neutral_key = jax.random.split(key)
    if prior == "unit":
        weights = _grouped_weights(draw_key, names or tuple(map(str, range(size))), ranges)
    else:
        weights = jax.random.normal(draw_key, (size,))
    neutral = jax.random.bernoulli(neutral_key, ranges.neutral_share)
    return jnp.where(neutral, 0.0, ranges.strength * weights)


def _grouped_weights(
    key: Key[Array, ""], names: tuple[str, ...], ranges: ExpressionRanges
) -> Float[Array, "E"]:
    """Active groups with one strength each; in them, muscles and now and then sides differ.

    A picture's activity, uniform from 0 to 2, multiplies all groups' shares: some faces move a
    single muscle, some nearly all.
    """
    group, shares = _groups(names)
    muscles = list(dict.fromkeys(map(_muscle, names)))
    muscle = np.array([muscles.index(_muscle(name)) for name in names], int)
    sizes = [len(shares)] * 3 + [len(muscles), len(names), 4]
    numbers = jax.random.uniform(key, (sum(sizes),))
    active, strength, uneven, part, side, picture = jnp.split(numbers, np.cumsum(sizes)[:-1])
    strength = jnp.where(active < 2.0 * picture[0] * shares, strength, 0.0)
    side = jnp.where((uneven < _UNEVEN)[group], side, 1.0)
    weights = strength[group] * (0.4 + 0.6 * part)[muscle] * side
    clear = jnp.asarray(_clear_masks(names))
    if len(clear):
        chosen = clear[(picture[1] * len(clear)).astype(int)]
        is_clear = chosen & (picture[2] < ranges.clear_share)
        weights = jnp.where(is_clear, jnp.maximum(weights, 0.7 + 0.3 * picture[3]), weights)
    return _within_an_open_mouth(weights, names)


def _clear_masks(names: tuple[str, ...]) -> Bool[np.ndarray, "K E"]:
    """The blendshapes of each clear kind that the model has."""
    masks = [[_muscle(name) == kind for name in names] for kind in _CLEAR]
    return np.array([mask for mask in masks if any(mask)], bool).reshape(-1, len(names))


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


def _within_an_open_mouth(weights: Float[Array, "E"], names: tuple[str, ...]) -> Float[Array, "E"]:
    """ARKit's "mouthClose" undoes what the jaw opens; alone it pushes the lips into each other.

    The tongue comes out as far as jaw and lips leave it room.
    """
    for name, narrowing in _NEEDS_AN_OPEN_JAW.items():
        if not {name, "jawOpen"} <= set(names):
            continue
        room = weights[names.index("jawOpen")]
        for other in (other for other in narrowing if other in names):
            room = room * (1.0 - weights[names.index(other)])
        weights = weights.at[names.index(name)].min(room)
    return weights
