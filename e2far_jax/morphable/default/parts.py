"""What of a head moves as one piece when identity changes it: eyeballs, ears, the mouth's inside.

The skin is moved by one smooth field of space, in which nothing passes through anything. What is
finely folded behind it follows as a whole: the ears and the mouth's inside by the affine map
nearest to the field, under which they cannot cross themselves either.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.morphable.default.curves import step
from e2far_jax.morphable.default.eyes import CENTRE, RADIUS
from e2far_jax.morphable.default.template import Template

Points = Float[np.ndarray, "N 3"]
Fields = Float[np.ndarray, "N 3 K"]

# Up to this distance outside the eyeball the skin glides on it, mm; from the other on it is free.
_GLIDING, _FREE = 5.0, 22.0
# Skin as near to an ear moves with it, and from the other distance on it is free, mm.
_EAR_ROOT, _EAR_REACH = 4.0, 28.0


def attach_parts(template: Template, fields: Fields) -> Fields:
    """Let the eyes, the ears and the mouth's inside follow the skin's fields.

    Args:
      template: the mean face.
      fields: displacements of its vertices, mm.
    Returns:
      The fields with these parts attached.
    """
    fields = _attach_eyes(template, fields.copy())
    inside = (template.cavity[1:], *template.teeth, template.tongue)
    mouth = np.concatenate([part.reshape(-1) for part in inside])
    fields[mouth] = _affine(template.points, fields, mouth, mouth)
    for ear in template.ears:
        _attach_ear(template.points, fields, ear.reshape(-1))
    return fields


def _attach_ear(points: Points, fields: Fields, ear: Int[np.ndarray, "P"]) -> None:
    """Move an ear as one, and the skin that it grows out of more and more with it."""
    low, high = points[ear].min(axis=0) - _EAR_REACH, points[ear].max(axis=0) + _EAR_REACH
    near = np.flatnonzero(((points > low) & (points < high)).all(axis=1))
    square = ((points[near][:, None] - points[ear]) ** 2).sum(axis=-1).min(axis=1)
    weight = step(_EAR_REACH, _EAR_ROOT, np.sqrt(square))[:, None, None]
    fields[near] += weight * (_affine(points, fields, ear, near) - fields[near])


def _affine(
    points: Points, fields: Fields, piece: Int[np.ndarray, "P"], there: Int[np.ndarray, "Q"]
) -> Float[np.ndarray, "Q 3 K"]:
    """The affine displacements that are nearest to a piece's, at some vertices."""
    rows = np.concatenate([points - points[piece].mean(axis=0), np.ones((len(points), 1))], axis=1)
    known = rows[piece]
    flat = fields[piece].reshape(len(piece), -1)
    solution = np.linalg.solve(known.T @ known, known.T @ flat)
    return (rows[there] @ solution).reshape(len(there), *fields.shape[1:])


def _attach_eyes(template: Template, fields: Fields) -> Fields:
    """Let the eyeballs move as solid balls, and the lids glide on them.

    An eyeball goes where the mean of its lids' edges goes, and both grow as the openings do. Near
    it, the skin's movement relative to it is tangential: however far the lids glide, they can only
    lift off, to second order.
    """
    slits = (template.sheet.right_eye, template.sheet.left_eye)
    growth = sum(_growth(template.points[s.ring], fields[s.ring]) for s in slits) / 2
    for slit, ball, side in zip(slits, template.eyeballs, (-1, 1), strict=True):
        shift = fields[slit.ring].mean(axis=0)
        from_middle = template.points - template.points[slit.ring].mean(axis=0)
        offset = template.points - CENTRE * [side, 1, 1]
        distance = np.linalg.norm(offset, axis=1)
        near = np.flatnonzero(distance < RADIUS + _FREE)
        solid = shift + from_middle[near, :, None] * growth
        outwards = offset[near] / distance[near, None]
        relative = np.einsum("nc,nck->nk", outwards, fields[near] - solid)
        weight = step(_FREE, _GLIDING, distance[near] - RADIUS)[:, None]
        fields[near] -= outwards[..., None] * (weight * relative)[:, None]
        fields[ball] = shift + from_middle[ball, :, None] * growth
    return fields


def _growth(
    points: Float[np.ndarray, "R 3"], fields: Float[np.ndarray, "R 3 K"]
) -> Float[np.ndarray, "K"]:
    """The isotropic growth of a group of points about its middle, least squares."""
    centred = points - points.mean(axis=0)
    return np.einsum("nc,nck->k", centred, fields) / (centred**2).sum()
