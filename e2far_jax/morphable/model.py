"""The 3D morphable model: S = mean + U_I a_I + U_E a_E.

Units are millimetres, axes those of the package: +x the subject's left, +y up, +z out of the face.
Identity coefficients are whitened: standard normal over the population. Expression coefficients
are either whitened too ("normal") or weights of named blendshapes in 0..1 ("unit").
"""

from __future__ import annotations

from typing import Literal

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from e2far_jax.morphable.surface_points import SurfacePoints
from e2far_jax.pytrees import pytree_dataclass, static_field


@pytree_dataclass
class MorphableModel:
    """A linear model of face shape on a fixed triangle mesh.

    Attributes:
      mean: the neutral mean face, mm.
      identity_basis: mm per unit of each identity coefficient.
      expression_basis: mm per unit of each expression coefficient.
      triangles: vertex indices, counter-clockwise seen from outside.
      landmarks: the 68 iBUG points, in iBUG order.
      regions: named vertex masks. "face" is always there: where errors are measured. The others
        that this package knows: "eyes" (eyeballs), "irises", "pupils", "lips" (their red),
        "brows", "mouth_cavity", "teeth", "scalp" (where hair grows), "beard" (where it may grow),
        "ears", "neck", "skin" (all of it, the lips' red left out), and "opaque", which alone is
        drawn where a model has it.
      texture_coordinates: (u, v) in [0, 1], v up; None where the model has none.
      texture_triangles: indices into `texture_coordinates`, one triple a triangle.
      mean_colour: the mean face's RGB as stored in pictures (gamma-encoded), in [0, 1]; None where
        the model has no colours.
      colour_basis: the same per unit of each colour coefficient, which are whitened.
      name: for reports and files.
      licence: who may do what with the model, in one line.
      expression_names: one a column of `expression_basis`.
      expression_prior: "normal" for whitened coefficients, "unit" for weights in 0..1.
    """

    mean: Float[Array, "N 3"]
    identity_basis: Float[Array, "N 3 I"]
    expression_basis: Float[Array, "N 3 E"]
    triangles: Int[Array, "F 3"]
    landmarks: SurfacePoints
    regions: dict[str, Bool[Array, "N"]]
    texture_coordinates: Float[Array, "T 2"] | None = None
    texture_triangles: Int[Array, "F 3"] | None = None
    mean_colour: Float[Array, "N 3"] | None = None
    colour_basis: Float[Array, "N 3 C"] | None = None
    name: str = static_field(default="unnamed")
    licence: str = static_field(default="not stated")
    expression_names: tuple[str, ...] = static_field(default=())
    expression_prior: Literal["normal", "unit"] = static_field(default="normal")

    @property
    def identity_size(self) -> int:
        """The number of identity coefficients."""
        return self.identity_basis.shape[-1]

    @property
    def expression_size(self) -> int:
        """The number of expression coefficients."""
        return self.expression_basis.shape[-1]


def neutral_shape(model: MorphableModel, identity: Float[Array, "*B I"]) -> Float[Array, "*B N 3"]:
    """The face without expression: mean + U_I a_I, mm."""
    return model.mean + displacement(model.identity_basis, identity)


def shape(
    model: MorphableModel, identity: Float[Array, "*B I"], expression: Float[Array, "*B E"]
) -> Float[Array, "*B N 3"]:
    """The face with its expression: mean + U_I a_I + U_E a_E, mm."""
    return neutral_shape(model, identity) + displacement(model.expression_basis, expression)


def gram_matrix(
    basis: Float[Array, "N D K"], region: Bool[Array, "N"] | None = None
) -> Float[Array, "K K"]:
    """G = U^T U / N, so that d^T G d is the mean squared vertex distance in mm^2.

    Args:
      basis: mm per unit of each coefficient.
      region: the vertices to average over; all by default.
    Returns:
      A symmetric positive semi-definite matrix, mm^2.
    """
    weights = jnp.ones(basis.shape[0]) if region is None else region.astype(basis.dtype)
    weighted = basis * weights[:, None, None]
    return jnp.einsum("nck,ncl->kl", weighted, basis, precision="highest") / weights.sum()


def clip_expression(
    model: MorphableModel, expression: Float[Array, "*B E"]
) -> Float[Array, "*B E"]:
    """Bring blendshape weights into 0..1; whitened coefficients pass unchanged."""
    return jnp.clip(expression, 0.0, 1.0) if model.expression_prior == "unit" else expression


def displacement(
    basis: Float[Array, "N 3 K"], coefficients: Float[Array, "*B K"]
) -> Float[Array, "*B N 3"]:
    """U a: how far coefficients move the vertices, mm."""
    flat = jnp.matmul(coefficients, basis.reshape(-1, basis.shape[-1]).T, precision="highest")
    return flat.reshape(*coefficients.shape[:-1], *basis.shape[:2])
