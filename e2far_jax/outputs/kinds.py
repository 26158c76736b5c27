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
    face: Face, kinds: str | Sequence[str] = DEFAULT_KINDS, paint: Paint | None = None
) -> Files:
    """The contents of a face's files by their suffixes, such as ".obj".

    Args:
      face: which.
      kinds: of files, as `chosen_kinds` takes them.
      paint: the surface's colours; None takes them from the face's photograph.
    Raises:
      ValueError: for an unknown kind, one that needs the photograph where it is not at hand, or a
        face that a format can't hold.
    """
    kinds = chosen_kinds(kinds)
    paint = paint or Paint(face)
    return {
        suffix: content for kind in kinds for suffix, content in KINDS[kind](face, paint).items()
    }


def save_face(
    folder: Path,
    name: str,
    face: Face,
    kinds: str | Sequence[str] = DEFAULT_KINDS,
    paint: Paint | None = None,
) -> None:
    """Write a face's files; each appears whole or not at all, none where one cannot be made.

    Raises:
      ValueError: as `face_files` does.
      OSError: where a file cannot be written.
    """
    for suffix, content in face_files(face, kinds, paint or Paint(face, name)).items():
        with replacing(folder / f"{name}{suffix}") as file:
            file.write(content)


def chosen_kinds(kinds: str | Sequence[str]) -> tuple[str, ...]:
    """Keys of `KINDS`, each once.

    Args:
      kinds: some of them, or a text such as "json,glb"; "all" is every kind.
    Raises:
      ValueError: for an unknown kind.
    """
    names = kinds.split(",") if isinstance(kinds, str) else kinds
    names = tuple(dict.fromkeys(name.strip() for name in names))
    if names == ("all",):
        return tuple(KINDS)
    for name in names:
        if name not in KINDS:
            raise ValueError(f"no kind {name!r}; the choices are {', '.join([*KINDS, 'all'])}")
    return names


def parsed_kinds(argument: str, text: str) -> tuple[str, ...]:
    """What the user wrote, as `chosen_kinds` takes it.

    Raises:
      UsageError: for an unknown kind.
    """
    try:
        return chosen_kinds(text)
    except ValueError as error:
        raise UsageError(f"{argument}{text}: {error}") from None
