"""How far two people's shapes are apart, and how far one person's views: whether identity tells."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.statistics import Interval, percentile_interval

Identities = Float[np.ndarray, "people views I"]
Gram = Float[np.ndarray, "I I"]


@dataclasses.dataclass(frozen=True)
class IdentitySpread:
    """RMS distances between neutral shapes over the face, mm, on average over pairs.

    Attributes:
      between: two people.
      within: two views of one person.
    """

    between: float
    within: float

    @property
    def ratio(self) -> float:
        """How many times as far apart two people are as one person's views.

        inf where views do not differ, NaN where people do not either.
        """
        if self.within == 0.0:
            return math.inf if self.between > 0.0 else math.nan
        return self.between / self.within


def spread(identities: Identities, gram: Gram) -> IdentitySpread:
    """Mean distances, sqrt(d^T G d), of two people in the same view, and of one in two views.

    Ours.

    Args:
      identities: coefficients of at least two people in as many views, at least two, each.
      gram: G, so that sqrt(d^T G d) is the distance of two shapes, mm; that of a region, by
        `morphable.model.gram_matrix`, gives the RMS over its vertices.
    Raises:
      ValueError: for fewer people or views, or coefficients that are not finite.
    """
    between, within = _distances(identities, gram)
    pairs = np.triu_indices(len(within), 1)
    return IdentitySpread(between=float(between[pairs].mean()), within=float(within.mean()))


def ratio_interval(
    identities: Identities,
    gram: Gram,
    generator: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = 4000,
) -> Interval:
    """The ratio of `spread` with its bootstrap interval over people.

    People are drawn with all their views. A person who is drawn twice is no pair of people. Draws
    of one person only, which few people make likely, have no pairs and are left out.

    Args:
      identities: as in `spread`, and so is `gram`.
      gram: G.
      generator: draws the people.
      confidence: the share of intervals that would hold the true ratio.
      resamples: how many sets of people are drawn.
    Returns:
      The ratio, in the field `mean`, and its interval.
    Raises:
      ValueError: as in `spread`, or where views do not differ at all.
    """
    between, within = _distances(identities, gram)
    people = len(within)
    counts = generator.multinomial(people, np.full(people, 1.0 / people), size=resamples)
    counts = counts[counts.max(axis=1) < people].astype(np.float64)
    # The diagonal of `between` is 0, so that nobody is told from himself.
    apart = np.einsum("rp,pq,rq->r", counts, between, counts, optimize=True)
    pairs = people**2 - np.sum(counts**2, axis=1)
    own = counts @ within / people
    if not (own > 0.0).all():
        raise ValueError("some people's views do not differ at all; the ratio has no interval")
    ratio = spread(identities, gram).ratio
    return percentile_interval(ratio, apart / pairs / own, confidence)


def _distances(
    identities: Identities, gram: Gram
) -> tuple[Float[np.ndarray, "people people"], Float[np.ndarray, "people"]]:
    """Between each two people over the views, and within each person over pairs of views."""
    people, views, _ = identities.shape
    if people < 2 or views < 2:
        raise ValueError(f"{people} people in {views} views each; expected two or more of both")
    if not np.isfinite(identities).all():
        raise ValueError("identity coefficients are not finite")
    identities = identities.astype(np.float64)
    between = np.stack([_norms(identities - person, gram).mean(axis=1) for person in identities])
    pairs = itertools.combinations(range(views), 2)
    within = [_norms(identities[:, first] - identities[:, second], gram) for first, second in pairs]
    return between, np.mean(within, axis=0)


def _norms(d: Float[np.ndarray, "*B I"], gram: Gram) -> Float[np.ndarray, "*B"]:
    return np.sqrt(np.maximum(np.sum((d @ gram) * d, axis=-1), 0.0))
