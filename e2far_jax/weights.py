"""A weights folder: what is needed to apply a trained network, and nothing more.

`weights.npz` holds the parameters by their path ("params/backbone/conv1_1/kernel") and how the
morphable model mirrors its faces ("mirror/identity"), unless that is uneven; `weights.json` holds
the settings of the network and of its morphable model, what the weights are, and a probe of the
morphable model: 68 landmarks under fixed coefficients, by which a changed model is noticed.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flax.traverse_util
import jax
import numpy as np
from jaxtyping import Array, Float

from e2far_jax import settings as settings_io
from e2far_jax.both_ways import both_ways
from e2far_jax.files import replacing
from e2far_jax.models import E2FAR, NetworkSettings, Prediction
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.probe import PROBE_TOLERANCE_MM, model_probe, same_probe
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from e2far_jax.morphable.symmetry import AsymmetryError, Mirror, mirror_of
from e2far_jax.networks import shipped_network

_MIRROR, _MIRRORED = "mirror/", ("identity", "expression")


class WeightsError(ValueError):
    """A weights folder that is missing, damaged, or made for another morphable model."""


@dataclasses.dataclass(frozen=True)
class TrainedNetwork:
    """A network with its parameters and the morphable model that its coefficients speak of.

    Attributes:
      network: the network's settings.
      face_model: the morphable model, cut down as in training.
      face_model_settings: how to open that model again.
      variables: the network's parameters, as `E2FAR.apply` takes them.
      description: one line that names the weights.
      mirror: of the morphable model, to look at mirror images of pictures, too; None looks at
        pictures only.
    """

    network: NetworkSettings
    face_model: MorphableModel
    face_model_settings: FaceModelSettings
    variables: dict[str, Any]
    description: str
    mirror: Mirror | None = None

    @property
    def image_size(self) -> int:
        """Side of the crops that the network takes, pixels."""
        return self.network.image_size

    @functools.cached_property
    def _apply(self) -> Callable[..., Prediction]:
        return jax.jit(both_ways(E2FAR(self.network).apply, self.mirror))

    @functools.cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change with whatever decides a prediction."""
        settings = self.network, self.face_model_settings, self.mirror is not None
        digest = hashlib.sha256(repr(settings).encode())
        for leaf in jax.tree.leaves((self.variables, self.face_model)):
            digest.update(np.ascontiguousarray(leaf))
        return digest.hexdigest()[:16]

    def predict(self, images: Float[Array, "B H W 3"]) -> Prediction:
        """What the network says of crops in [0, 1] and, with a `mirror`, of their mirror images."""
        return self._apply(self.variables, images)


