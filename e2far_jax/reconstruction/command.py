"""`e2far reconstruct`: checks what the user gave, runs the job, says where the results are."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from e2far_jax import __version__
from e2far_jax.arguments import new_folder, number
from e2far_jax.cache import keep_compiled_programs
from e2far_jax.errors import UsageError
from e2far_jax.journal import Journal
from e2far_jax.lock import locked
from e2far_jax.morphable.stored import outdated_ict
from e2far_jax.networks import network_for
from e2far_jax.outputs.kinds import parsed_kinds
from e2far_jax.reconstruction.boxes_file import read_boxes
from e2far_jax.reconstruction.errors import BoxesError, LandmarksError, ReconstructionError
from e2far_jax.reconstruction.inputs import InputsError, picture_files
from e2far_jax.reconstruction.job import JobSettings, ReconstructionJob
from e2far_jax.reconstruction.landmark_files import landmark_sources, read_landmarks
from e2far_jax.reconstruction.regions import Choice, Given
from e2far_jax.reconstruction.summary import Summary

if TYPE_CHECKING:
    from e2far_jax.weights import TrainedNetwork

INTERRUPTED = 130
OUTDATED_ICT = (
    "ICT-FaceKit is stored as an older version of this package made it, and is not used: run "
    "`e2far model get ict` again"
)


@dataclasses.dataclass(frozen=True)
class Request:
    """What the user wrote.

    Attributes:
      photographs: pictures, folders and patterns; one that is named twice is done once.
      out: the folder for the results, made if it is missing.
      weights: a weights folder; None takes the package's network for the model.
      model: the morphable model, if it is not where the weights say; without weights too, it is
        ICT-FaceKit where the user has it, else the default one.
      boxes: a boxes file, or None to look for all faces.
      landmarks: a file or folder of 68 points a picture, or None.
      write: kinds of files, with commas between them.
      least_score: of the detector, 0 to 1.
      largest: whether to take the largest face of a picture only.
      again: whether to do again what the folder's journal says is done.
    """

    photographs: Sequence[str]
    out: str
    weights: str | None = None
    model: str | None = None
    boxes: str | None = None
    landmarks: str | None = None
    write: str = "json,obj,glb"
    least_score: str = "0.5"
    largest: bool = False
    again: bool = False


def reconstruct(request: Request) -> int:
    """Run the command; returns its exit status.

    Raises:
      UsageError: for a mistake in what the user wrote.
    """
    photographs, settings = _settings(request)
    keep_compiled_programs()
    network = load_network(request.weights, request.model)
    _protect_inputs(Path(request.out), photographs, request)
    folder = new_folder("--out=", request.out)
    try:
        with (
            locked(folder / ".lock"),
            Journal(folder / "journal.jsonl", _subject(request, network)) as journal,
        ):
            summary = ReconstructionJob(network, folder, settings, journal).run(photographs)
            summary.write(folder / "summary.json")
    except ReconstructionError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error}") from error
    except KeyboardInterrupt:
        print(f"e2far: interrupted; {folder} has what is done, run it again", file=sys.stderr)
        return INTERRUPTED
    _report(summary, folder, network.face_model.name, settings.kinds)
    return 1 if summary.failures else 0


def load_network(weights: str | None, model: str | None) -> TrainedNetwork:
    """The network that the user means, named on standard error.

    Raises:
      UsageError: where it cannot be opened.
    """
    from e2far_jax.weights import load_weights

    if weights is None and model is None and outdated_ict():
        print(f"e2far: {OUTDATED_ICT}", file=sys.stderr)
    try:
        source = network_for(model) if weights is None else Path(weights)
        print(f"e2far: loading {source}", file=sys.stderr)
        return load_weights(source, model)
    except (ValueError, OSError) as error:
        raise UsageError(" ".join(str(error).split())) from error


def _settings(request: Request) -> tuple[list[str], JobSettings]:
    try:
        photographs = picture_files(request.photographs, request.out)
        given = _given(request, photographs)
    except (InputsError, BoxesError, LandmarksError) as error:
        raise UsageError(str(error)) from error
    least_score = number("--min_confidence=", request.least_score, 0.0, 1.0)
    return photographs, JobSettings(
        given,
        Choice(least_score, request.largest),
        parsed_kinds("--write=", request.write),
        request.again,
    )


def _given(request: Request, photographs: Sequence[str]) -> dict[str, Given]:
    """What is known of the photographs' faces; landmarks go before boxes."""
    boxes = {} if request.boxes is None else read_boxes(request.boxes, photographs)
    points = {} if request.landmarks is None else read_landmarks(request.landmarks, photographs)
    by_boxes = {path: Given(boxes=array) for path, array in boxes.items()}
    return by_boxes | {path: Given(landmarks=array) for path, array in points.items()}


def _subject(request: Request, network: TrainedNetwork) -> dict[str, object]:
    """What has to be the same for an earlier run's results to count.

    The photographs' own marks tell of other boxes and landmarks.
    """
    options = dataclasses.asdict(request)
    for name in ("photographs", "out", "again", "weights", "model", "boxes", "landmarks"):
        del options[name]
    return {"version": __version__, "network": network.fingerprint, **options}


def _protect_inputs(folder: Path, photographs: Sequence[str], request: Request) -> None:
    """Refuse to write a result over what was read.

    Raises:
      UsageError: for a file in the folder for the results that is called as a contact sheet, or as
        what is made of a picture.
    """
    pictures = [Path(path) for path in photographs]
    stems = tuple(picture.stem for picture in pictures)
    made = tuple(f"{stem}." for stem in stems)  # a.mask.png is made of a.jpg
    known = [Path(request.boxes)] if request.boxes else []
    known += landmark_sources(request.landmarks)
    risky = [path for path in known if path.stem.startswith(stems)]
    risky += [path for path in pictures if path.stem.startswith((*made, "contact_sheet"))]
    for path in risky:
        if path.parent.resolve() == folder.resolve():
            raise UsageError(f"{path} might be overwritten by the results; choose another --out")


def _report(summary: Summary, folder: Path, model: str, kinds: Sequence[str]) -> None:
    for kind, count in summary.failures_by_kind.items():
        print(f"e2far: {count} of {len(summary.found)} pictures: {kind}", file=sys.stderr)
    faces = len(summary.faces)
    if not faces:
        return
    where = f"{faces} face{'s' if faces > 1 else ''} in {folder}, model {model}"
    pictures = "1 picture was" if summary.before == 1 else f"{summary.before} pictures were"
    before = f"; {pictures} done before" if summary.before else ""
    print(f"{where}: {', '.join(kinds)} for each{before}")
    for sheet in summary.contact_sheets:
        print(f"contact sheet: {sheet}")
