"""One system over a whole data set: each item once, however often it is interrupted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, runtime_checkable

from e2far_jax.evaluation.jobs.systems import Failure, Picture, PredictedFace, System
from e2far_jax.journal import Finding, Journal
from e2far_jax.progress import watched


@runtime_checkable
class Truth(Protocol):
    """What is known of an item.

    Attributes:
      picture: the item's.
    """

    picture: Picture


T = TypeVar("T", bound=Truth)


def run_system(
    system: System,
    truths: Sequence[T],
    measure: Callable[[PredictedFace, T], Finding],
    journal: Journal,
) -> None:
    """Measure what is not in the journal yet, with a progress line.

    Args:
      system: what is evaluated.
      truths: of all items.
      measure: compares a prediction with the truth; a ValueError is why an item has no result.
      journal: gets a finding an item; a "failure" where there is no result.
    """
    left = [truth for truth in truths if truth.picture.name not in journal.findings]
    faces = system.faces([truth.picture for truth in left])
    for truth, face in zip(left, watched(faces, system.name, " picture", len(left)), strict=True):
        journal.add(truth.picture.name, _finding(face, truth, measure))


def _finding(
    face: PredictedFace | Failure, truth: T, measure: Callable[[PredictedFace, T], Finding]
) -> Finding:
    if isinstance(face, Failure):
        return {"failure": face.reason}
    try:
        return measure(face, truth)
    except ValueError as error:
        return {"failure": " ".join(str(error).split())}
