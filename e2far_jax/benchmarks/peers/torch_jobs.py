"""Inference and training in PyTorch: channels last, autocast to bfloat16, compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from e2far_jax.benchmarks.peers.torch_network import TorchE2FAR
from e2far_jax.losses import FaceGram, LossSettings
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.training.settings import TrainSettings

Run = Callable[[], object]


def device() -> torch.device:
    """The GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def inference(settings: NetworkSettings, variables: Any, images: np.ndarray) -> Run:
    """A call that predicts a batch [B H W 3] and waits for it."""
    network = _network(settings, variables).eval()
    compiled = torch.compile(network)
    pictures = _pictures(images)

    def run() -> object:
        with torch.inference_mode(), _autocast(settings):
            predicted = compiled(pictures)
        _wait()
        return predicted

    return run


def training(
    settings: NetworkSettings,
    variables: Any,
    gram: FaceGram,
    loss: LossSettings,
    train: TrainSettings,
    images: np.ndarray,
) -> Run:
    """A call that takes one optimiser step on a batch [B H W 3] and waits for it.

    The loss has the two shape terms; the camera's numbers are regressed directly, which
    costs less than ours.
    """
    network = _network(settings, variables).train()
    compiled = torch.compile(network)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=train.learning_rate, weight_decay=train.weight_decay
    )
    pictures = _pictures(images)
    grams = [torch.tensor(np.array(g), device=device()) for g in (gram.identity, gram.expression)]
    weights = (loss.identity, loss.expression)

    def run() -> object:
        optimiser.zero_grad(set_to_none=True)
        with _autocast(settings):
            *coefficients, camera = compiled(pictures)
        total = loss.camera * camera.float().square().mean()
        for weight, values, matrix in zip(weights, coefficients, grams, strict=True):
            difference = values.float() - 1.0
            total = total + weight * ((difference @ matrix) * difference).sum(-1).mean()
        total.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), train.clip_norm)
        optimiser.step()
        _wait()
        return total

    return run


def _network(settings: NetworkSettings, variables: Any) -> TorchE2FAR:
    network = TorchE2FAR(settings, variables)
    return network.to(device(), memory_format=torch.channels_last)


def _pictures(images: np.ndarray) -> torch.Tensor:
    pictures = torch.tensor(np.moveaxis(np.asarray(images), -1, 1), device=device())
    return pictures.contiguous(memory_format=torch.channels_last)


def _autocast(settings: NetworkSettings) -> torch.autocast:
    return torch.autocast(device().type, torch.bfloat16, enabled=settings.dtype == "bfloat16")


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
