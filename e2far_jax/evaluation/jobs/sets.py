"""What an evaluation of a data set has to offer, whatever is true in the set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

from e2far_jax.evaluation.jobs.systems import PredictedFace
from e2far_jax.evaluation.reports.contents import System
from e2far_jax.journal import Finding

Pictures = dict[str, UInt8[np.ndarray, "_ _ 3"]]


@runtime_checkable
class EvaluationSet(Protocol):
    """A data set with the rules by which predictions are measured on it.

    Attributes:
      title: of the set and the rules.
      data_set: what it is, in a sentence.
      rules: how it is measured, in paragraphs with empty lines between them.
      scans: whether predictions are meshes; otherwise landmarks of the pictures.
      neutral: whether networks are to give the face without its expression.
      truths: of all items.
      strata: such as "yaw" -> a label an item.
      main: the measure by which faces are the best and the worst.
    """

    title: str
    data_set: str
    rules: str
    scans: bool
    neutral: bool
    truths: Sequence[Any]
    strata: dict[str, tuple[str, ...]]
    main: str

    def measure(self, folder: Path) -> Callable[[PredictedFace, Any], Finding]:
        """A function of a prediction and a truth; what is large goes to the folder."""
        ...

    def system(
        self, name: str, description: str, findings: Mapping[str, Finding], folder: Path
    ) -> System:
        """One system's findings for a report."""
        ...

    def pictures(self, face: PredictedFace, truth: Any) -> Pictures:
        """Of one item, by their captions."""
        ...
