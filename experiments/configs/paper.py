"""The paper's network, loss and schedule: VGG-16, 180x180, weights 1:5, Adam, batches of 32.

    python experiments/train.py --config=experiments/configs/paper.py --workdir=outputs/paper \\
        --config.face_model.spec=MODEL

The paper's model has 199 identity and 29 expression coefficients; here there are as many as the
morphable model has. For a GPU. What a step costs is measured (docs/performance.md); it was not
trained to its end yet.
"""

from ml_collections import ConfigDict

from e2far_jax.data.settings import DataSettings
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.training.config import ExperimentConfig, TrainSettings, to_config_dict

EPOCH = 3_000  # steps: 96,000 pictures in batches of 32


def get_config() -> ConfigDict:
    """The configuration, open to overrides by flags."""
    return to_config_dict(
        ExperimentConfig(
            face_model=FaceModelSettings(remove_similarity=False),
            scene=SceneConfig(image_size=180),
            data=DataSettings(train_examples=32 * EPOCH),
            network=NetworkSettings(),
            train=TrainSettings(
                steps=200 * EPOCH,
                batch_size=32,
                learning_rate=1e-4,
                schedule="staircase",
                milestones=(80 * EPOCH, 160 * EPOCH),
                weight_decay=5e-4,
            ),
        )
    )
