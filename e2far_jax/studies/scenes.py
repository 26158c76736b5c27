"""What each family of scene factors is worth: the same training with one left out at a time."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from e2far_jax import settings as settings_io
from e2far_jax.data.generate import generate
from e2far_jax.data.settings import AugmentationSettings, DataSettings
from e2far_jax.data.source import open_split
from e2far_jax.files import replacing
from e2far_jax.losses import LossSettings
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.studies.photographs import AnnotatedPhotograph
from e2far_jax.studies.runs import Result, run
from e2far_jax.studies.tables import study_dictionary, study_table
from e2far_jax.training.config import ExperimentConfig, TrainSettings

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
        network=NetworkSettings(
            backbone="compact",
            compact_widths=(32, 64, 128),
            fusion_taps=("pool3", "pool4"),
            fusion_channels=128,
            fusion_patches=True,
            head_widths=(),
            pixel_scale=64.0,
        ),
        loss=LossSettings(camera=0.1, identity_coefficients=4.0, expression_coefficients=10.0),
        train=TrainSettings(
            steps=steps,
            batch_size=32,
            learning_rate=3e-3,
            warmup_steps=min(100, steps // 10),
            log_every=20,
            validate_every=steps,
            checkpoint_every=250,
        ),
    )


def scenes_study(
    base: ExperimentConfig,
    families: Sequence[str],
    folder: Path,
    photographs: Sequence[AnnotatedPhotograph] | None,
) -> list[Result]:
    """Train on everything, then without each family; write scenes.json and scenes.md.

    All runs are measured on the same pictures: those of `base`, graded. Killed and called again, it
    goes on where it was; the two files show what is finished.

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
        configs[f"without {_words(family)}"] = dataclasses.replace(base, scene=scene, data=data)
    test = open_split(
        generate(base.data, base.scene, base.face_model, folder / EVERYTHING / "data"), "test"
    )
    results: list[Result] = []
    for number, (name, config) in enumerate(configs.items(), start=1):
        print(f"run {number} of {len(configs)}: {name}", flush=True)
        workdir = folder / name.replace(" ", "_")
        results.append(run(name, config, workdir, test, photographs))
        _write_tables(folder, base, results)
    return results


def _words(family: str) -> str:
    return family.replace("_", " ")


def _write_tables(folder: Path, base: ExperimentConfig, results: Sequence[Result]) -> None:
    title = (
        f"{base.face_model.spec}: {base.data.train_examples} pictures of {base.scene.image_size} "
        f"pixels, {base.train.steps} steps of {base.train.batch_size}, seed {base.seed}"
    )
    content = {"settings": settings_io.to_dict(base), **study_dictionary(results)}
    with replacing(folder / "scenes.json") as file:
        file.write(json.dumps(content, indent=1).encode())
    with replacing(folder / "scenes.md") as file:
        file.write(f"{title}\n\n{study_table(results)}\n".encode())
