"""The network alone, on pictures that are in memory already."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from e2far_jax.benchmarks.peers import present
from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.benchmarks.timing import rates_by_turns
from e2far_jax.benchmarks.train import DTYPES
from e2far_jax.benchmarks.work import inference_work
from e2far_jax.models import E2FAR, NetworkSettings
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.training.config import network_settings

BATCHES = (1, 8, 16)


def infer_suite(setting: Setting) -> Iterator[Row]:
    """Several batch sizes in either precision, beside PyTorch's and ONNX Runtime's."""
    config = setting.config
    float32 = network_settings(config, load_face_model(config.face_model))
    size = float32.image_size
    for dtype in DTYPES:
        network = dataclasses.replace(float32, dtype=dtype)
        for count in BATCHES:
            images = jax.random.uniform(jax.random.key(1), (count, size, size, 3))
            yield from _rows(network, images, setting)


def _rows(network: NetworkSettings, images: jax.Array, setting: Setting) -> Iterator[Row]:
    module = E2FAR(network)
    variables = module.init(jax.random.key(0), images[:1])
    apply = jax.jit(module.apply)
    contestants = {"ours": lambda: jax.block_until_ready(apply(variables, images))}
    for peer in _peers_of(network, setting):
        if present(peer):
            contestants[peer] = _peer(peer)(network, variables, np.asarray(images))
    values = rates_by_turns(contestants, len(images), setting.repeats)
    row = Row(
        f"infer {network.backbone} {network.image_size} px, {network.dtype}, batch {len(images)}",
        "images/s",
        values["ours"],
        share=max(values["ours"]) * inference_work(network) / setting.peaks[network.dtype],
    )
    for peer in _peers_of(network, setting):
        note = "" if present(peer) else f"{peer} is not installed"
        yield dataclasses.replace(row, peer=peer, peer_values=values.get(peer, ()), note=note)
    if not _peers_of(network, setting):
        yield row


def _peers_of(network: NetworkSettings, setting: Setting) -> tuple[str, ...]:
    """ONNX Runtime is handed float32 networks only."""
    return tuple(peer for peer in setting.peers if peer == "torch" or network.dtype == "float32")


def _peer(name: str) -> Callable[[NetworkSettings, Any, np.ndarray], Callable[[], object]]:
    if name == "torch":
        from e2far_jax.benchmarks.peers.torch_jobs import inference
    else:
        from e2far_jax.benchmarks.peers.onnx_jobs import inference
    return inference
