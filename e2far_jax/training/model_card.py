"""The model card of a network: what it is, what it was trained on, and what it gets right."""

from __future__ import annotations

import dataclasses
import json

from e2far_jax import settings as settings_io
from e2far_jax.evaluation.evaluate import Evaluation
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.stretch import LEAST_CORRELATION, WantedSlopes


@dataclasses.dataclass(frozen=True)
class Training:
    """How a network came about.

    Attributes:
      command: what trains it again.
      hours: that it took.
      hardware: that it took them on.
      code: the version of the code, such as a commit.
      slopes: until which expressions were stretched afterwards.
    """

    command: str
    hours: float
    hardware: str
    code: str
    slopes: WantedSlopes = WantedSlopes()


def model_card(
    name: str, config: ExperimentConfig, training: Training, evaluation: Evaluation
) -> str:
    """The card as Markdown.

    Args:
      name: of the network.
      config: of its training.
      training: how it came about.
      evaluation: of the stored weights, on the test split.
    """
    data, side = config.data, config.network.image_size
    return f"""# {name}

A compact E2FAR network: one face picture of {side} x {side} pixels to the coefficients of the face
model `{config.face_model.spec}` and a camera.

- **Intended use**: trying the method out, research, starting points for training. Not for telling
  who somebody is, nor for anything that matters to the person shown.
- **Data**: {data.train_examples:,} pictures of random faces and scenes, rendered from the face
  model by this package (levels {_words(data.train_levels)}, seed {data.seed}). **No photograph was
  used** for training.
- **Training**: {_training(config)}, seed {config.seed},
  {training.hours:.1f} hours in all on {training.hardware}, code {training.code}.
- **Again**: `{training.command}`
- **Expressions**: {_stretched(training.slopes)}.
- **Limits**: it has only seen rendered faces. Faces beside the model's range, rare expressions,
  hard light and covered faces are read badly; where it is unsure, it says the mean face.

Errors on {evaluation.shapes.count:,} pictures of people that training never saw, each read together
with its mirror image; shapes after a similarity fit over the face:

```
{evaluation.table()}
```

The configuration:

```
{json.dumps(settings_io.to_dict(config), indent=1)}
```
"""


def _training(config: ExperimentConfig) -> str:
    train, weights = config.train, config.init.weights
    if config.network.look_points:
        return f"closer looks ({config.network.looks}) given to {weights}, {train.duration} each"
    begun = f" from {weights} on" if weights else ""
    return f"{train.duration}{begun}, {train.batch_size} pictures a step"


def _stretched(slopes: WantedSlopes) -> str:
    if not slopes.least and not slopes.named:
        return "as the network was trained to say them"
    flags = [f"--least_slope={slopes.least:g}"]
    if slopes.named:
        named = (f"{name}={slope:g}" for name, slope in slopes.named.items())
        flags.append(f"--least_slope_of={','.join(named)}")
    return (
        f"those with a correlation of {LEAST_CORRELATION:g} or more are stretched until their\n"
        f"  slope is {slopes.least:g} or their spread the truth's, named ones whatever it is\n"
        f"  (`{' '.join(flags)}`)"
    )


def _words(levels: tuple[int, ...]) -> str:
    return ", ".join(map(str, levels)) or "of the configuration's scene"
