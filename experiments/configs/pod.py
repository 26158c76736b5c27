"""The paper's network on a pod: large batches, bfloat16, pictures rendered by the devices.

    python experiments/train.py --config=experiments/configs/pod.py --workdir=/bucket/pod

the same on every host (BUILD.md). Linear scaling: the learning rate is the paper's for 32 pictures,
times 1,024 / 32, after a rise over five epochs; --config.train.batch_size=... scales it along.

For 16 or more devices. No pod was at hand: neither time nor score is measured. BUILD.md estimates
the step without the rendering, which comes on top and was measured on CPUs only.
"""

from ml_collections import ConfigDict

from e2far_jax.data.settings import DataSettings
from e2far_jax.losses import LossSettings
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.training.config import ExperimentConfig, to_config_dict
from e2far_jax.training.settings import TrainSettings


def get_config() -> ConfigDict:
    """The configuration, open to overrides by flags."""
    return to_config_dict(
        ExperimentConfig(
            pictures="rendered",
            scene=SceneConfig(image_size=180),
            data=DataSettings(
                train_examples=131_072, validation_examples=2_048, train_levels=LEVELS
            ),
            network=NetworkSettings(pixel_scale=64.0, dtype="bfloat16"),
            loss=LossSettings(camera=0.1, identity_coefficients=4.0, expression_coefficients=10.0),
            train=TrainSettings(
                duration="60 epochs",
                batch_size=1_024,
                learning_rate=1e-4,
                reference_batch_size=32,
                warmup="5 epochs",
                level_starts=(0.0, 0.06, 0.15, 0.27),
                average_decay=0.999,
                validate_every="1 epoch",
                checkpoint_every="1 epoch",
                keep_every=1_280,
            ),
        )
    )
