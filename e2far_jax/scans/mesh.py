"""A surface as scanned or predicted."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Int


@dataclasses.dataclass(frozen=True)
class Mesh:
    """A triangle mesh, or points alone where there are no triangles.

    Attributes:
      vertices: float64, in the unit of where they come from.
      triangles: int32, vertex indices from 0.
    """

    vertices: Float[np.ndarray, "N 3"]
    triangles: Int[np.ndarray, "F 3"]
