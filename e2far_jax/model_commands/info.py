"""`e2far model info`: what a morphable model holds, in words and numbers."""

from __future__ import annotations

import jax
import numpy as np

from e2far_jax.arguments import opened_model
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.operations import variance_kept

_PRIORS = {"normal": "standard normal coefficients", "unit": "weights in 0..1"}


def info(spec: str) -> int:
    """Run the command; returns its exit status.

    Args:
      spec: as in `open_morphable_model`.
    Raises:
      UsageError: where it cannot be opened.
    """
    print(description(opened_model("", spec)))
    return 0


def description(model: MorphableModel) -> str:
    """One line a fact: sizes, extents in mm, bases and their priors, names, memory, licence."""
    facts = {
        "model": model.name,
        "licence": model.licence,
        "mesh": f"{len(model.mean):,} vertices, {len(model.triangles):,} triangles",
        "units": "millimetres; +x the subject's left, +y up, +z out of the face",
        "extent": _extent(model),
        "outer eye corners": f"{_outer_eye_distance(model):.1f} mm apart",
        "identity": _identity(model),
        "expression": f"{model.expression_size}, {_PRIORS[model.expression_prior]}",
        "landmarks": _landmarks(model),
        "texture": _texture(model),
        "colour": _colour(model),
        "regions": ", ".join(f"{name} {int(mask.sum()):,}" for name, mask in model.regions.items()),
        "memory": f"{sum(leaf.nbytes for leaf in jax.tree.leaves(model)) / 2**20:.1f} MiB",
    }
    width = max(map(len, facts)) + 2
    lines = [f"{name + ':':<{width}} {fact}" for name, fact in facts.items()]
    if model.expression_names:
        lines += ["expressions:", *(f"  {name}" for name in model.expression_names)]
    return "\n".join(lines)


def _extent(model: MorphableModel) -> str:
    face = np.asarray(model.mean)[np.asarray(model.regions["face"])]
    ranges = zip("xyz", face.min(axis=0), face.max(axis=0), strict=True)
    return "face " + ", ".join(f"{axis} {low:.1f} to {high:.1f} mm" for axis, low, high in ranges)


def _outer_eye_distance(model: MorphableModel) -> float:
    marks = np.asarray(model.landmarks.on(model.mean))
    return float(np.linalg.norm(marks[45] - marks[36]))


def _identity(model: MorphableModel) -> str:
    kept = variance_kept(model)
    tenth = min(10, model.identity_size)
    return (
        f"{model.identity_size}, standard normal coefficients; the first {tenth} hold "
        f"{kept[tenth - 1]:.0%} of the face's variance"
    )


def _landmarks(model: MorphableModel) -> str:
    inside = int((np.asarray(model.landmarks.weights).max(axis=1) < 1.0).sum())
    return f"68 (iBUG), {68 - inside} vertices" + (f", {inside} in triangles" if inside else "")


def _texture(model: MorphableModel) -> str:
    if model.texture_coordinates is None:
        return "none"
    return f"{len(model.texture_coordinates):,} coordinates, v up"


def _colour(model: MorphableModel) -> str:
    return "none" if model.colour_basis is None else f"{model.colour_basis.shape[-1]} modes, RGB"
