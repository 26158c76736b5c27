"""Figures that tell one default face from another.

    python -m tests.morphable.checksum

writes those of the default face as it is now; run it whenever the face is changed on purpose.
"""

from __future__ import annotations

import hashlib
import json
import pathlib

import numpy as np

from e2far_jax.morphable.default import default_model
from e2far_jax.morphable.model import MorphableModel

FILE = pathlib.Path(__file__).with_suffix(".json")
PROJECTIONS = 8


def checksum(model: MorphableModel) -> dict[str, object]:
    """Projections in mm, which change by about as much as vertices do, and a digest of the rest."""
    fields = {
        "mean": np.asarray(model.mean)[..., None],
        "identity": np.asarray(model.identity_basis),
        "expression": np.asarray(model.expression_basis),
    }
    figures: dict[str, object] = {name: _projected(field) for name, field in fields.items()}
    figures["topology"] = _digest(
        [model.triangles, model.landmarks.nearest, model.texture_triangles, *model.regions.values()]
    )
    figures["names"] = [*model.expression_names, *model.regions]
    return figures


def _projected(fields: np.ndarray) -> list[list[float]]:
    """Each field's scalar product with a few fixed patterns of norm 1."""
    flat = fields.reshape(-1, fields.shape[-1]).astype(np.float64)
    turns = np.outer(np.sqrt(np.arange(2.0, 2.0 + PROJECTIONS)), np.arange(len(flat)))
    patterns = np.where(turns % 1.0 < 0.5, -1.0, 1.0) / np.sqrt(len(flat))
    return [[round(float(value), 5) for value in row] for row in (patterns @ flat).T]


def _digest(arrays: list) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(np.asarray(array), np.int64).tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    FILE.write_text(json.dumps(checksum(default_model()), indent=0).replace(",\n", ", ") + "\n")
    print(f"wrote {FILE}")
