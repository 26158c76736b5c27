"""The kinds of files that can be written of a face: the choices of `--write`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from e2far_jax.errors import UsageError
from e2far_jax.faces.face import Face
from e2far_jax.faces.record import record_bytes
from e2far_jax.files import replacing
from e2far_jax.outputs.camera_file import camera_file
from e2far_jax.outputs.landmark_files import landmarks_file
from e2far_jax.outputs.map_files import (
    depth_file,
    maps_file,
    mask_file,
    normals_file,
    pncc_file,
    uv_position_file,
)
from e2far_jax.outputs.mesh_files import (
    Files,
    glb_file,
    neutral_file,
    obj_file,
    ply_file,
    posed_file,
    textured_file,
)
from e2far_jax.outputs.paint import Paint
from e2far_jax.outputs.picture_files import overlay_file, turntable_file
from e2far_jax.viewer.page import face_page


def record_file(face: Face, paint: Paint) -> Files:
    """Coefficients, camera, landmarks; `faces.record` reads it."""
    return {".json": record_bytes(face)}


def page_file(face: Face, paint: Paint) -> Files:
    """A page to turn the face on, with a slider for each expression."""
    if paint.texture is None:
        return {".html": face_page(face)}
    return {".html": face_page(face, texture=paint.texture.colours)}


# docs/outputs.md says what each of them holds.
KINDS: dict[str, Callable[[Face, Paint], Files]] = {
    "json": record_file,
    "obj": obj_file,
    "glb": glb_file,
    "ply": ply_file,
    "neutral": neutral_file,
    "posed": posed_file,
    "texture": textured_file,
    "page": page_file,
    "camera": camera_file,
    "landmarks": landmarks_file,
    "overlay": overlay_file,
    "turntable": turntable_file,
    "depth": depth_file,
    "normals": normals_file,
    "pncc": pncc_file,
    "mask": mask_file,
    "maps": maps_file,
    "uv_position": uv_position_file,
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
    paint = paint or Paint(face)
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
    """Write a face's files; each appears whole or not at all, none where one cannot be made.

    Raises:
      ValueError: for an unknown kind, or one that needs the photograph where it is not at hand.
    """
    for suffix, content in face_files(face, kinds, paint or Paint(face, name)).items():
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
