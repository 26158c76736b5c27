"""How faces differ: a Gaussian process over the template, reduced to whitened modes.

Luethi, Gerig, Jud, Vetter, "Gaussian process morphable models", PAMI 2018. The prior's displacement
field has independent components, each with a sum of Gaussian kernels at four length scales times
an amplitude that varies over the face. A field that mirrors onto itself moves y and z alike and x
oppositely on both sides, so the symmetric part of the prior takes the odd kernel k(p, q) - k(p, Mq)
for x and the even one for y and z, the asymmetric part the other way round, with less variance.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from e2far_jax.morphable.default.curves import bell
from e2far_jax.morphable.default.eyes import CENTRE
from e2far_jax.morphable.default.template import Template
from e2far_jax.morphable.default.traits import trait_fields

MODES = 199

# Length scale in mm -> standard deviation in mm, for the symmetric part.
_SCALES = {100.0: 2.4, 45.0: 1.5, 20.0: 0.7, 11.0: 0.4}
_ASYMMETRIC_SHARE = 0.15
_ANCHORS = 300
_SYMMETRIC_MODES, _ASYMMETRIC_MODES = 100, 32

# Where faces vary more or less than elsewhere: (x, y, radius in mm, added share).
_AMPLITUDES = (
    (0, -64, 28, 0.5), (55, -40, 26, 0.4), (0, 0, 18, 0.45), (45, -8, 24, 0.25),
    (30, 58, 20, 0.2), (31, 35, 14, -0.35),
)  # fmt: skip


def identity_modes(template: Template, face: Bool[np.ndarray, "N"]) -> Float[np.ndarray, "N 3 I"]:
    """The prior's leading modes, mm per standard deviation.

    They are orthogonal over the face and in falling order of their variance there. Where two
    modes' variances are close, rounding may decide how they mix.

    Args:
      template: the mean face.
      face: the vertices that decide order and orthogonality.
    Returns:
      199 modes.
    """
    factors = np.concatenate([process_factors(template.points), trait_fields(template.points)], -1)
    factors = attach_parts(template, factors)
    count = factors.shape[-1]
    inside = factors[face].reshape(-1, count)
    rotation = np.linalg.eigh(inside.T @ inside)[1]
    modes = factors @ rotation[:, ::-1][:, :MODES]
    return modes * _fixed_signs(modes, template.points, face)


def process_factors(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3 K"]:
    """Fields whose outer products sum to the process's low-rank covariance."""
    even, odd = _even_and_odd_factors(points)
    amplitude = _amplitude(points)[:, None]
    share = np.sqrt(_ASYMMETRIC_SHARE)
    blocks = []
    for axis in range(3):
        symmetric, asymmetric = (odd, even) if axis == 0 else (even, odd)
        kept = [symmetric[:, :_SYMMETRIC_MODES], share * asymmetric[:, :_ASYMMETRIC_MODES]]
        block = np.zeros((len(points), 3, _SYMMETRIC_MODES + _ASYMMETRIC_MODES))
        block[:, axis] = amplitude * np.concatenate(kept, axis=1)
        blocks.append(block)
    return np.concatenate(blocks, axis=-1)


def _even_and_odd_factors(
    points: Float[np.ndarray, "N 3"],
) -> tuple[Float[np.ndarray, "N M"], Float[np.ndarray, "N M"]]:
    """Nystroem eigenfunctions of (k(p, q) +- k(p, Mq)) / 2, times the roots of their variances."""
    anchors = points[_spread_anchors(points)]
    near, far = _kernel(points, anchors) / 2, _kernel(points, anchors * [-1, 1, 1]) / 2
    between = [_kernel(anchors, anchors * [side, 1, 1]) / 2 for side in (1, -1)]
    factors = []
    for sign in (1, -1):
        values, vectors = np.linalg.eigh(between[0] + sign * between[1])
        kept = np.argsort(values)[::-1][:_SYMMETRIC_MODES]
        factors.append((near + sign * far) @ (vectors[:, kept] / np.sqrt(values[kept])))
    return factors[0], factors[1]


