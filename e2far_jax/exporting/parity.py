"""Whether an exported program is the same function: compared with JAX on made-up pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax
import numpy as np
from jaxtyping import Float

from e2far_jax.exporting.function import ExportError, network_function
from e2far_jax.progress import watched
from e2far_jax.weights import TrainedNetwork

BATCHES = (1, 2, 7)
BOUND = 1e-4  # of an output's unit, or of its largest value where that is greater
BLOCKS = 8  # of one colour, along a picture's side

Program = Callable[[Float[np.ndarray, "B S S 3"]], Mapping[str, np.ndarray]]


def largest_differences(network: TrainedNetwork, program: Program) -> dict[str, float]:
    """Compare a program with the network in JAX, on batches of different sizes.

    Args:
      network: what was exported.
      program: what became of it.
    Returns:
      Of each output the largest difference, in its unit, or as a part of its largest value in the
      batch where that is greater than 1.
    Raises:
      ExportError: where one is above `BOUND`, an output is missing or of another shape, or the
        network itself predicts what is no number.
    """
    expected, random = jax.jit(network_function(network)), np.random.default_rng(0)
    found: dict[str, float] = {}
    for count in watched(iter(BATCHES), "comparing", " batch", len(BATCHES)):
        images = random_pictures(random, count, network.image_size)
        ours = {name: np.asarray(value) for name, value in expected(images).items()}
        for name, difference in _differences(ours, program(images)).items():
            found[name] = max(found.get(name, 0.0), difference)
    worst = max(found, key=lambda name: found[name])
    if found[worst] > BOUND:
        raise ExportError(
            f"the exported program is another function: its {worst} differs by {found[worst]:.2g} "
            f"from JAX's; at most {BOUND:g} is allowed"
        )
    return found


def random_pictures(
    random: np.random.Generator, count: int, size: int
) -> Float[np.ndarray, "B S S 3"]:
    """Blocks of random colours with noise: each picture's coefficients are its own."""
    coarse = random.uniform(size=(count, BLOCKS, BLOCKS, 3))
    side = -(-size // BLOCKS)
    blocks = coarse.repeat(side, axis=1).repeat(side, axis=2)[:, :size, :size]
    noise = random.uniform(size=blocks.shape)
    return (0.8 * blocks + 0.2 * noise).astype(np.float32)


def _differences(
    ours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray]
) -> dict[str, float]:
    shapes = {name: value.shape for name, value in ours.items()}
    if shapes != {name: value.shape for name, value in theirs.items()}:
        raise ExportError(f"the exported program's outputs are not those of JAX: {shapes}")
    differences = {}
    for name, value in ours.items():
        if not np.isfinite(value).all():
            raise ExportError(f"the network's {name} are not finite numbers")
        difference = float(np.abs(theirs[name] - value).max() / max(1.0, np.abs(value).max()))
        differences[name] = difference if np.isfinite(difference) else np.inf
    return differences
