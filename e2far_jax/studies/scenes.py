"""What each family of scene factors is worth: the same training with one left out at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from e2far_jax.data.settings import AugmentationSettings, DataSettings
from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.losses import LossSettings
from e2far_jax.models.settings import COMPACT
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.studies.runs import Result
from e2far_jax.studies.study import run_study
from e2far_jax.studies.tables import study_table
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.settings import TrainSettings

EVERYTHING = "everything"


def recipe(
    spec: str = "default",
    examples: int = 10_000,
    size: int = 96,
    steps: int = 1_500,
    seed: int = 0,
) -> ExperimentConfig:
    """The training that every run of the study repeats: minutes on a CPU.

    Pictures are not changed in colour as they are read, which would stand in for the light and the
    camera's faults that a run leaves out.

    Args:
      spec: the morphable model.
      examples: pictures to learn from.
      size: of a picture, pixels.
      steps: of the optimiser, 32 pictures each.
      seed: of pictures, initialisation and order.
    """
    return ExperimentConfig(
        seed=seed,
        face_model=FaceModelSettings(spec=spec, identity_size=40),
        scene=SceneConfig.at_level(LEVELS[-1], size),
        data=DataSettings(
            train_examples=examples, validation_examples=128, test_examples=512, seed=seed
        ),
        augmentation=AugmentationSettings(
            shift=0.02,
            zoom=0.03,
            brightness=0.0,
            contrast=0.0,
            gamma=0.0,
            gain=0.0,
            gray=0.0,
            blur=0.0,
            noise=0.0,
        ),
        network=dataclasses.replace(COMPACT, image_size=size),
        loss=LossSettings(camera=0.1, identity_coefficients=4.0, expression_coefficients=10.0),
        train=TrainSettings(
            duration=f"{steps} steps",
            batch_size=32,
            learning_rate=3e-3,
            warmup=f"{min(100, steps // 10)} steps",
            log_every="20 steps",
            validate_every=f"{steps} steps",
            checkpoint_every="250 steps",
        ),
    )


def scenes_study(
    base: ExperimentConfig,
    families: Sequence[str],
    folder: Path,
    photographs: Sequence[AnnotatedPhotograph] | None,
) -> list[Result]:
    """Train on everything, then without each family; write scenes.json and scenes.md.

    All runs are measured on the same pictures: those of `base`, graded.

    Args:
      base: the training on full scenes, as `recipe` gives it.
      families: what to leave out, one at a time.
      folder: where everything is kept, a folder a run.
      photographs: to measure on, too.
    Returns:
      The results, "everything" first.
    Raises:
      ValueError: for a family that there is not, or where `folder` holds runs with other settings.
    """
    configs = {EVERYTHING: base}
    for family in families:
        data = dataclasses.replace(base.data, test_examples=1, test_levels=())
        scene = base.scene.without(family)
        name = f"without {family.replace('_', ' ')}"
        configs[name] = dataclasses.replace(base, scene=scene, data=data)
    return run_study("scenes", configs, folder, photographs, study_table)
