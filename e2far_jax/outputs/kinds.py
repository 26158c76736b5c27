"""The kinds of files that can be written of a face: the choices of `--write`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from e2far_jax.errors import UsageError
from e2far_jax.faces.face import Face
from e2far_jax.faces.record import record_bytes
from e2far_jax.files import replacing
from e2far_jax.reconstruction.colours import face_colours
from e2far_jax.reconstruction.meshes import glb_bytes, obj_bytes

Files = dict[str, bytes]


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
      files: from a face to contents by suffix, such as ".obj".
      about: what it holds, in a few words.
    """

    files: Callable[[Face], Files]
    about: str


KINDS: dict[str, Kind] = {
    "json": Kind(lambda face: {".json": record_bytes(face)}, "coefficients, camera, landmarks"),
    "obj": Kind(lambda face: {".obj": obj_bytes(face.model, face.vertices)}, "mesh, mm"),
    "glb": Kind(
        lambda face: {".glb": glb_bytes(face.model, face.vertices, face_colours(face))},
        "mesh, metres, with the photograph's colours",
    ),
}
DEFAULT_KINDS = ("json", "obj", "glb")


def face_files(face: Face, kinds: Sequence[str] = DEFAULT_KINDS) -> Files:
    """The contents of a face's files by their suffixes.

    Raises:
      ValueError: for an unknown kind.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise ValueError(f"no kind of file {kind!r}; the choices are {', '.join(KINDS)}")
    return {
        suffix: content for kind in kinds for suffix, content in KINDS[kind].files(face).items()
    }


def save_face(folder: Path, name: str, face: Face, kinds: Sequence[str] = DEFAULT_KINDS) -> None:
    """Write a face's files; each appears whole or not at all, none where one cannot be made."""
    for suffix, content in face_files(face, kinds).items():
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
