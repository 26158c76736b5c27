"""What makes identity and expression come out: a recipe, and the same with one thing changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from e2far_jax import settings as settings_io
from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.studies.runs import Result
from e2far_jax.studies.seeds import run_name
from e2far_jax.studies.shape_table import shape_study_table
from e2far_jax.studies.study import run_study
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.task import experiment_plan

RECIPE = "the recipe"


def changes(base: ExperimentConfig) -> dict[str, dict[str, Any]]:
    """What is changed, by the name of the run; against experiments/configs/compact.py."""
    steps = experiment_plan(base).steps
    return {
        "the method's loss alone": {
            "loss.identity_coefficients": 0.0,
            "loss.expression_coefficients": 0.0,
        },
        "coefficients alone": {"loss.identity": 0.0, "loss.expression": 0.0},
        "identity weighs thrice": {"loss.identity": 3.0, "loss.identity_coefficients": 12.0},
        "expression coefficients weigh thrice": {"loss.expression_coefficients": 30.0},
        "single task": {"network.single_task": True, "loss.single_task": True},
        "squares alone": {"loss.robust_scale": 0.0},
        "without fusion": {"network.fusion": False},
        "three maps fused": {"network.fusion_taps": ("pool2", "pool3", "pool4")},
        "5x5 fusion": {"network.fusion_patches": False},
        "hidden layer of 256 in heads": {"network.head_widths": (256,)},
        "half as wide": {"network.compact_widths": (16, 32, 64), "network.fusion_channels": 64},
        "half as wide again": {
            "network.compact_widths": (48, 96, 192),
            "network.fusion_channels": 192,
        },
        "deeper": {"network.compact_depths": (1, 2, 3)},
        "no layer normalisation": {"network.compact_norms": False, "network.head_gain": 1.0},
        "learning rate halved": {"train.learning_rate": base.train.learning_rate / 2},
        "learning rate doubled": {"train.learning_rate": 2 * base.train.learning_rate},
        "batches twice as large": {
            "train.batch_size": 2 * base.train.batch_size,
            "train.duration": f"{steps // 2} steps",
        },
        "twice the steps": {"train.duration": f"{2 * steps} steps"},
        "half the pictures": {"data.train_examples": base.data.train_examples // 2},
        "no mirroring": {"augmentation.mirror": 0.0},
        "no augmentation but mirroring": {
            f"augmentation.{name}": 0.0
            for name in ("shift", "zoom", "brightness", "contrast", "gamma", "gain", "noise")
        },
        "strong augmentation": {
            "augmentation.shift": 0.06,
            "augmentation.zoom": 0.12,
            "augmentation.brightness": 0.1,
            "augmentation.contrast": 0.25,
            "augmentation.gamma": 0.3,
            "augmentation.gain": 0.1,
            "augmentation.gray": 0.1,
            "augmentation.blur": 0.25,
            "augmentation.noise": 0.5,
        },
        "all levels at once": {"train.level_starts": ()},
        "easy scenes only": {"train.level_starts": (0.0, 1.0, 1.0, 1.0)},
        "64 pixels": {"network.image_size": 64},
        "112 pixels": {"network.image_size": 112},
        "40 modes": {"face_model.identity_size": 40},
    }


def shape_study(
    base: ExperimentConfig,
    names: Sequence[str],
    seeds: int,
    folder: Path,
    photographs: Sequence[AnnotatedPhotograph] | None,
) -> list[Result]:
    """Train the recipe, then with one thing changed at a time; write shape.json and shape.md.

    Called again with more seeds, only those are trained.

    Args:
      base: the recipe; its data set, and its seed as the first of the seeds.
      names: of the changes, among those of `changes`.
      seeds: how many.
      folder: where everything is kept, a folder a run.
      photographs: to measure on, too.
    Returns:
      The results, seed by seed, the recipe's first.
    Raises:
      ValueError: for no seeds, for a change that there is not, or where `folder` holds runs with
        other settings.
    """
    known = changes(base)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(
            f"no change {', '.join(map(repr, unknown))}; the choices are {', '.join(known)}"
        )
    if seeds < 1:
        raise ValueError(f"{seeds} seeds; expected at least 1")
    variants = {RECIPE: {}} | {name: known[name] for name in names}
    configs = {
        run_name(name, seed): settings_io.changed(base, {**change, "seed": seed})
        for seed in range(base.seed, base.seed + seeds)
        for name, change in variants.items()
    }
    return run_study("shape", configs, folder, photographs, shape_study_table, seeds=seeds)
