"""A training of seconds, as a configuration file for experiments/train.py."""

from __future__ import annotations

from ml_collections import ConfigDict

from e2far_jax.data.settings import DataSettings
from e2far_jax.models import NetworkSettings
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.training.config import ExperimentConfig, to_config_dict
from e2far_jax.training.settings import TrainSettings


def configuration(**train: object) -> ExperimentConfig:
    """24 pictures; the rate of learning does not depend on the duration."""
    settings = {
        "duration": "5 steps",
        "batch_size": 8,
        "learning_rate": 1e-3,
        "schedule": "staircase",
        "log_every": "1 step",
        "validate_every": "5 steps",
        "checkpoint_every": "2 steps",
    }
    return ExperimentConfig(
        # As many coefficients, and pixels, as the pictures of tests/data/conftest.py have.
        face_model=FaceModelSettings(
            identity_size=5,
            expression_names=("jawOpen", "eyeBlink_L", "mouthSmile_L", "mouthSmile_R"),
        ),
        scene=SceneConfig.at_level(0, image_size=48),
        data=DataSettings(
            train_examples=24, validation_examples=4, test_examples=4, test_levels=()
        ),
        network=NetworkSettings(
            image_size=32,
            backbone="compact",
            compact_widths=(4, 4, 4, 4),
            compact_depths=(1, 1, 1, 1),
            fusion_channels=4,
            head_widths=(8,),
            camera_head_widths=(),
            pixel_scale=64.0,
        ),
        train=TrainSettings(**{**settings, **train}),
    )


def get_config() -> ConfigDict:
    """The configuration, open to overrides by flags."""
    return to_config_dict(configuration())
