"""How well each coefficient is recovered over a set of faces."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from e2far_jax.pytrees import pytree_dataclass

# A column whose standard deviation is below this part of its largest entry counts as constant.
_CONSTANT = 1e-6


@pytree_dataclass
class CoefficientStatistics:
    """How well each coefficient is recovered over a set of faces.

    Attributes:
      correlation: Pearson's, in [-1, 1].
      slope: of the least-squares line of prediction on truth; 1 is unbiased, 0 the mean face.
    """

    correlation: Float[Array, "K"]
    slope: Float[Array, "K"]


@jax.jit
def coefficient_statistics(
    predicted: Float[Array, "B K"], true: Float[Array, "B K"]
) -> CoefficientStatistics:
    """Correlation and slope of each coefficient.

    Both are 0 for a coefficient whose truth or prediction is constant; they are NaN only where
    one of the two is.

    Args:
      predicted: coefficients, one row a face.
      true: the ones that made the faces.
    Returns:
      One correlation and one slope a column.
    """
    predicted_spread, predicted_varies = _spread(predicted)
    true_spread, true_varies = _spread(true)
    covariance = jnp.mean(predicted_spread * true_spread, axis=0)
    true_square = jnp.where(true_varies, jnp.mean(true_spread**2, axis=0), 1.0)
    predicted_square = jnp.where(predicted_varies, jnp.mean(predicted_spread**2, axis=0), 1.0)
    both_vary = true_varies & predicted_varies
    correlation = covariance / (jnp.sqrt(true_square) * jnp.sqrt(predicted_square))
    return CoefficientStatistics(
        correlation=jnp.where(both_vary, jnp.clip(correlation, -1.0, 1.0), 0.0),
        slope=jnp.where(both_vary, covariance / true_square, 0.0),
    )


def _spread(columns: Float[Array, "B K"]) -> tuple[Float[Array, "B K"], Bool[Array, "K"]]:
    """Deviations from the columns' means, and which columns vary by more than rounding."""
    deviations = columns - columns.mean(axis=0)
    limit = _CONSTANT * jnp.abs(columns).max(axis=0)
    constant = jnp.sqrt(jnp.mean(deviations**2, axis=0)) <= limit
    return deviations, ~constant