def save_weights(
    directory: str | os.PathLike[str],
    variables: dict[str, Any],
    network: NetworkSettings,
    face_model_settings: FaceModelSettings,
    description: str,
    dtype: str = "float32",
) -> None:
    """Write a weights folder; one that stands there is replaced only when the new one is whole.

    Args:
      directory: the folder, made where it is missing.
      variables: the network's parameters.
      network: the network's settings.
      face_model_settings: of the morphable model.
      description: one line that names the weights.
      dtype: of the stored numbers; "float16" takes half the space and keeps three digits.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    face_model = load_face_model(face_model_settings)
    flat = flax.traverse_util.flatten_dict(variables, sep="/")
    card = {
        "description": description,
        "network": settings_io.to_dict(network),
        "face_model": settings_io.to_dict(face_model_settings),
        "probe": model_probe(face_model).tolist(),
    }
    arrays = {name: np.asarray(value, dtype) for name, value in flat.items()}
    with replacing(folder / "weights.npz") as file:
        np.savez_compressed(file, **arrays, **_mirror_arrays(face_model))
    with replacing(folder / "weights.json") as file:
        file.write(json.dumps(card, indent=1).encode())


def load_weights(
    directory: str | os.PathLike[str] | None = None, face_model_spec: str | None = None
) -> TrainedNetwork:
    """Read a weights folder and open the morphable model that it was trained with.

    Args:
      directory: the weights folder; None for the network that comes with the package.
      face_model_spec: where the morphable model lies here, if elsewhere than in training.
    Raises:
      WeightsError: where a file is missing or damaged, where parameters do not fit the settings,
        or where the morphable model is not the one of the training.
    """
    folder = shipped_network() if directory is None else Path(directory)
    card = _read_card(folder / "weights.json")
    try:
        network = settings_io.from_dict(NetworkSettings, card["network"])
        face_settings = settings_io.from_dict(FaceModelSettings, card["face_model"])
        if face_model_spec is not None:
            face_settings = dataclasses.replace(face_settings, spec=face_model_spec)
        stored_probe = np.asarray(card["probe"], np.float64)
    except (ValueError, TypeError) as error:
        raise WeightsError(f"{folder / 'weights.json'}: damaged: {error}") from error
    face_model = load_face_model(face_settings)
    _check_probe(folder, stored_probe, model_probe(face_model))
    flat = _read_arrays(folder / "weights.npz")
    mirror = _take_mirror(folder / "weights.npz", flat, face_model)
    _check_parameters(folder / "weights.npz", flat, network)
    variables = flax.traverse_util.unflatten_dict(flat, sep="/")
    return TrainedNetwork(
        network, face_model, face_settings, variables, card["description"], mirror
    )


def _mirror_arrays(face_model: MorphableModel) -> dict[str, np.ndarray]:
    """To be stored, since it takes seconds to work out; nothing for an uneven model."""
    try:
        mirror = mirror_of(face_model)
    except AsymmetryError:
        return {}
    return {f"{_MIRROR}{kind}": getattr(mirror, kind) for kind in _MIRRORED}


def _take_mirror(
    path: Path, flat: dict[str, np.ndarray], face_model: MorphableModel
) -> Mirror | None:
    """The mirror out of the stored arrays, so that parameters are left."""
    taken = {kind: flat.pop(f"{_MIRROR}{kind}", None) for kind in _MIRRORED}
    if all(matrix is None for matrix in taken.values()):
        return None
    for kind, matrix in taken.items():
        size = getattr(face_model, f"{kind}_size")
        if matrix is None or matrix.shape != (size, size) or not np.isfinite(matrix).all():
            raise WeightsError(f"{path}: {_MIRROR}{kind} is damaged; expected {size} x {size}")
    return Mirror(**taken)


def _check_probe(folder: Path, stored: np.ndarray, found: np.ndarray) -> None:
    if not same_probe(stored, found):
        raise WeightsError(
            f"{folder}: trained with another morphable model than the one found here: its "
            "landmarks under the same coefficients differ by more than "
            f"{PROBE_TOLERANCE_MM} mm; train again, or use the model of the training"
        )


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise WeightsError(f"{path.parent}: no weights here ({path.name} is missing)") from error
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path}: damaged: {error}") from error
    wanted = {"description", "network", "face_model", "probe"}
    missing = wanted - set(card) if isinstance(card, dict) else wanted
    if missing:
        raise WeightsError(f"{path}: damaged: {', '.join(sorted(missing))} missing")
    return card


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name].astype(np.float32) for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsError(f"{path}: missing or damaged: {error}") from error


def _check_parameters(path: Path, flat: dict[str, np.ndarray], network: NetworkSettings) -> None:
    images = jax.ShapeDtypeStruct((1, network.image_size, network.image_size, 3), np.float32)
    key = jax.eval_shape(jax.random.key, 0)
    shapes = jax.eval_shape(E2FAR(network).init, key, images)
    expected = flax.traverse_util.flatten_dict(shapes, sep="/")
    for name in sorted(set(expected) | set(flat)):
        if name not in flat or name not in expected:
            raise WeightsError(f"{path}: {name} is {'missing' if name in expected else 'unknown'}")
        if flat[name].shape != expected[name].shape:
            raise WeightsError(
                f"{path}: {name} has the shape {flat[name].shape}; "
                f"the settings say {expected[name].shape}"
            )
        if not np.isfinite(flat[name]).all():
            raise WeightsError(f"{path}: {name} holds values that are not finite")
