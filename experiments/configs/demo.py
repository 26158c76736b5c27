"""Minutes on a CPU: the embedded face, a compact network, easy scenes.

python experiments/train.py --config=experiments/configs/demo.py --workdir=outputs/demo
"""

from ml_collections import ConfigDict

from e2far_jax.data.settings import AugmentationSettings, DataSettings
from e2far_jax.losses import LossSettings
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.scene import SceneConfig
from e2far_jax.training.config import ExperimentConfig, TrainSettings, to_config_dict


def get_config() -> ConfigDict:
    """The configuration, open to overrides by flags."""
    return to_config_dict(
        ExperimentConfig(
            face_model=FaceModelSettings(identity_size=40),
            scene=SceneConfig.easy(image_size=96),
            data=DataSettings(train_examples=8_000, validation_examples=128, test_examples=512),
            augmentation=AugmentationSettings(),
            network=NetworkSettings(
                backbone="compact", fusion_channels=128, head_widths=(), pixel_scale=64.0
            ),
            loss=LossSettings(expression_coefficients=5.0, identity_coefficients=1.0),
            train=TrainSettings(
                steps=1_500,
                batch_size=32,
                learning_rate=1.5e-3,
                warmup_steps=100,
                log_every=20,
                validate_every=500,
                checkpoint_every=250,
            ),
        )
    )
