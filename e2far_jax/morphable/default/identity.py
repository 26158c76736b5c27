"""How faces differ: named traits and a Gaussian process, matched to people, as whitened modes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from e2far_jax.morphable.default.parts import attach_parts
from e2far_jax.morphable.default.process import process_factors
from e2far_jax.morphable.default.spread import spread_at
from e2far_jax.morphable.default.template import Template
from e2far_jax.morphable.default.traits import trait_fields
from e2far_jax.morphable.operations import similarity_motions
from e2far_jax.morphable.statistics import front

MODES = 199

_SYMMETRIC_FACTORS, _ASYMMETRIC_FACTORS = 75, 20
_ASYMMETRIC_SHARES = np.array([0.07, 0.035, 0.02])  # of the variance along x, y, z
# Heads' size varies by this share; the rest is calibrated after a similarity fit.
_SIZE = 0.04
# The process has at least this share of the deviation, the traits at most the rest.
_LEAST_SHARE = 0.35
# Once the similarity is gone, fields are scaled by at least and at most this to meet the target.
_CORRECTIONS = (0.8, 1.7)
# Neighbouring modes' deviations differ by at least this share.
_GAP = 1e-3


def identity_modes(template: Template, face: Bool[np.ndarray, "N"]) -> Float[np.ndarray, "N 3 I"]:
    """The prior's leading modes, mm per standard deviation.

    They are orthogonal over the face and in falling order of their variance there.

    Args:
      template: the mean face.
      face: the vertices that decide order and orthogonality.
    Returns:
      199 modes.
    """
    fields, symmetric = identity_fields(template)
    flat, inside = fields.reshape(-1, fields.shape[-1]), np.repeat(face, 3)
    gram = flat[inside].T @ flat[inside] / face.sum()
    rotation, variances = np.zeros_like(gram), np.zeros(len(gram))
    for block in (slice(symmetric), slice(symmetric, None)):
        variances[block], rotation[block, block] = np.linalg.eigh(gram[block, block])
    order = np.argsort(variances)[::-1][:MODES]
    deviations, rotation = np.sqrt(variances[order]), rotation[:, order]
    rotation *= _separated(deviations) / deviations
    rotation *= _fixed_signs(flat[inside] @ rotation, template.points[face])
    return (flat @ rotation).reshape(*fields.shape[:2], MODES)


def identity_fields(template: Template) -> tuple[Float[np.ndarray, "N 3 K"], int]:
    """Fields whose outer products sum to the prior's covariance.

    Returns:
      The symmetric fields and the antisymmetric ones after them; how many are symmetric.
    """
    points = np.round(template.points, 6)
    landmarks = points[template.landmarks]
    inside = front(points, landmarks)
    target = spread_at(points, landmarks)
    traits = _without_similarity(trait_fields(points, landmarks), points, inside)
    traits = traits * _limit(traits, np.sqrt(1 - _LEAST_SHARE**2) * target)
    rest = np.sqrt(target**2 - (traits**2).sum(axis=-1))
    even, odd = process_factors(points, landmarks, _SYMMETRIC_FACTORS)
    few_even, few_odd = (factors[:, :_ASYMMETRIC_FACTORS] for factors in (even, odd))
    aside = np.sqrt(_ASYMMETRIC_SHARES) * target
    symmetric = np.concatenate([traits, _by_axis(rest, (odd, even, even))], axis=-1)
    asymmetric = _by_axis(aside, (few_even, few_odd, few_odd))
    kinds = ((symmetric, np.sqrt(target**2 - aside**2)), (asymmetric, aside))
    fields = []
    for kind, deviation in kinds:
        kind = _without_similarity(kind, points, inside)
        fields.append(attach_parts(template, kind * _correction(kind, deviation)))
    size = _SIZE * (points - points[inside].mean(axis=0))[..., None]
    return np.concatenate([size, *fields], axis=-1), 1 + fields[0].shape[-1]


def _correction(
    fields: Float[np.ndarray, "N 3 K"], target: Float[np.ndarray, "N 3"]
) -> Float[np.ndarray, "N 3 1"]:
    """What scales fields up or down to a deviation where they are near it."""
    ratio = target / np.sqrt((fields**2).sum(axis=-1))
    return np.clip(ratio, *_CORRECTIONS)[..., None]


def _limit(fields: np.ndarray, most: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3 1"]:
    """What scales fields down to at most a deviation, smoothly."""
    ratio = np.sqrt((fields**2).sum(axis=-1)) / most
    return ((1 + ratio**4) ** -0.25)[..., None]


def _by_axis(
    amplitude: Float[np.ndarray, "N 3"], factors: tuple[np.ndarray, ...]
) -> Float[np.ndarray, "N 3 K"]:
    """Fields along one axis each."""
    count = factors[0].shape[1]
    fields = np.zeros((len(amplitude), 3, 3 * count))
    for axis, factor in enumerate(factors):
        fields[:, axis, axis * count : (axis + 1) * count] = amplitude[:, axis, None] * factor
    return fields


def _without_similarity(
    fields: Float[np.ndarray, "N 3 K"], points: np.ndarray, inside: Bool[np.ndarray, "N"]
) -> Float[np.ndarray, "N 3 K"]:
    motions = similarity_motions(points, inside).reshape(-1, 7)
    flat, there = fields.reshape(len(motions), -1), np.repeat(inside, 3)
    normal = motions[there].T @ motions[there]
    parts = np.linalg.solve(normal, motions[there].T @ flat[there])
    return (flat - motions @ parts).reshape(fields.shape)


def _separated(falling: Float[np.ndarray, "K"]) -> Float[np.ndarray, "K"]:
    """Lower values where needed, so that each lies clearly below the one before."""
    steps = (1 - _GAP) ** np.arange(len(falling))
    return np.minimum.accumulate(falling / steps) * steps


def _fixed_signs(
    modes: Float[np.ndarray, "D I"], points: Float[np.ndarray, "P 3"]
) -> Float[np.ndarray, "I"]:
    """Signs by which each mode agrees with an arbitrary, fixed field on the subject's left."""
    x, y, z = points.T / 37.0
    probe = np.stack([np.sin(x + 2 * y), np.cos(y + z) + 0.3, np.sin(2 * z + 0.7 * y)], axis=-1)
    probe[points[:, 0] < 0.1] = 0
    return np.where(probe.reshape(-1) @ modes < 0, -1.0, 1.0)
