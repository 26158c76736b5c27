"""The typed configuration of an experiment, and its form as flags."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

from e2far_jax import settings as settings_io
from e2far_jax.data.settings import AugmentationSettings, DataSettings
from e2far_jax.losses import LossSettings
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.settings import SceneConfig

if TYPE_CHECKING:
    from ml_collections import ConfigDict


@dataclasses.dataclass(frozen=True)
class TrainSettings:
    """How to optimise.

    Attributes:
      initial_weights: a weights folder whose parameters to begin with; None begins at random.
      steps: optimiser steps in all.
      batch_size: examples a step, over all devices and processes.
      level_starts: a curriculum: the share of the training after which pictures of each of
        `data.train_levels` are shown, one of them 0; empty: all are shown always.
      learning_rate: the highest one.
      schedule: "cosine" falls to zero at the last step; "staircase" multiplies by 0.1 at each of
        `milestones`, as the paper does.
      milestones: steps, for the staircase.
      warmup_steps: steps of linear rise from zero.
      weight_decay: decoupled, on matrices and kernels only.
      clip_norm: largest global norm of the gradient.
      log_every: steps between two lines of figures.
      validate_every: steps between two evaluations on the validation split.
      checkpoint_every: steps between two checkpoints; the last step is always saved.
      keep_checkpoints: how many of the newest checkpoints to keep.
    """

    initial_weights: str | None = None
    steps: int = 200_000
    batch_size: int = 32
    level_starts: tuple[float, ...] = ()
    learning_rate: float = 1e-4
    schedule: Literal["cosine", "staircase"] = "cosine"
    milestones: tuple[int, ...] = ()
    warmup_steps: int = 0
    weight_decay: float = 5e-4
    clip_norm: float = 1.0
    log_every: int = 100
    validate_every: int = 2_000
    checkpoint_every: int = 2_000
    keep_checkpoints: int = 3

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.type == "int" and field.name != "warmup_steps" and value < 1:
                raise ValueError(f"train.{field.name} is {value}; expected at least 1")
        if not 0 <= self.warmup_steps < self.steps:
            raise ValueError(
                f"train.warmup_steps is {self.warmup_steps}; expected 0 to less than "
                f"train.steps, which is {self.steps}"
            )


@dataclasses.dataclass(frozen=True)
class ExperimentConfig:
    """Everything that decides an experiment's outcome.

    The network's `identity_size` and `expression_size` follow from the face model; what stands in
    `network` for them is not read. Pictures are rendered at the scene's `image_size` and brought to
    the network's as they are read.

    Attributes:
      seed: of initialisation, order, augmentation and dropout.
      face_model: the morphable model.
      scene: how its pictures are made.
      data: how many there are.
      augmentation: how training pictures are changed as they are read.
      network: the network.
      loss: the weights of the loss's terms.
      train: the optimisation.
    """

    seed: int = 0
    face_model: FaceModelSettings = FaceModelSettings()
    scene: SceneConfig = SceneConfig()
    data: DataSettings = DataSettings()
    augmentation: AugmentationSettings = AugmentationSettings()
    network: NetworkSettings = NetworkSettings()
    loss: LossSettings = LossSettings()
    train: TrainSettings = TrainSettings()

    def __post_init__(self) -> None:
        starts, levels = self.train.level_starts, self.data.train_levels
        if starts and (len(starts) != len(levels) or min(starts) != 0.0 or max(starts) > 1.0):
            raise ValueError(
                f"train.level_starts is {starts}; expected a share, 0 to 1, for each of "
                f"data.train_levels, which is {levels}, one of them 0"
            )


def network_settings(config: ExperimentConfig, face_model: MorphableModel) -> NetworkSettings:
    """The network's settings with the sizes that the face model decides."""
    return dataclasses.replace(
        config.network,
        identity_size=face_model.identity_size,
        expression_size=face_model.expression_size,
    )


def to_config_dict(config: ExperimentConfig) -> ConfigDict:
    """The form that flags can override: `--config.train.batch_size=64`."""
    from ml_collections import ConfigDict

    return ConfigDict(_with_placeholders(config), type_safe=True)


def _with_placeholders(settings: Any) -> dict[str, Any]:
    """Nested dictionaries in which None stands aside for a value of the right type."""
    from ml_collections import config_dict

    values: dict[str, Any] = {}
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value):
            value = _with_placeholders(value)
        elif value is None:
            kind = settings_io.optional_type(type(settings), field.name)
            value = config_dict.placeholder(kind)
        values[field.name] = value
    return values


def from_config_dict(config: ConfigDict) -> ExperimentConfig:
    """The typed configuration.

    Raises:
      ValueError: for names that the configuration does not have, or values of another type.
    """
    return settings_io.from_dict(ExperimentConfig, config.to_dict())
