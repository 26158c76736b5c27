"""The compact network for CPUs: the embedded face, scenes of all levels, easy ones first.

    python experiments/train.py --config=experiments/configs/compact.py --workdir=outputs/compact

On two CPU cores some 600 pictures a second, an hour and three quarters, and a quarter of an hour to
render them. Measured on the test split, all levels, read with mirror images: neutral 2.66 mm (mean
face 3.08), expressive 2.87 mm (mean face 4.22); e2far_jax/networks/default/README.md has them all.
"""

from ml_collections import ConfigDict

from e2far_jax.data.settings import AugmentationSettings, DataSettings
from e2far_jax.losses import LossSettings
from e2far_jax.models.settings import COMPACT
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.training.config import ExperimentConfig, to_config_dict
from e2far_jax.training.settings import TrainSettings


def get_config() -> ConfigDict:
    """The configuration, open to overrides by flags."""
    return to_config_dict(
        ExperimentConfig(
            face_model=FaceModelSettings(identity_size=80),
            scene=SceneConfig(image_size=112),
            data=DataSettings(
                train_examples=131_072,
                validation_examples=512,
                test_examples=2_048,
                train_levels=LEVELS,
            ),
            network=COMPACT,
            augmentation=AugmentationSettings(
                mirror=0.5,
                shift=0.03,
                zoom=0.05,
                brightness=0.03,
                contrast=0.1,
                gamma=0.1,
                gain=0.05,
                gray=0.0,
                blur=0.0,
                noise=0.2,
            ),
            loss=LossSettings(camera=0.1, identity_coefficients=4.0, expression_coefficients=10.0),
            train=TrainSettings(
                duration="60000 steps",
                batch_size=64,
                level_starts=(0.0, 0.06, 0.15, 0.27),
                learning_rate=2e-3,
                warmup="200 steps",
                validate_every="2000 steps",
                checkpoint_every="500 steps",
            ),
        )
    )
