"""Minutes on a CPU: the embedded face, a compact network, easy scenes.

    python experiments/train.py --config=experiments/configs/demo.py --workdir=outputs/demo

On two CPU cores some 100 pictures a second are rendered and 800 trained on (docs/performance.md),
which makes five minutes. Measured on the test split: neutral 2.34 mm (mean face 2.99), expressive
2.49 mm (mean face 4.15).
"""

from ml_collections import ConfigDict

from e2far_jax.data.settings import AugmentationSettings, DataSettings
from e2far_jax.losses import LossSettings
from e2far_jax.models.settings import COMPACT
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.training.config import ExperimentConfig, to_config_dict
from e2far_jax.training.settings import TrainSettings


def get_config() -> ConfigDict:
    """The configuration, open to overrides by flags."""
    return to_config_dict(
        ExperimentConfig(
            face_model=FaceModelSettings(identity_size=40),
            scene=SceneConfig.at_level(0, image_size=96),
            data=DataSettings(
                train_examples=8_192, validation_examples=128, test_examples=512, test_levels=()
            ),
            # Mild: in so few steps, stronger changes cost more than they give.
            augmentation=AugmentationSettings(
                mirror=0.5,
                shift=0.02,
                zoom=0.03,
                contrast=0.1,
                gamma=0.1,
                gray=0.0,
                blur=0.0,
                noise=0.2,
            ),
            network=COMPACT,
            loss=LossSettings(
                camera=0.1,
                identity_coefficients=4.0,
                expression_coefficients=10.0,
                robust_scale=10.0,
            ),
            train=TrainSettings(
                duration="4800 steps",
                batch_size=32,
                learning_rate=2e-3,
                warmup="100 steps",
                log_every="20 steps",
                validate_every="1600 steps",
                checkpoint_every="200 steps",
            ),
        )
    )
