"""`e2far reconstruct`: checks what the user gave, runs the job, says where the results are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from e2far_jax.arguments import new_folder
from e2far_jax.cache import keep_compiled_programs
from e2far_jax.errors import UsageError
from e2far_jax.networks import network_for
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
      weights: a weights folder; None takes the package's network for the model.
      boxes: a boxes file, or None to look for all faces.
      model: the morphable model, if it is not where the weights say; without weights too, it is
        ICT-FaceKit where the user has it, else the default one.
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
    folder = new_folder("--out=", out)
    try:
        summary = ReconstructionJob(network, folder, given_boxes).run(photographs)
    except ReconstructionError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error}") from error
    _report(summary, folder, network.face_model_name)
    return 1 if summary.failures else 0


def _load_network(weights: str | None, model: str | None) -> FaceNetwork:
    from e2far_jax.weights import load_weights

    try:
        source = network_for(model) if weights is None else Path(weights)
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


def _report(summary: Summary, folder: Path, face_model_name: str) -> None:
    faces, failures = len(summary.faces), len(summary.failures)
    if failures:
        print(f"e2far: {failures} of the pictures gave no face", file=sys.stderr)
    if not faces:
        return
    where = f"{faces} face{'s' if faces > 1 else ''} in {folder}, model {face_model_name}"
    print(f"{where}: .json, .obj and .glb for each")
    for sheet in summary.contact_sheets:
        print(f"contact sheet: {sheet}")
