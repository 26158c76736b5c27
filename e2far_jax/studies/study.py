"""A study: trainings that differ in one thing each, on shared data, with files that show them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from e2far_jax import settings as settings_io
from e2far_jax.data.generate import generate
from e2far_jax.data.source import open_split
from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.files import replacing
from e2far_jax.studies.runs import Result, run
from e2far_jax.studies.tables import study_dictionary
from e2far_jax.training.config import ExperimentConfig

Table = Callable[[Sequence[Result]], str]
Plot = Callable[[Sequence[Result], Path], None]


def run_study(
    name: str,
    configs: Mapping[str, ExperimentConfig],
    folder: Path,
    photographs: Sequence[AnnotatedPhotograph] | None,
    table: Table,
    *,
    plot: Plot | None = None,
    seeds: int = 1,
) -> list[Result]:
    """Train and measure one configuration after the other; write NAME.json, NAME.md, a plot.

    All runs are measured on the test pictures of the first one, drawn anew for another face model.
    Killed and called again, the study goes on where it was; the files show what is finished.

    Args:
      name: of the study.
      configs: by the name of the run; the first is what the others are held against.
      folder: where everything is kept: data/ for all, and a folder a run.
      photographs: to measure on, too.
      table: results so far -> a Markdown table.
      plot: draws results so far as NAME.png; None for no plot.
      seeds: how many the runs have, from the first one's on; for the title.
    Returns:
      The results in order.
    Raises:
      ValueError: where `folder` holds runs with other settings.
    """
    base, data_dir = next(iter(configs.values())), folder / "data"
    results: list[Result] = []
    for number, (title, config) in enumerate(configs.items(), start=1):
        print(f"run {number} of {len(configs)}: {title}", flush=True)
        data_set = generate(base.data, base.scene, config.face_model, data_dir)
        test = open_split(data_set, "test")
        workdir = folder / title.replace(" ", "_").replace("/", "_")
        results.append(run(title, config, workdir, data_dir, test, photographs))
        _write(folder / name, _title(base, seeds), base, results, table)
        if plot is not None:
            plot(results, (folder / name).with_suffix(".png"))
    return results


def _title(base: ExperimentConfig, seeds: int) -> str:
    seed = f"seed {base.seed}"
    if seeds > 1:
        seed = f"seeds {base.seed} to {base.seed + seeds - 1}"
    return (
        f"{base.face_model.spec}: {base.data.train_examples} pictures of {base.network.image_size} "
        f"pixels, {base.train.duration}, {base.train.batch_size} at a time, {seed}"
    )


def _write(
    path: Path, title: str, base: ExperimentConfig, results: Sequence[Result], table: Table
) -> None:
    content = {"settings": settings_io.to_dict(base), **study_dictionary(results)}
    with replacing(path.with_suffix(".json")) as file:
        file.write(json.dumps(content, indent=1).encode())
    with replacing(path.with_suffix(".md")) as file:
        file.write(f"{title}\n\n{table(results)}\n".encode())
