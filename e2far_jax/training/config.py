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
from e2far_jax.training.plan import make_plan
from e2far_jax.training.settings import InitSettings, TrainSettings

if TYPE_CHECKING:
    from ml_collections import ConfigDict


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
      init: what to begin with.
      train: the optimisation.
      pictures: where training pictures come from: "stored" in a data set that is rendered first,
        and changed as `augmentation` says when they are read; or "rendered" on the devices, new
        ones in each step, which are not changed any more. Validation is on stored ones always.
    """

    seed: int = 0
    face_model: FaceModelSettings = FaceModelSettings()
    scene: SceneConfig = SceneConfig()
    data: DataSettings = DataSettings()
    augmentation: AugmentationSettings = AugmentationSettings()
    network: NetworkSettings = NetworkSettings()
    loss: LossSettings = LossSettings()
    init: InitSettings = InitSettings()
    train: TrainSettings = TrainSettings()
    pictures: Literal["stored", "rendered"] = "stored"

    def __post_init__(self) -> None:
        make_plan(self.train, self.data.train_examples)  # refuses what is no duration
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
