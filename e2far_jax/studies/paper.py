"""The paper's ablation: what the multi-task loss and the fusion-CNN are worth, over several seeds.

Four variants, each with the same pictures, the same number of steps and the same seeds:

- "multi-task with fusion", the method: the neutral shape is read from the last feature map, the
  expression from fused ones, and each has its own error in the loss;
- "single task": one head reads both kinds of coefficients from the fused maps, and the loss is one
  error of the whole expressive shape, |U_I d_I + U_E d_E|^2;
- "last map alone": the expression is read from the last map, too, which is pool5 in VGG-16;
- "wider aggregation": the next finer map is fused, too (after FR-FAN: Xu, Le, Kakadiaris, WACV
  2019, which joins features of more layers).

What makes a single task single (ours): its loss must not say which part of a shape is identity and
which is expression. Our terms on the coefficients do, whatever the heads are. So all variants are
trained without them, with the method's own loss. They can be kept, which is the recipe that the
package's networks are trained by; all variants then have them, and "single task" only says what
separate vertex errors and heads add to them. Two things stay unequal: the sum of two errors, the
second weighted five times, is larger than the one error of the whole, so next to it the camera's
term counts less; and without the fusion-CNN, or with a wider one, a network has fewer, or more,
parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from e2far_jax import settings as settings_io
from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.studies.paper_plot import plot_paper
from e2far_jax.studies.paper_table import paper_table
from e2far_jax.studies.runs import Result
from e2far_jax.studies.seeds import run_name
from e2far_jax.studies.study import run_study
from e2far_jax.training.config import ExperimentConfig

METHOD = "multi-task with fusion"


def variants(network: NetworkSettings) -> dict[str, dict[str, Any]]:
    """What each variant changes of the method, the method itself first.

    Args:
      network: the method's.
    Raises:
      ValueError: where all feature maps down to the finest are fused already.
    """
    return {
        METHOD: {},
        "single task": {"network.single_task": True, "loss.single_task": True},
        "last map alone": {"network.fusion": False},
        "wider aggregation": {"network.fusion_taps": _wider(network)},
    }


def paper_runs(
    base: ExperimentConfig, seeds: int, coefficient_terms: bool = False
) -> dict[str, ExperimentConfig]:
    """The configurations by the name of the run; all variants of a seed before the next seed.

    Args:
      base: the training; its data set, and its seed as the first of the seeds.
      seeds: how many.
      coefficient_terms: keep the loss's terms on coefficients.
    Raises:
      ValueError: for no seeds, or as `variants`.
    """
    if seeds < 1:
        raise ValueError(f"{seeds} seeds; expected at least 1")
    method = {"network.single_task": False, "network.fusion": True, "loss.single_task": False}
    if not coefficient_terms:
        method |= {"loss.identity_coefficients": 0.0, "loss.expression_coefficients": 0.0}
    return {
        run_name(name, seed): settings_io.changed(base, {**method, **change, "seed": seed})
        for seed in range(base.seed, base.seed + seeds)
        for name, change in variants(base.network).items()
    }


def paper_study(
    base: ExperimentConfig,
    seeds: int,
    folder: Path,
    photographs: Sequence[AnnotatedPhotograph] | None,
    coefficient_terms: bool = False,
) -> list[Result]:
    """Train every variant with every seed; write paper.json, paper.md and paper.png.

    Called again with more seeds, only those are trained.

    Args:
      base: the training that is repeated.
      seeds: how many.
      folder: where everything is kept, a folder a run.
      photographs: to measure on, too.
      coefficient_terms: keep the loss's terms on coefficients.
    Returns:
      The results, seed by seed, the method's first.
    Raises:
      ValueError: as `paper_runs`, or where `folder` holds runs with other settings.
    """
    configs = paper_runs(base, seeds, coefficient_terms)
    return run_study(
        "paper", configs, folder, photographs, paper_table, plot=plot_paper, seeds=seeds
    )


def _wider(network: NetworkSettings) -> tuple[str, ...]:
    """The fused maps, the next finer one before them."""
    maps = network.feature_maps
    finest = maps.index(network.fusion_taps[0])
    if finest == 0:
        raise ValueError(
            f"network.fusion_taps is {network.fusion_taps}, with the finest of the {len(maps)} "
            "feature maps; expected a finer one to be left for the wider aggregation"
        )
    return (maps[finest - 1], *network.fusion_taps)
