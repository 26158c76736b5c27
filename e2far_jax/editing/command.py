"""`e2far edit`: checks what the user gave, changes the face, says where the results are."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from e2far_jax.arguments import new_folder
from e2far_jax.editing.clip import Clip, read_clip
from e2far_jax.editing.edits import neutral, with_expression_of, with_identity_of, with_weights
from e2far_jax.editing.names import EditError, parsed_weights
from e2far_jax.editing.picture import before_and_after
from e2far_jax.errors import UsageError
from e2far_jax.faces.face import Face, expression_names
from e2far_jax.faces.record import RecordError, read_record
from e2far_jax.files import replacing
from e2far_jax.gallery.sheet import write_sheet
from e2far_jax.gltf.mesh import Animation
from e2far_jax.outputs.glb import face_glb
from e2far_jax.outputs.kinds import parsed_kinds, save_face
from e2far_jax.outputs.paint import Paint
from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.photographs import read_photograph

NEUTRAL = "neutral"


@dataclasses.dataclass(frozen=True)
class Request:
    """What the user wrote.

    Attributes:
      face: a face's .json.
      out: folder and stem of the results.
      expression: weights by name, "neutral" among them for all others at 0; or None.
      expression_from: another face's .json, or a table of weights over time; or None.
      identity_from: another face's .json; or None.
      write: kinds of files, with commas between them.
      model: the morphable model, if it is not where the faces say.
    """

    face: str
    out: str
    expression: str | None = None
    expression_from: str | None = None
    identity_from: str | None = None
    write: str = "json,obj,glb"
    model: str | None = None


def edit(request: Request) -> int:
    """Run the command; returns its exit status.

    Raises:
      UsageError: for a mistake in what the user wrote.
    """
    kinds = parsed_kinds("--write=", request.write)
    if not any((request.expression, request.expression_from, request.identity_from)):
        raise UsageError("nothing to change: give --expression, --expression-from, --identity-from")
    try:
        original = _with_photograph(Path(request.face), request.model)
        face, clip = _edited(original, request)
    except (RecordError, EditError) as error:
        raise UsageError(str(error)) from None
    stem = Path(request.out)
    if stem.resolve() == Path(request.face).with_suffix("").resolve():
        raise UsageError(f"--out={request.out}: the results would replace the face that was read")
    folder = new_folder("--out=", str(stem.parent))
    try:
        _write(folder, stem.name, original, face, clip, kinds)
    except ValueError as error:
        raise UsageError(f"--write={request.write}: {error}") from None
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error}") from error
    moving = ", moving" if clip is not None else ""
    print(f"{stem}: {', '.join(kinds)}{moving}; before and after: {stem}.png")
    return 0


def _with_photograph(path: Path, model: str | None) -> Face:
    """The face with its photograph, where that still lies where it was."""
    face = read_record(path, model)
    for place in (Path(face.image), path.parent / face.image):
        if place.is_file():
            try:
                photograph = read_photograph(place)
            except PhotographError:
                continue
            if photograph.shape[1::-1] == face.picture_size:
                return dataclasses.replace(face, photograph=photograph)
    print(f"e2far: {face.image} is not at hand: the face will be gray", file=sys.stderr)
    return face


def _edited(face: Face, request: Request) -> tuple[Face, Clip | None]:
    """The face as it is to be, and its motion if it has one."""
    clip = None
    if request.identity_from:
        face = with_identity_of(face, read_record(Path(request.identity_from), request.model))
    if (source := request.expression_from) and source.endswith(".csv"):
        clip = read_clip(Path(source), face)
        names = expression_names(face.model)
        face = with_weights(face, dict(zip(names, clip.weights[0].tolist(), strict=True)))
        _warn(clip.missing, f"{source} lacks")
    elif source:
        face, lost = with_expression_of(face, read_record(Path(source), request.model))
        _warn(lost, f"{face.model.name} lacks")
    if request.expression:
        parts = [part.strip() for part in request.expression.split(",")]
        if NEUTRAL in parts:
            face = neutral(face)
        text = ",".join(part for part in parts if part != NEUTRAL)
        face = with_weights(face, parsed_weights(text, expression_names(face.model)))
    return face, clip


def _warn(names: tuple[str, ...] | list[str], what: str) -> None:
    if names:
        print(f"e2far: {what} {', '.join(names)}: left at 0", file=sys.stderr)


def _write(
    folder: Path, name: str, original: Face, face: Face, clip: Clip | None, kinds: tuple[str, ...]
) -> None:
    """The files, and a picture; the photograph's colours stay where the original has them."""
    paint = Paint(original, name)
    save_face(folder, name, face, kinds, paint)
    if clip is not None:
        animation = Animation(clip.seconds - clip.seconds[0], clip.weights, name="expression")
        with replacing(folder / f"{name}.glb") as file:
            file.write(face_glb(face, paint.colours, animation=animation))
    write_sheet(folder / f"{name}.png", before_and_after(original, face))
