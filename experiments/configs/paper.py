"""The paper's network, loss and schedule: VGG-16, 180x180, weights 1:5, Adam, batches of 32.

    python experiments/train.py --config=experiments/configs/paper.py --workdir=outputs/paper \\
        --config.face_model.spec=MODEL --config.init.vgg_face=FILE

FILE holds VGG-Face's convolutions (docs/pretrained.md), which stay as they are for ten epochs and
are then fine-tuned with the rest. Without one, --config.train.frozen="0 steps" begins at
random. The paper's model has 199 identity and 29 expression coefficients; here there are as many as
the morphable model has. On n devices the paper's 32 pictures a device are
--config.train.batch_size=(32 n).

For a GPU. Not trained to its end yet: what a step costs is measured (docs/performance.md), what
comes out is not. 600,000 steps; at the rate that BUILD.md expects of one GPU, two hours and a half.
"""

from ml_collections import ConfigDict

from e2far_jax.data.settings import DataSettings
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.training.config import ExperimentConfig, to_config_dict
from e2far_jax.training.settings import TrainSettings


def get_config() -> ConfigDict:
    """The configuration, open to overrides by flags."""
    return to_config_dict(
        ExperimentConfig(
            face_model=FaceModelSettings(remove_similarity=False),
            scene=SceneConfig(image_size=180),
            data=DataSettings(train_examples=96_000),
            network=NetworkSettings(),
            train=TrainSettings(
                duration="200 epochs",
                batch_size=32,
                learning_rate=1e-4,
                schedule="staircase",
                milestones=("80 epochs", "160 epochs"),
                frozen="10 epochs",
                weight_decay=5e-4,
            ),
        )
    )
