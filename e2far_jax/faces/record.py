"""A face as JSON: everything that is known of it but the photograph's pixels.

Keys: `image`, `picture_size`, `box`, `score`, `weights`, `model` (its name, and the settings that
open it again), `units` (of all the others, in words), `identity` (a list), `expression` (from names
to numbers), `camera` (`model`, `rotation`, `scale`, `translation`), `landmarks_2d` (68 x 2) and
`landmarks_3d` (68 x 3). The last two follow from the others; a model that gives other landmarks is
refused when the face is read.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from e2far_jax import settings as settings_io
from e2far_jax.faces.face import Face, expression_names
from e2far_jax.files import read_json
from e2far_jax.geometry.cameras import Camera
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model

DIGITS = 8  # significant ones; single precision holds a little more than 7
SAME_MODEL_MM = 0.1  # how far landmarks may be from the record's
LONGEST_SIDE = 100_000  # pixels of a photograph

FACE_AXES = "mm; +x the subject's left, +y up, +z out of the face; right-handed"
PICTURE_AXES = "pixels of the upright photograph, x right, y down, (0, 0) its top left corner"
_CAMERA = (
    "a point v in mm falls at x = scale (R v)_x + t_x, y = t_y - scale (R v)_y; R the rotation, "
    "scale in pixels per mm, translation t in pixels"
)


class RecordError(ValueError):
    """A face's .json that can't be used; the message names the file and the field."""


def face_record(face: Face) -> dict[str, Any]:
    """What the .json holds, in plain lists and numbers."""
    return {
        "image": face.image,
        "picture_size": list(face.picture_size),
        "box": _numbers(face.box),
        "score": _numbers(np.asarray(face.score)),
        "weights": face.weights,
        "model": {"name": face.model.name, **settings_io.to_dict(face.model_settings)},
        "units": _units(face.model),
        "identity": _numbers(face.identity),
        "expression": dict(
            zip(expression_names(face.model), _numbers(face.expression), strict=True)
        ),
        "camera": {
            "model": "scaled-orthographic",
            "rotation": _numbers(np.asarray(face.camera.rotation)),
            "scale": _numbers(np.asarray(face.camera.scale)),
            "translation": _numbers(np.asarray(face.camera.translation)),
        },
        "landmarks_2d": _numbers(face.landmarks_2d),
        "landmarks_3d": _numbers(face.landmarks_3d),
    }


def record_bytes(face: Face) -> bytes:
    """The .json's content, a line a key.

    Raises:
      ValueError: for numbers that are not finite.
    """
    record = face_record(face)
    lines = [f"{json.dumps(key)}: {json.dumps(record[key], allow_nan=False)}" for key in record]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def read_record(path: Path, model_spec: str | None = None) -> Face:
    """A face from its .json, without the photograph's pixels.

    Args:
      path: the file.
      model_spec: where the morphable model lies here, if elsewhere than the record says.
    Raises:
      RecordError: for a file that is missing, damaged or no face's, or whose morphable model is
        not the one that opens here.
    """
    try:
        record = read_json(path)
        if not isinstance(record, dict):
            raise ValueError("expected a JSON object")
        return _face(record, model_spec)
    except KeyError as error:
        raise RecordError(f"{path}: no face of this package: {error} is missing") from None
    except (ValueError, TypeError, AttributeError, OSError) as error:
        text = " ".join(str(error).split()).removeprefix(f"{path}: ")
        raise RecordError(f"{path}: {text}") from None


def _face(record: dict[str, Any], model_spec: str | None) -> Face:
    stored = {key: value for key, value in record["model"].items() if key != "name"}
    settings = settings_io.from_dict(FaceModelSettings, stored)
    if model_spec is not None:
        settings = dataclasses.replace(settings, spec=model_spec)
    model = load_face_model(settings)
    width, height = _array(record, "picture_size", (2,)).tolist()
    if not (1 <= width <= LONGEST_SIDE and 1 <= height <= LONGEST_SIDE):
        raise ValueError(f"picture_size: {width:g} x {height:g} pixels, expected 1 to 100,000 each")
    face = Face(
        model=model,
        model_settings=settings,
        identity=_array(record, "identity", (model.identity_size,)),
        expression=_expression(record, model),
        camera=_camera(record["camera"]),
        picture_size=(int(width), int(height)),
        box=np.float64(_array(record, "box", (4,))),
        score=float(_array(record, "score", ())),
        image=str(record["image"]),
        weights=str(record["weights"]),
    )
    _check_landmarks(face, _array(record, "landmarks_3d", (68, 3)))
    return face


def _camera(record: dict[str, Any]) -> Camera:
    rotation, scale = _array(record, "rotation", (3, 3)), _array(record, "scale", ())
    if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3) or np.linalg.det(rotation) < 0:
        raise ValueError("rotation: no rotation, for its rows are not orthonormal and right-handed")
    if scale <= 0.0:
        raise ValueError(f"scale: {scale:g} pixels per mm, expected more than 0")
    translation = jnp.asarray(_array(record, "translation", (2,)))
    return Camera(jnp.asarray(rotation), jnp.asarray(scale), translation)


def _expression(record: dict[str, Any], model: MorphableModel) -> Float[np.ndarray, "E"]:
    expression, names = record["expression"], expression_names(model)
    if set(expression) != set(names):
        differing = sorted(set(expression) ^ set(names))
        raise ValueError(f"expression: {differing[0]!r} is in the model or the record alone")
    values = {"expression": [expression[name] for name in names]}
    return _array(values, "expression", (len(names),))


def _check_landmarks(face: Face, stored: Float[np.ndarray, "68 3"]) -> None:
    distance = float(np.abs(face.landmarks_3d - stored).max())
    if distance > SAME_MODEL_MM:
        raise ValueError(
            f"the morphable model {face.model.name!r} that opens here gives other landmarks, "
            f"{distance:.1f} mm away; the face was made with another one"
        )


def _array(record: dict[str, Any], key: str, shape: tuple[int, ...]) -> Float[np.ndarray, "..."]:
    try:
        array = np.asarray(record[key], np.float32)
    except (TypeError, ValueError):
        raise ValueError(f"{key}: expected numbers") from None
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"{key}: has the shape {array.shape}; expected finite numbers of {shape}")
    return array


def _units(model: MorphableModel) -> dict[str, str]:
    weights = model.expression_prior == "unit"
    return {
        "picture_size": "width and height, pixels",
        "box": f"[x0, y0, x1, y1] that the face was looked for in, {PICTURE_AXES}",
        "score": "how sure the detector was, 0 to 1; 1 for a box that was given",
        "identity": "standard deviations",
        "expression": "blendshape weights, 0 to 1" if weights else "standard deviations",
        "camera": _CAMERA,
        "landmarks_2d": PICTURE_AXES,
        "landmarks_3d": FACE_AXES,
    }


def _numbers(array: Float[np.ndarray, "..."]) -> Any:
    """Nested lists of floats, rounded to what single precision holds."""
    if array.ndim == 0:
        return float(f"{float(array):.{DIGITS}g}")
    return [_numbers(np.asarray(part)) for part in array]
