"""A face as one HTML page: opened from a file, without network."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import string
from importlib import resources
from pathlib import PurePath
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.faces.face import Face
from e2far_jax.gallery.error_views import LARGEST_ERROR, error_colours
from e2far_jax.viewer.arrays import DrawnMesh, drawn_mesh, mesh_arrays, packed_colours
from e2far_jax.viewer.pictures import data_url, photograph_view
from e2far_jax.viewer.sliders import slider_units, sliders

SCRIPTS = ("shape.js", "drawing.js", "turning.js", "sliders.js", "viewer.js")
_RAMP = 9  # colours that the scale of errors is given by
_SURFACES = {
    "photograph": "Photograph",
    "plain": "Plain",
    "wireframe": "Wireframe",
    "errors": "Errors",
}
_UNITS = "millimetres; +x the subject's left, +y up, +z out of the face"


def face_page(
    face: Face,
    colours: Float[np.ndarray, "N 3"] | None = None,
    errors: Float[np.ndarray, "N"] | None = None,
    photograph: bool = True,
    *,
    texture: Float[np.ndarray, "H W 3"] | None = None,
    largest_error: float = LARGEST_ERROR,
) -> bytes:
    """A page that shows a face from all sides, with a slider for each of its model's expressions.

    It needs no other file and nothing from the network; its policy forbids both. Displacements
    are rounded to 0.01 mm.

    Args:
      face: which; its photograph is shown under the face where it is at hand.
      colours: RGB in [0, 1] of each vertex of the model.
      errors: how far each vertex is off, mm; NaN where that isn't known.
      photograph: False leaves the photograph out.
      texture: RGB in [0, 1], laid out by the model's `texture_chart`, the first row v = 1; shown
        in place of `colours`.
      largest_error: where the scale of the errors ends, mm.
    Returns:
      HTML, UTF-8.
    Raises:
      ValueError: for colours or errors of another number of vertices.
    """
    _check(face, colours, "colours")
    _check(face, errors, "errors")
    mesh = drawn_mesh(face, textured=texture is not None)
    data: dict[str, Any] = {
        "mesh": mesh_arrays(face, mesh),
        "expressions": sliders(face),
        "colours": {},
    }
    if colours is not None:
        data["colours"]["photograph"] = packed_colours(colours, mesh)
    if texture is not None:
        data["texture"] = data_url(texture)
    if errors is not None:
        data["colours"]["errors"] = packed_colours(_display(errors, largest_error), mesh)
        data["errors"] = {"largest": largest_error, "ramp": _ramp(largest_error)}
    if photograph and face.photograph is not None:
        data["photograph"] = photograph_view(face)
    shown = {"plain", "wireframe", *data["colours"]} | (
        {"photograph"} if "texture" in data else set()
    )
    data["surfaces"] = [
        {"kind": kind, "title": title} for kind, title in _SURFACES.items() if kind in shown
    ]
    return _filled(face, mesh, data)


def script_and_style() -> tuple[str, str]:
    """The page's script and style sheet, the same for every face."""
    return "\n".join(_part(name) for name in SCRIPTS), _part("viewer.css")


def content_hash(text: str) -> str:
    """How a content security policy names an inline script or style sheet."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _filled(face: Face, mesh: DrawnMesh, data: dict[str, Any]) -> bytes:
    script, style = script_and_style()
    policy = (
        f"default-src 'none'; img-src data:; script-src {content_hash(script)}; "
        f"style-src {content_hash(style)}"
    )
    page = string.Template(_part("page.html")).substitute(
        policy=policy,
        title=html.escape(_name(face)),
        subtitle=html.escape(f"{face.model.name}, {len(mesh.vertices):,} vertices, millimetres"),
        scale=html.escape(slider_units(face.model)),
        about=_about(face, mesh),
        data=json.dumps(data, allow_nan=False).replace("<", "\\u003c"),
        style=style,
        script=script,
    )
    return page.encode("utf-8", "replace")


def _about(face: Face, mesh: DrawnMesh) -> str:
    width, height = face.picture_size
    box = ", ".join(f"{value:.0f}" for value in face.box)
    facts = {
        "Photograph": f"{_name(face)}, {width} x {height} pixels",
        "Face box": f"{box} (left, top, right, bottom; pixels)",
        "Network": face.weights or "not stated",
        "Face model": face.model.name,
        "Licence of the model": face.model.licence,
        "Mesh": f"{len(mesh.vertices):,} vertices, {len(mesh.triangles):,} triangles",
        "Units and axes": _UNITS,
    }
    return "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>" for name, text in facts.items()
    )


def _name(face: Face) -> str:
    """What the photograph is called, without the folders that it lies in."""
    return PurePath(face.image.replace("\\", "/")).name or "Face"


def _display(errors: Float[np.ndarray, "*any"], largest: float) -> Float[np.ndarray, "*any 3"]:
    return error_colours(errors, largest) ** np.float32(1 / 2.2)


def _ramp(largest: float) -> list[str]:
    colours = np.round(255.0 * _display(np.linspace(0.0, largest, _RAMP), largest))
    return [f"rgb({red:.0f} {green:.0f} {blue:.0f})" for red, green, blue in colours]


def _check(face: Face, values: np.ndarray | None, name: str) -> None:
    vertices = len(face.model.mean)
    if values is not None and len(values) != vertices:
        raise ValueError(f"{len(values)} {name}; {face.model.name!r} has {vertices} vertices")


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
