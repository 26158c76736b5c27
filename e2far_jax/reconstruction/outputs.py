"""The files of one face: NAME.json, NAME.obj and NAME.glb.

The .json holds exactly these keys: `image`, `box`, `model`, `weights`, `units`, `identity` (a
list), `expression` (from names to numbers where the model names its expressions, else a list),
`camera` (`model`, `rotation`, `scale`, `translation`), `landmarks_2d` (68 x 2) and `landmarks_3d`
(68 x 3).
The meshes are the face with its expression in the face's own axes, not posed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.files import replacing
from e2far_jax.geometry.cameras import Camera
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.reconstruction.faces import FaceNetwork, Reconstruction
from e2far_jax.reconstruction.meshes import glb_bytes, obj_bytes

DIGITS = 8  # significant ones; single precision holds a little more than 7

_PICTURE = "pixels of the upright photograph, x right, y down, (0, 0) its top left corner"
_FACE = "mm; +x the subject's left, +y up, +z out of the face"
_CAMERA = (
    "a point v in mm falls at x = scale (R v)_x + t_x, y = t_y - scale (R v)_y; R the rotation, "
    "scale in pixels per mm, translation t in pixels"
)


def write_face(
    folder: Path,
    name: str,
    image: str,
    network: FaceNetwork,
    face: Reconstruction,
    colours: Float[np.ndarray, "N 3"],
) -> None:
    """Write a face's three files; each appears whole or not at all.

    Args:
      folder: where to; it exists.
      name: the files' stem.
      image: the photograph's path, for the .json.
      network: for its model and its description.
      face: what to write.
      colours: RGB in [0, 1] of each vertex, for the .glb.
    """
    record = _json(face_record(image, network, face))
    write_whole(folder / f"{name}.obj", obj_bytes(network.face_model, face.vertices))
    write_whole(folder / f"{name}.glb", glb_bytes(network.face_model, face.vertices, colours))
    write_whole(folder / f"{name}.json", record.encode())


def face_record(image: str, network: FaceNetwork, face: Reconstruction) -> dict[str, Any]:
    """What the .json holds, in plain lists and numbers."""
    return {
        "image": image,
        "box": _numbers(face.box),
        "model": network.face_model_name,
        "weights": network.description,
        "units": _units(network.face_model),
        "identity": _numbers(face.identity),
        "expression": _expression(network.face_model, face.expression),
        "camera": _camera(face.camera),
        "landmarks_2d": _numbers(face.landmarks_2d),
        "landmarks_3d": _numbers(face.landmarks_3d),
    }


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    with replacing(path) as file:
        file.write(content)


def _json(record: dict[str, Any]) -> str:
    """One line a key."""
    lines = [f"{json.dumps(key)}: {json.dumps(record[key], allow_nan=False)}" for key in record]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _units(model: MorphableModel) -> dict[str, str]:
    weights = model.expression_prior == "unit"
    return {
        "box": f"[x0, y0, x1, y1] around the 68 landmarks, {_PICTURE}",
        "identity": "standard deviations",
        "expression": "blendshape weights, 0 to 1" if weights else "standard deviations",
        "camera": _CAMERA,
        "landmarks_2d": _PICTURE,
        "landmarks_3d": _FACE,
        "obj": _FACE,
        "glb": "metres; the same axes",
    }


def _expression(
    model: MorphableModel, expression: Float[np.ndarray, "E"]
) -> dict[str, float] | list[float]:
    numbers = _numbers(expression)
    if not model.expression_names:
        return numbers
    return dict(zip(model.expression_names, numbers, strict=True))


def _camera(camera: Camera) -> dict[str, Any]:
    return {
        "model": "scaled-orthographic",
        "rotation": _numbers(np.asarray(camera.rotation)),
        "scale": _numbers(np.asarray(camera.scale)),
        "translation": _numbers(np.asarray(camera.translation)),
    }


def _numbers(array: Float[np.ndarray, "..."]) -> Any:
    """Nested lists of floats, rounded to what single precision holds."""
    if array.ndim == 0:
        return float(f"{float(array):.{DIGITS}g}")
    return [_numbers(np.asarray(part)) for part in array]
