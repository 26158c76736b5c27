"""The sliders of a page: one an expression, those of a part of the face together."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

from e2far_jax.faces.face import Face, expression_names
from e2far_jax.morphable.model import MorphableModel

DEVIATIONS = 3.0  # standard deviations that a slider of a statistical basis reaches to
OTHERS = "Others"


def sliders(face: Face) -> list[dict[str, Any]]:
    """What the page needs to know of each expression, in the model's order.

    Returns:
      "name", "group", "low" and "high" (the slider's ends, which the face's own weight is within)
      and "own".
    """
    names = expression_names(face.model)
    low, high = (0.0, 1.0) if face.model.expression_prior == "unit" else (-DEVIATIONS, DEVIATIONS)
    return [
        {
            "name": name,
            "group": group,
            "low": min(low, math.floor(100.0 * own) / 100.0),
            "high": max(high, math.ceil(100.0 * own) / 100.0),
            "own": own,
        }
        for name, group, own in zip(
            names, expression_groups(names), face.expression.tolist(), strict=True
        )
    ]


def expression_groups(names: tuple[str, ...]) -> list[str]:
    """The group of each expression: the word that its name begins with, as "Brow" of browDownLeft.

    A word that begins a single name makes no group; such names are together.
    """
    words = [re.match(r"[a-z]*", name).group() for name in names]
    shared = Counter(words)
    return [word.capitalize() if word and shared[word] > 1 else OTHERS for word in words]


def slider_units(model: MorphableModel) -> str:
    """What the numbers beside the sliders mean."""
    if model.expression_prior == "unit":
        return "Weights: 0 is neutral, 1 the whole expression."
    return "Standard deviations of the model's statistics; 0 is neutral."
