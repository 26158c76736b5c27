"""One run of a study: trained, measured, and never repeated once it is finished."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from e2far_jax import settings as settings_io
from e2far_jax.data.source import FaceSource
from e2far_jax.data.synthetic_faces.synthetic_faces_dataset_builder import Builder
from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.evaluation.evaluate import evaluate_split
from e2far_jax.files import read_json, replacing
from e2far_jax.studies.photographs import landmark_errors
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.loop import train
from e2far_jax.weights import TrainedNetwork, load_weights

RESULT = "result.json"


@dataclasses.dataclass(frozen=True)
class Result:
    """What came out of a run.

    Attributes:
      name: of the run, such as "without hair".
      synthetic: `Evaluation.to_dict` on the study's test pictures.
      photographs: NME in percent by the picture's name; None where there were no photographs.
    """

    name: str
    synthetic: dict[str, Any]
    photographs: dict[str, float] | None


def run(
    name: str,
    config: ExperimentConfig,
    workdir: Path,
    data_dir: Path,
    test: FaceSource,
    photographs: Sequence[AnnotatedPhotograph] | None,
) -> Result:
    """Train and measure, or read what an earlier call with the same settings found.

    Args:
      name: of the run.
      config: of the training.
      workdir: where the run is kept; a training that was interrupted there goes on.
      data_dir: where data sets are kept.
      test: the study's test pictures.
      photographs: to measure on, too.
    Raises:
      ValueError: where `workdir` holds a run with other settings, or a damaged record.
    """
    settings = {"config": settings_io.to_dict(config), "data_version": str(Builder.VERSION)}
    wanted = None if photographs is None else _fingerprint(photographs)
    record = _read(workdir / RESULT, settings)
    if record is None:
        train(config, workdir, data_dir=data_dir)
        synthetic = evaluate_split(_network(workdir), test).to_dict()
        record = {**settings, "synthetic": synthetic, "photographs": None, "landmarks": None}
        _write(workdir / RESULT, record)
    if photographs is not None and record["landmarks"] != wanted:
        errors = landmark_errors(_network(workdir), photographs)
        record |= {"photographs": errors, "landmarks": wanted}
        _write(workdir / RESULT, record)
    shown = None if photographs is None else record["photographs"]
    return Result(name, record["synthetic"], shown)


def _fingerprint(photographs: Sequence[AnnotatedPhotograph]) -> dict[str, float]:
    """Tells other photographs, or the same with other landmarks, from these."""
    return {photo.path.name: float(photo.landmarks.sum()) for photo in photographs}


def _network(workdir: Path) -> TrainedNetwork:
    """What was trained, without the look at mirror images, which would hide some differences."""
    return dataclasses.replace(load_weights(workdir / "weights"), mirror=None)


def _read(path: Path, settings: dict[str, Any]) -> dict[str, Any] | None:
    """The stored record of a finished run, or None."""
    if not path.exists():
        return None
    record = read_json(path)
    if not isinstance(record, dict) or not {"synthetic", "landmarks"} <= {*record}:
        raise ValueError(f"{path}: no record of a run; delete it to measure again")
    stored = {name: record.get(name) for name in settings}
    if differences := settings_io.differences(stored, settings):
        raise ValueError(
            f"{path} holds a run with other settings: {'; '.join(differences)}; "
            "use another --out or the old settings"
        )
    return record


def _write(path: Path, record: dict[str, Any]) -> None:
    with replacing(path) as file:
        file.write(json.dumps(record, indent=1).encode())
