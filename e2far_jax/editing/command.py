"""`e2far edit`: checks what the user gave, changes the face, says where the results are."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from PIL import Image

from e2far_jax.arguments import new_folder
from e2far_jax.editing.clip import Clip, held, read_clip
from e2far_jax.editing.edits import with_expression_of, with_identity_of, with_weights
from e2far_jax.editing.names import EditError, parsed_weights
from e2far_jax.editing.original import read_original
from e2far_jax.editing.picture import before_and_after
from e2far_jax.errors import UsageError
from e2far_jax.faces.face import Face, expression_names
from e2far_jax.faces.record import RecordError, read_record
from e2far_jax.files import replacing
from e2far_jax.gallery.sheet import write_sheet
from e2far_jax.gltf.mesh import Animation
from e2far_jax.outputs.glb import face_glb
from e2far_jax.outputs.kinds import face_files, parsed_kinds
from e2far_jax.outputs.mesh_files import Files
from e2far_jax.outputs.paint import Paint

NEUTRAL = "neutral"
MOVING = "glb"  # the kind that a clip is written as, whatever --write says
SHEET = ".png"


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
    stem = _stem(request.out)
    try:
        original, photograph = read_original(Path(request.face), request.model)
        face, clip = _edited(original, request)
    except (RecordError, EditError) as error:
        raise UsageError(str(error)) from None
    try:
        files = _files(stem.name, original, face, clip, kinds)
    except ValueError as error:
        raise UsageError(f"--write={request.write}: {error}") from None
    _protect_inputs(request, photograph, stem, files)
    folder = new_folder("--out=", str(stem.parent))
    try:
        _write(folder / stem.name, files, before_and_after(original, face))
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error}") from error
    print(f"{stem}: {_described(kinds, clip)}; before and after: {stem}{SHEET}")
    return 0


def _stem(out: str) -> Path:
    stem = Path(out)
    if stem.name in ("", ".."):
        raise UsageError(f"--out={out}: expected a folder and a name, such as edited/smile")
    return stem


def _protect_inputs(request: Request, photograph: Path | None, stem: Path, files: Files) -> None:
    """Refuse to write a result over what was read, or beside a record or table of its name.

    Raises:
      UsageError: naming the file.
    """
    outputs = {_beside(stem, suffix).resolve() for suffix in (*files, SHEET, ".json", ".csv")}
    named = (request.face, request.expression_from, request.identity_from, photograph)
    for path in (Path(name) for name in named if name):
        if path.resolve() in outputs:
            raise UsageError(f"{path} might be overwritten by the results; choose another --out")


def _beside(stem: Path, suffix: str) -> Path:
    return stem.with_name(stem.name + suffix)


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
        weights = _weights(request.expression, expression_names(face.model))
        face = with_weights(face, weights)
        clip = clip and held(clip, face, weights)
    return face, clip


def _weights(text: str, names: tuple[str, ...]) -> dict[str, float]:
    """What --expression sets: all names where "neutral" is among them."""
    parts = [part.strip() for part in text.split(",")]
    others = dict.fromkeys(names, 0.0) if NEUTRAL in parts else {}
    return others | parsed_weights(",".join(part for part in parts if part != NEUTRAL), names)


def _warn(names: tuple[str, ...] | list[str], what: str) -> None:
    if names:
        print(f"e2far: {what} {', '.join(names)}: left at 0", file=sys.stderr)


def _files(
    name: str, original: Face, face: Face, clip: Clip | None, kinds: tuple[str, ...]
) -> Files:
    """Contents by their suffixes; the photograph's colours stay where the original has them."""
    paint = Paint(original, name)
    if clip is None:
        return face_files(face, kinds, paint)
    animation = Animation(clip.seconds - clip.seconds[0], clip.weights, name="expression")
    still = face_files(face, [kind for kind in kinds if kind != MOVING], paint)
    return still | {f".{MOVING}": face_glb(face, paint.colours, animation=animation)}


def _write(stem: Path, files: Files, sheet: Image.Image) -> None:
    for suffix, content in files.items():
        with replacing(_beside(stem, suffix)) as file:
            file.write(content)
    write_sheet(_beside(stem, SHEET), sheet)


def _described(kinds: tuple[str, ...], clip: Clip | None) -> str:
    """The kinds that were written, for the last line."""
    if clip is None:
        return ", ".join(kinds)
    return ", ".join([*(kind for kind in kinds if kind != MOVING), f"{MOVING}, moving"])