def _kernel(a: Float[np.ndarray, "A 3"], b: Float[np.ndarray, "B 3"]) -> Float[np.ndarray, "A B"]:
    """The scalar kernel: a sum of Gaussians, mm^2."""
    square = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return sum(
        deviation**2 * np.exp(-0.5 * square / scale**2) for scale, deviation in _SCALES.items()
    )


def _spread_anchors(points: Float[np.ndarray, "N 3"]) -> Int[np.ndarray, "A"]:
    """Farthest-point sampling on one half, denser in front."""
    half = np.flatnonzero(points[:, 0] > 0.5)
    metric = points[half] * [1.0, 1.0, 0.5]
    metric[points[half, 2] < 30] *= 0.6
    chosen = [int(np.argmax(points[half, 2]))]
    distance = np.full(len(half), np.inf)
    for _ in range(_ANCHORS - 1):
        distance = np.minimum(distance, ((metric - metric[chosen[-1]]) ** 2).sum(1))
        chosen.append(int(np.argmax(distance)))
    return half[chosen]


def _amplitude(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N"]:
    """How much more or less than elsewhere the face varies at each point."""
    amplitude = np.ones(len(points))
    for x, y, radius, share in _AMPLITUDES:
        distance = np.hypot(np.abs(points[:, 0]) - x, points[:, 1] - y)
        amplitude += share * bell(distance / radius) * (points[:, 2] > 0)
    return amplitude


def attach_parts(
    template: Template, fields: Float[np.ndarray, "N 3 K"]
) -> Float[np.ndarray, "N 3 K"]:
    """Let eyeballs, rims, cavity and teeth follow the skin that they belong to.

    Eyeballs, rims and the lids' edges move as one: a translation each, and one growth for both.
    """
    fields = fields.copy()
    sheet = template.sheet
    slits = (sheet.right_eye, sheet.left_eye)
    growth = sum(_growth(template.points[s.ring], fields[s.ring]) for s in slits) / 2
    skin = np.arange(len(sheet.angle))
    for slit, rim, ball, sign in zip(slits, template.eye_rims, template.eyeballs, (-1, 1),
                                     strict=True):  # fmt: skip
        centre = CENTRE * [sign, 1, 1]
        shift = fields[slit.ring].mean(axis=0)
        middle = template.points[slit.ring].mean(axis=0)

        def rigid(vertices: np.ndarray, shift=shift, middle=middle) -> np.ndarray:
            return shift + (template.points[vertices] - middle)[..., None] * growth

        distance = np.linalg.norm(template.points[skin] - centre, axis=1)
        near = skin[distance < 40]
        weight = 0.8 * bell(np.maximum(distance[near] - 16, 0) / 6)[:, None, None]
        fields[near] = weight * rigid(near) + (1 - weight) * fields[near]
        fields[ball] = rigid(ball)
        fields[rim] = rigid(rim)
    fields[template.cavity] = fields[sheet.mouth.ring]
    for row, lip in zip(template.teeth, (sheet.mouth.upper, sheet.mouth.lower), strict=True):
        fields[row] = fields[lip].mean(axis=0)
    return fields


def _growth(points: np.ndarray, fields: np.ndarray) -> Float[np.ndarray, "K"]:
    """The isotropic growth about its centre of a group of points, least squares."""
    centred = points - points.mean(axis=0)
    return np.einsum("nc,nck->k", centred, fields) / (centred**2).sum()


def _fixed_signs(
    modes: Float[np.ndarray, "N 3 I"], points: np.ndarray, face: Bool[np.ndarray, "N"]
) -> Float[np.ndarray, "I"]:
    """Signs that make each mode's largest movement on the subject's left half positive."""
    half = modes[face & (points[:, 0] > 0)].reshape(-1, modes.shape[-1])
    largest = half[np.abs(half).argmax(axis=0), np.arange(half.shape[1])]
    return np.where(largest < 0, -1.0, 1.0)
