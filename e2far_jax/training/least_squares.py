"""Linear least squares over more rows than fit into memory."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import scipy.linalg
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass


@pytree_dataclass
class NormalEquations:
    """What rows of inputs x and outputs y add up to, a 1 being the last input of each.

    Attributes:
      gram: sum of w x x^T.
      moment: sum of w x y^T.
    """

    gram: Float[Array, "N N"]
    moment: Float[Array, "N M"]


def no_rows(inputs: int, outputs: int) -> NormalEquations:
    """The sums over no rows."""
    return NormalEquations(jnp.zeros((inputs + 1, inputs + 1)), jnp.zeros((inputs + 1, outputs)))


def with_rows(
    equations: NormalEquations,
    inputs: Float[Array, "B F"],
    outputs: Float[Array, "B M"],
    weights: Float[Array, "B"],
) -> NormalEquations:
    """The sums with some more rows.

    Args:
      equations: over the rows so far.
      inputs: a row each.
      outputs: what is wanted of them.
      weights: how much each row counts.
    """
    rows = jnp.concatenate([inputs, jnp.ones_like(inputs[:, :1])], axis=-1)
    weighted = (weights[:, None] * rows).T
    return NormalEquations(
        equations.gram + jnp.matmul(weighted, rows, precision="highest"),
        equations.moment + jnp.matmul(weighted, outputs, precision="highest"),
    )


def solution(
    equations: NormalEquations, ridge: float
) -> tuple[Float[np.ndarray, "F M"], Float[np.ndarray, "M"]]:
    """The kernel and the bias that minimise sum w |y - x kernel - bias|^2 + penalty |kernel|^2.

    Args:
      equations: over all rows.
      ridge: the penalty, as a share of the inputs' mean sum of squares; more than 0.
    Raises:
      numpy.linalg.LinAlgError: where the penalty is too small for the equations to have one.
    """
    gram, moment = (np.asarray(part, np.float64) for part in (equations.gram, equations.moment))
    squares = np.diagonal(gram)[:-1]
    penalty = np.append(np.full(len(squares), ridge * squares.mean()), 0.0)
    solved = scipy.linalg.solve(gram + np.diag(penalty), moment, assume_a="pos")
    return np.float32(solved[:-1]), np.float32(solved[-1])
