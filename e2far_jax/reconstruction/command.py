"""`e2far reconstruct`: checks what the user gave, runs the job, says where the results are."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from e2far_jax.cache import keep_compiled_programs
from e2far_jax.errors import UsageError
from e2far_jax.networks import shipped_network
from e2far_jax.reconstruction.boxes_file import read_boxes
from e2far_jax.reconstruction.errors import BoxesError, ReconstructionError
from e2far_jax.reconstruction.faces import FaceNetwork
from e2far_jax.reconstruction.job import ReconstructionJob, Summary


def reconstruct(
    photographs: Sequence[str],
    out: str,
    weights: str | None,
    boxes: str | None,
    model: str | None,
) -> int:
    """Run the command; returns its exit status.

    Args:
      photographs: paths of pictures; one that is named twice is done once.
      out: the folder for the results, made if it is missing.
      weights: a weights folder; None takes the network that comes with the package.
      boxes: a boxes file, or None to look for all faces.
      model: where the morphable model lies, if not where the weights say.
    Raises:
      UsageError: for a mistake in any of these.
    """
    photographs = list(dict.fromkeys(photographs))
    try:
        given_boxes = {} if boxes is None else read_boxes(boxes, photographs)
    except BoxesError as error:
        raise UsageError(str(error)) from error
    keep_compiled_programs()
    network = _load_network(weights, model)
    _protect_inputs(Path(out), photographs, boxes)
    folder = _make_folder(out)
    try:
        summary = ReconstructionJob(network, folder, given_boxes).run(photographs)
    except ReconstructionError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error}") from error
    _report(summary, folder)
    return 1 if summary.failures else 0


def _load_network(weights: str | None, model: str | None) -> FaceNetwork:
    from e2far_jax.weights import load_weights

    try:
        source = shipped_network() if weights is None else Path(weights)
        print(f"e2far: loading {source}", file=sys.stderr)
        return load_weights(source, model)
    except (ValueError, OSError) as error:
        raise UsageError(" ".join(str(error).split())) from error


def _protect_inputs(folder: Path, photographs: Sequence[str], boxes: str | None) -> None:
    """Refuse to write a result over what was read.

    Raises:
      UsageError: for a picture called as the contact sheet is, or boxes in a .json of a picture's
        name, in the folder for the results.
    """
    inputs = [*photographs] if boxes is None else [*photographs, boxes]
    in_folder = [Path(path) for path in inputs if Path(path).parent.resolve() == folder.resolve()]
    stems = tuple(Path(path).stem for path in photographs)
    for path in in_folder:
        record = path.suffix == ".json" and path.stem.startswith(stems)
        if record or (path.suffix == ".png" and path.stem.startswith("contact_sheet")):
            raise UsageError(f"{path} might be overwritten by the results; choose another --out")


def _make_folder(out: str) -> Path:
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out={out}: cannot make this folder ({error.strerror})") from error
    if not os.access(folder, os.W_OK):
        raise UsageError(f"--out={out}: may not write into this folder")
    return folder


def _report(summary: Summary, folder: Path) -> None:
    faces, failures = len(summary.faces), len(summary.failures)
    if failures:
        print(f"e2far: {failures} of the pictures gave no face", file=sys.stderr)
    if not faces:
        return
    print(f"{faces} face{'s' if faces > 1 else ''} in {folder}: .json, .obj and .glb for each")
    for sheet in summary.contact_sheets:
        print(f"contact sheet: {sheet}")
