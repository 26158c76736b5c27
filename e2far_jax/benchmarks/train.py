"""The training step, on batches that are in memory already."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import jax
import numpy as np

from e2far_jax.benchmarks.experiment import random_batch, training_step
from e2far_jax.benchmarks.peers import present
from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.benchmarks.timing import rates_by_turns
from e2far_jax.benchmarks.work import training_work
from e2far_jax.losses import face_gram
from e2far_jax.models import E2FAR
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.training.config import ExperimentConfig, network_settings

DTYPES = ("float32", "bfloat16")


def train_suite(setting: Setting) -> Iterator[Row]:
    """Steps in either precision, beside PyTorch's."""
    for dtype in DTYPES:
        network = dataclasses.replace(setting.config.network, dtype=dtype)
        config = dataclasses.replace(setting.config, network=network)
        yield _row(config, setting)


def _row(config: ExperimentConfig, setting: Setting) -> Row:
    batch, step = random_batch(config), training_step(config)
    contestants: dict[str, Callable[[], object]] = {"ours": lambda: step(batch)}
    asked = "torch" in setting.peers
    if asked and present("torch"):
        contestants["torch"] = _torch_step(config, batch.image)
    size = config.train.batch_size
    values = rates_by_turns(contestants, size, setting.repeats)
    network, dtype = config.network, config.network.dtype
    work = training_work(network_settings(config, load_face_model(config.face_model)))
    return Row(
        f"train {network.backbone} {config.network.image_size} px, {dtype}, batch {size}",
        "images/s",
        values["ours"],
        peer="torch" if asked else "",
        peer_values=values.get("torch", ()),
        share=max(values["ours"]) * work / setting.peaks[dtype],
        note="torch is not installed" if asked and not present("torch") else "",
    )


def _torch_step(config: ExperimentConfig, images: np.ndarray | jax.Array) -> Callable[[], object]:
    from e2far_jax.benchmarks.peers.torch_jobs import training

    face_model = load_face_model(config.face_model)
    network = network_settings(config, face_model)
    variables = E2FAR(network).init(jax.random.key(0), images[:1])
    return training(
        network,
        variables,
        face_gram(face_model),
        config.loss,
        config.train,
        np.asarray(images),
    )
