"""How often faces of whole folders are read as showing a sign, where each folder is of one kind."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from e2far_jax.evaluation.statistics import bootstrap_mean
from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.reconstruction.reconstructor import Reconstructor
from e2far_jax.studies.expressions import SIGNS, THRESHOLDS, measure_signs
from e2far_jax.studies.tables import markdown


@dataclasses.dataclass(frozen=True)
class FolderSigns:
    """What the faces of a folder were measured to show.

    Attributes:
      measured: the signs' measures (`studies.expressions`), by the picture's path.
      left_out: why a picture was not measured, by its path.
    """

    measured: dict[str, dict[str, float]]
    left_out: dict[str, str]


def measure_pictures(
    reconstructor: Reconstructor, paths: Sequence[str], margin: float = 0.0, least_side: int = 1
) -> FolderSigns:
    """Reconstruct pictures, with a progress line, and measure what their faces show.

    Args:
      reconstructor: of faces; of several in a picture the largest counts.
      paths: of the pictures.
      margin: what is added at each side of a picture, as a share of it, by repeating its border:
        detectors do not find faces that fill a picture.
      least_side: pixels; a picture with a shorter one is left out, as is one that can't be read.
    Returns:
      What was measured, and what was left out.
    Raises:
      ValueError: where not one of the pictures shows a face; it says what the first lacks.
      ReconstructionError: for weights without a camera head, or with damaged numbers.
    """
    names: deque[str] = deque()  # of the pictures that are being reconstructed
    measured, left_out = {}, {}

    def pictures() -> Iterator[Float[np.ndarray, "H W 3"]]:
        for path in tqdm(paths, "reconstructing", unit="picture"):
            try:
                photograph = read_photograph(path)
            except PhotographError as error:
                left_out[path] = str(error)
                continue
            if min(photograph.shape[:2]) < least_side:
                left_out[path] = f"{path}: a side of less than {least_side} pixels"
                continue
            names.append(path)
            yield _with_margin(photograph, margin)

    for faces in reconstructor.many(pictures(), on_error=lambda *_: None):
        name = names.popleft()
        if not faces:
            left_out[name] = f"{name}: no face was found"
            continue
        face = faces[0]
        measured[name] = measure_signs(face.model, face.expression, face.vertices)
    if not measured:
        first = f"; {left_out[paths[0]]}" if paths else ""
        raise ValueError(f"no face in {len(paths)} picture(s){first}")
    return FolderSigns(measured, left_out)


def signs_table(folders: Mapping[str, FolderSigns]) -> str:
    """A Markdown table: how many percent of each folder's faces show each sign, 95 % intervals.

    Args:
      folders: by their names.
    """
    header = ["read as showing it, %", "faces", "left out", *SIGNS]
    rows = [header, ["---"] + ["--:"] * (len(header) - 1)]
    for name, signs in folders.items():
        counts = [str(len(signs.measured)), str(len(signs.left_out))]
        rows.append([name, *counts, *(_share(signs, sign) for sign in SIGNS)])
    return markdown(rows)


def _share(signs: FolderSigns, sign: str) -> str:
    shown = [measures[sign] > THRESHOLDS[sign] for measures in signs.measured.values()]
    return str(bootstrap_mean(100.0 * np.array(shown), np.random.default_rng(0)))


def _with_margin(photograph: Float[np.ndarray, "H W 3"], margin: float) -> np.ndarray:
    around = [(round(margin * side),) * 2 for side in photograph.shape[:2]]
    return np.pad(photograph, [*around, (0, 0)], mode="edge")
