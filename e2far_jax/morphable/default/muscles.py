"""Expressions of soft tissue: brows, cheeks, nose and lips."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default import lips, upper_face
from e2far_jax.morphable.default.curves import bell, step
from e2far_jax.morphable.default.handles import Handles
from e2far_jax.morphable.default.inner_parts import (
    keep_lips_apart,
    keep_off_eyeballs,
    with_inner_parts,
)
from e2far_jax.morphable.default.template import Template

Field = Float[np.ndarray, "N 3"]
SkinField = Float[np.ndarray, "S 3"]

# How deep the fold from the nose's wing past the mouth's corner gets, mm; its half-width, mm.
_FOLDS = {"mouthSmile": 1.2, "mouthUpperUp": 0.7, "noseSneer": 0.8, "mouthDimple": 0.5}
_FOLD_WIDTH = 3.0


def muscle_fields(template: Template, handles: Handles) -> dict[str, Field]:
    """All the expressions that pull soft tissue."""
    skin_fields = {}
    for name, moves in (upper_face.ONE_SIDED | lips.ONE_SIDED).items():
        field = handles.values(moves)
        field[:, 2] -= _FOLDS.get(name, 0.0) * left_fold(template)
        skin_fields[f"{name}_L"] = field
        skin_fields[f"{name}_R"] = handles.mirrored(field)
    for name, moves in lips.BOTH_SIDES.items():
        skin_fields[name] = handles.both_values(moves)
    left, right = lips.MOUTH_LEFT
    aside = handles.values(left) + handles.mirrored(handles.values(right))
    skin_fields |= {"mouthLeft": aside, "mouthRight": handles.mirrored(aside)}
    return {name: _settled(template, field) for name, field in skin_fields.items()}


def left_fold(template: Template) -> Float[np.ndarray, "S"]:
    """The left cheek's fold from the nose's wing past the mouth's corner: 1 along its line."""
    skin = template.points[: len(template.sheet.angle)]
    wing, corner = skin[template.landmarks[[35, 54]]]
    length = wing[1] - corner[1]
    line = wing[0] + (corner[0] - wing[0] + 9.0) * np.sqrt(
        np.clip((wing[1] + 5.0 - skin[:, 1]) / (length + 10.0), 0.0, 1.0)
    )
    along = step(wing[1] + 8, wing[1] - 2, skin[:, 1])
    along *= step(corner[1] - 8, corner[1] + 6, skin[:, 1])
    front = skin[:, 2] > corner[2] - 30.0
    return along * bell((skin[:, 0] - line) / _FOLD_WIDTH) * front


def _settled(template: Template, field: SkinField) -> Field:
    """A field that respects lips and eyeballs, with what is behind the skin."""
    return with_inner_parts(template, keep_off_eyeballs(template, keep_lips_apart(template, field)))
