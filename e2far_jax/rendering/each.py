"""A function of each of many scenes, in the way that suits the processor.

CPUs work at one scene after the other: a batched scatter is slow on them, and XLA would compute
random numbers anew for each pixel that uses them, were they not the stored results of a loop. One
scene would leave an accelerator idle, so there many are worked at together, and what only some of
them need, such as shadows, is computed for all. Which it is is decided where a program is compiled,
not where it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import jax

SIDE_BY_SIDE = 64  # scenes that an accelerator works at together

Drawn = TypeVar("Drawn")
Found = TypeVar("Found")


def of_each(function: Callable[[Drawn], Found], drawn: Drawn) -> Found:
    """What the function makes of each scene.

    Args:
      function: of one scene.
      drawn: arrays whose first axis is the scenes.
    Returns:
      The results, the first axis again the scenes.
    """
    function = jax.jit(function)  # traced once for both
    return jax.lax.platform_dependent(
        drawn, cpu=partial(one_by_one, function), default=partial(side_by_side, function)
    )


def one_by_one(function: Callable[[Drawn], Found], drawn: Drawn) -> Found:
    """The function of one scene after the other."""
    return jax.lax.map(function, drawn)


def side_by_side(function: Callable[[Drawn], Found], drawn: Drawn) -> Found:
    """The function of so many scenes together, and then of the next."""
    return jax.lax.map(function, drawn, batch_size=SIDE_BY_SIDE)
