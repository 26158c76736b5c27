"""The kinds of files that can be written of a face: the choices of `--write`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from e2far_jax.errors import UsageError
from e2far_jax.faces.face import Face
from e2far_jax.faces.record import record_bytes
from e2far_jax.files import replacing
from e2far_jax.outputs.mesh_files import (
    Files,
    glb_file,
    neutral_file,
    obj_file,
    ply_file,
    posed_file,
)
from e2far_jax.outputs.paint import Paint


def record_file(face: Face, paint: Paint) -> Files:
    """Coefficients, camera, landmarks; `faces.record` reads it."""
    return {".json": record_bytes(face)}


# docs/outputs.md says what each of them holds.
KINDS: dict[str, Callable[[Face, Paint], Files]] = {
    "json": record_file,
    "obj": obj_file,
    "glb": glb_file,
    "ply": ply_file,
    "neutral": neutral_file,
    "posed": posed_file,
}
DEFAULT_KINDS = ("json", "obj", "glb")


def face_files(
    face: Face, kinds: Sequence[str] = DEFAULT_KINDS, paint: Paint | None = None
) -> Files:
    """The contents of a face's files by their suffixes, such as ".obj".

    Args:
      face: which.
      kinds: of files; keys of `KINDS`.
      paint: the surface's colours; None takes them from the face's photograph.
    Raises:
      ValueError: for an unknown kind.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise ValueError(f"no kind of file {kind!r}; the choices are {', '.join(KINDS)}")
    paint = Paint(face) if paint is None else paint
    return {
        suffix: content for kind in kinds for suffix, content in KINDS[kind](face, paint).items()
    }


def save_face(
    folder: Path,
    name: str,
    face: Face,
    kinds: Sequence[str] = DEFAULT_KINDS,
    paint: Paint | None = None,
) -> None:
    """Write a face's files; each appears whole or not at all, none where one cannot be made."""
    for suffix, content in face_files(face, kinds, paint).items():
        with replacing(folder / f"{name}{suffix}") as file:
            file.write(content)


def parsed_kinds(argument: str, text: str) -> tuple[str, ...]:
    """What the user wrote, such as "json,glb"; "all" is every kind."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if names == ("all",):
        return tuple(KINDS)
    for name in names:
        if name not in KINDS:
            choices = ", ".join([*KINDS, "all"])
            raise UsageError(f"{argument}{text}: no kind {name!r}; the choices are {choices}")
    return names
