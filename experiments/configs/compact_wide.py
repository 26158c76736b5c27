"""The compact network with half as many channels again, which begins as a trained narrow one.

    python experiments/train.py --config=experiments/configs/compact_wide.py \\
        --config.init.weights=outputs/compact/weights --workdir=outputs/compact_wide

The narrow network is as right on pictures that it was trained on as on others: it is too small, not
the pictures too few (docs/training-log.md). The pictures are new ones all the same. On two CPU
cores some 260 pictures a second, an hour and a quarter, and a quarter of an hour to render them.
Measured on ICT-FaceKit's faces, all levels: MEASURED
"""

import runpy
from pathlib import Path

from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """The configuration, open to overrides by flags."""
    config = runpy.run_path(str(Path(__file__).with_name("compact.py")))["get_config"]()
    config.data.seed = 1
    config.network.compact_widths = (48, 96, 192)
    config.train.duration = "15000 steps"
    config.train.learning_rate = 1.5e-3
    config.train.level_starts = (0.0, 0.0, 0.0, 0.0)
    return config
