"""A look at a network through photographs: figures as a report, and every face as a picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.evaluation.metrics.spread import IdentitySpread
from e2far_jax.evaluation.statistics import bootstrap_mean
from e2far_jax.reconstruction.contact_sheet import ContactSheet
from e2far_jax.reconstruction.crops import cut_crop
from e2far_jax.reconstruction.faces import FaceNetwork
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.reconstruction.views import CAPTIONS, VIEW_SIZE, face_views
from e2far_jax.studies.expressions import DEGREES, SIGNS, Ratings, confusion, measure_signs
from e2far_jax.studies.identity_spread import identity_spread
from e2far_jax.studies.photographs import reconstruct_annotated
from e2far_jax.studies.tables import markdown


@dataclasses.dataclass(frozen=True)
class Look:
    """What was seen.

    Attributes:
      description: of the network.
      errors: NME in percent, by the picture's name.
      measured: the signs' measures (`studies.expressions`), by the picture's name.
      spread: of identities between and within people.
    """

    description: str
    errors: dict[str, float]
    measured: dict[str, dict[str, float]]
    spread: IdentitySpread

    def report(self, ratings: Mapping[str, Ratings] | None) -> str:
        """Everything as Markdown.

        Args:
          ratings: how clearly people saw which signs, by the picture's name; None where nobody
            looked.
        """
        mean = bootstrap_mean(np.array([*self.errors.values()]), np.random.default_rng(0))
        spread = self.spread
        lines = [
            f"{self.description}, {len(self.errors)} photographs",
            f"68 landmarks, NME: {mean} % of the face box",
            f"neutral shapes, RMS: {spread.between:.2f} mm between two people, {spread.within:.2f} "
            f"mm between two views of one, {spread.ratio:.1f} times as far",
        ]
        if ratings is not None:
            lines.append(markdown(_confusion_rows(self.measured, ratings)))
        return "\n\n".join([*lines, markdown(self._rows())])

    def _rows(self) -> list[list[str]]:
        rows = [["picture", "NME %", *SIGNS], ["---"] + ["--:"] * (1 + len(SIGNS))]
        for name, error in self.errors.items():
            signs = [f"{self.measured[name][sign]:.2f}" for sign in SIGNS]
            rows.append([name, f"{error:.2f}", *signs])
        return rows


def look_at(
    network: FaceNetwork, photographs: Sequence[AnnotatedPhotograph], folder: Path
) -> tuple[Look, list[Path]]:
    """Reconstruct every photograph, with a progress line, and draw contact sheets.

    Args:
      network: a trained network with a camera head, on a symmetric face model.
      photographs: one a person, at least two.
      folder: where the sheets go.
    Returns:
      What was seen, and the sheets' files.
    """
    sheet, errors, measured = ContactSheet(folder, CAPTIONS), {}, {}
    for photograph in tqdm(photographs, "photographs", unit="face"):
        name = photograph.path.name
        face, errors[name] = reconstruct_annotated(network, photograph)
        measured[name] = measure_signs(face.model, face.expression, face.vertices)
        square = cut_crop(read_photograph(photograph.path), face.box, VIEW_SIZE)
        sheet.add(f"{name}  {errors[name]:.1f} %", face_views(face, square))
    sheets = sheet.finish()
    spread = identity_spread(network, photographs)
    return Look(network.description, errors, measured, spread), sheets


def _confusion_rows(
    measured: Mapping[str, Mapping[str, float]], ratings: Mapping[str, Ratings]
) -> list[list[str]]:
    header = ["measured in faces that show it", *DEGREES, "rank correlation"]
    rows = [header, ["---"] + ["--:"] * (1 + len(DEGREES))]
    for sign, counts in confusion(measured, ratings).items():
        pairs = zip(counts.measured, counts.faces, strict=True)
        shares = [f"{seen} of {faces}" for seen, faces in pairs]
        correlation = counts.rank_correlation
        rows.append([sign, *shares, "-" if np.isnan(correlation) else f"{correlation:.2f}"])
    return rows
