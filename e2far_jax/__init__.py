"""3D faces from a single photograph: UH-E2FAR (Dou, Shah, Kakadiaris, CVPR 2017) in JAX.

Units and axes, everywhere: millimetres and radians; +x the subject's left, +y up, +z out of the
face. Images are float RGB in [0, 1], x right, y down, (0, 0) the top left corner of the top left
pixel, whose centre is (0.5, 0.5).

The names below are imported when they are first used, so that `import e2far_jax` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Camera": "geometry.cameras",
    "E2FAR": "models",
    "Face": "faces.face",
    "LossSettings": "losses",
    "MorphableModel": "morphable",
    "NetworkSettings": "models",
    "Pair": "rendering.scene",
    "PhotographError": "reconstruction.errors",
    "Prediction": "models",
    "ReconstructionError": "reconstruction.errors",
    "Reconstructor": "reconstruction.reconstructor",
    "SceneConfig": "rendering.settings",
    "TrainedNetwork": "weights",
    "face_gram": "losses",
    "load_weights": "weights",
    "loss_terms": "losses",
    "multi_task_loss": "losses",
    "neutral_shape": "morphable",
    "open_morphable_model": "morphable",
    "project": "geometry.cameras",
    "read_record": "faces.record",
    "read_photograph": "reconstruction.photographs",
    "reconstruct_faces": "reconstruction.faces",
    "render_mesh": "rendering.preview",
    "render_pair": "rendering.scene",
    "render_pairs": "rendering.scene",
    "save_weights": "weights",
    "shape": "morphable",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
