"""Named expressions: one displacement field each, at weight 1, in the ARKit set's vocabulary."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.blinks import lid_fields
from e2far_jax.morphable.default.gaze import gaze_fields
from e2far_jax.morphable.default.handles import build_handles
from e2far_jax.morphable.default.jaw import jaw_fields
from e2far_jax.morphable.default.muscles import muscle_fields
from e2far_jax.morphable.default.template import Template


def expression_fields(template: Template) -> dict[str, Float[np.ndarray, "N 3"]]:
    """All expressions in alphabetical order, mm at weight 1.

    Names follow ICT-FaceKit's spelling of the ARKit set: `_L` and `_R` are the subject's sides.
    """
    handles = build_handles(template)
    fields = (
        lid_fields(template)
        | gaze_fields(template)
        | jaw_fields(template, handles)
        | muscle_fields(template, handles)
    )
    return {name: fields[name] for name in sorted(fields, key=str.lower)}
