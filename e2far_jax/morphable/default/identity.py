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

_SYMMETRIC_FACTORS, _ASYMMETRIC_FACTORS = 90, 25
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
    symmetric, asymmetric = identity_fields(template)
    modes = np.concatenate([_principal(symmetric, face), _principal(asymmetric, face)], axis=-1)
    deviations = _deviations(modes, face)
    order = np.argsort(deviations)[::-1][:MODES]
    modes, deviations = modes[..., order], deviations[order]
    return modes * (_separated(deviations) / deviations) * _fixed_signs(modes, template, face)


def identity_fields(
    template: Template,
) -> tuple[Float[np.ndarray, "N 3 S"], Float[np.ndarray, "N 3 A"]]:
    """Symmetric and asymmetric fields whose outer products sum to the prior's covariance."""
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
    return np.concatenate([fields[0], size], axis=-1), fields[1]


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
    motions = similarity_motions(points, inside)
    there = motions[inside].reshape(-1, 7)
    parts = np.linalg.solve(there.T @ there, there.T @ fields[inside].reshape(len(there), -1))
    return fields - motions @ parts


def _principal(
    fields: Float[np.ndarray, "N 3 K"], face: Bool[np.ndarray, "N"]
) -> Float[np.ndarray, "N 3 I"]:
    """Rotate the fields among themselves until they are orthogonal, the largest first."""
    inside = fields[face].reshape(-1, fields.shape[-1])
    rotation = np.linalg.eigh(inside.T @ inside)[1]
    return fields @ rotation[:, ::-1][:, :MODES]


def _deviations(modes: np.ndarray, face: Bool[np.ndarray, "N"]) -> Float[np.ndarray, "K"]:
    return np.sqrt((modes[face] ** 2).sum(axis=(0, 1)) / face.sum())


def _separated(falling: Float[np.ndarray, "K"]) -> Float[np.ndarray, "K"]:
    """Lower values where needed, so that each lies clearly below the one before."""
    steps = (1 - _GAP) ** np.arange(len(falling))
    return np.minimum.accumulate(falling / steps) * steps


def _fixed_signs(
    modes: Float[np.ndarray, "N 3 I"], template: Template, face: Bool[np.ndarray, "N"]
) -> Float[np.ndarray, "I"]:
    """Signs by which each mode agrees with an arbitrary, fixed field on the subject's left."""
    half = face & (template.points[:, 0] > 0.1)
    x, y, z = template.points[half].T / 37.0
    probe = np.stack([np.sin(x + 2 * y), np.cos(y + z) + 0.3, np.sin(2 * z + 0.7 * y)], axis=-1)
    agreement = np.einsum("nc,nci->i", probe, modes[half])
    return np.where(agreement < 0, -1.0, 1.0)
