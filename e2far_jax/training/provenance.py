"""What a checkpoint came from: the configuration, the morphable model, the code."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

import e2far_jax
from e2far_jax import settings as settings_io
from e2far_jax.models import NetworkSettings
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.probe import model_probe, same_probe
from e2far_jax.training.config import ExperimentConfig

# What may change from one part of a run to the next: it decides nothing of the outcome.
FREE = ("log_every", "validate_every", "checkpoint_every", "keep_newest", "keep_best", "keep_every")


@dataclasses.dataclass(frozen=True)
class Provenance:
    """What decides the outcome of a run.

    Attributes:
      config: the experiment's settings as dictionaries.
      network: the network's settings, with what the face model and a pretrained backbone decide.
      face_model: the probe of the morphable model, mm.
      code: the version of this package, and a digest of its sources.
    """

    config: dict[str, Any]
    network: dict[str, Any]
    face_model: list[list[float]]
    code: str

    def to_dict(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return dataclasses.asdict(self)


def provenance(
    config: ExperimentConfig, network: NetworkSettings, face_model: MorphableModel
) -> Provenance:
    """Where the results of this run will have come from."""
    settings, probe = map(settings_io.to_dict, (config, network)), model_probe(face_model).tolist()
    return Provenance(*settings, probe, code_version())


@functools.cache
def code_version() -> str:
    """Such as "0.1.0 (5f3a9c01)": the package's version and a digest of its Python files."""
    folder = Path(e2far_jax.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return f"{e2far_jax.__version__} ({digest.hexdigest()[:8]})"


def changes(saved: dict[str, Any], current: Provenance) -> list[str]:
    """What is no longer as it was, in words; settings that did not exist then had their defaults.

    Args:
      saved: as `Provenance.to_dict` gave it.
      current: of this run.
    """
    found = settings_io.differences(
        _without_free(settings_io.completed(ExperimentConfig, saved["config"])),
        _without_free(current.config),
    )
    found += [
        f"the network's {difference}"
        for difference in settings_io.differences(
            settings_io.completed(NetworkSettings, saved["network"]), current.network
        )
        if not found  # else that says why
    ]
    if not same_probe(np.asarray(saved["face_model"]), np.asarray(current.face_model)):
        found.append("the morphable model is another one: its landmarks differ")
    if saved["code"] != current.code:
        found.append(f"the code was {saved['code']}, is {current.code}")
    return found


def _without_free(config: dict[str, Any]) -> dict[str, Any]:
    train = {name: value for name, value in config["train"].items() if name not in FREE}
    return {**config, "train": train}
