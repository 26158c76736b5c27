"""The closer look in PyTorch: `models.closer_look` and `models.windows`."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from e2far_jax.benchmarks.peers.torch_layers import Parameters, dense_layer
from e2far_jax.models.closer_look import CAMERA_GAIN, LEAST_CONTRAST
from e2far_jax.models.settings import NetworkSettings

Reading = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class TorchCloserLook(nn.Module):
    """Corrections to identity [B I] and expression [B E] and the camera head's numbers [B 9]."""

    def __init__(self, settings: NetworkSettings, layers: Parameters, points: Parameters) -> None:
        super().__init__()
        self.settings = settings
        self.kernel = nn.Parameter(_tensor(layers["window_kernel"]))
        self.bias = nn.Parameter(_tensor(layers["window_bias"]))
        self.read_out = dense_layer(layers["read_out"])
        for name in ("mean", "identity", "expression"):
            self.register_buffer(name, _tensor(points[name]), persistent=False)
        samples = settings.look_samples
        steps = (np.arange(samples) - (samples - 1) / 2.0) * (settings.look_extent / samples)
        grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        self.register_buffer("grid", _tensor(grid), persistent=False)
        self.register_buffer("frontal", torch.tensor([1.0, 0, 0, 0, 1, 0]), persistent=False)

    def forward(
        self,
        images: torch.Tensor,
        identity: torch.Tensor,
        expression: torch.Tensor,
        camera: torch.Tensor,
    ) -> Reading:
        """Correct a reading of normalised pictures [B 3 S S]."""
        with torch.no_grad():
            places = self._places(identity.float(), expression.float(), camera.float())
            read = functional.grid_sample(
                images, places, padding_mode="border", align_corners=False
            )
            centred = read - read.mean(dim=3, keepdim=True)
            square = centred.square().mean(dim=(1, 2, 3), keepdim=True)
            windows = (
                (centred * torch.rsqrt(square + LEAST_CONTRAST)).permute(0, 2, 3, 1).flatten(2)
            )
        features = torch.einsum("bpk,pkc->bpc", windows, self.kernel).flatten(1)
        first = torch.cat([identity, expression, camera], dim=1)
        seen = torch.cat([functional.relu(features + self.bias), first], dim=1)
        sizes = [identity.shape[1], expression.shape[1], 9]
        corrections = self.read_out(self.settings.look_gain * seen).split(sizes, dim=1)
        return (
            identity + corrections[0],
            expression + corrections[1],
            camera + CAMERA_GAIN * corrections[2],
        )

    def _places(
        self, identity: torch.Tensor, expression: torch.Tensor, camera: torch.Tensor
    ) -> torch.Tensor:
        """Where windows are read, [B P K 2], from -1 to 1 over the picture."""
        side, extent = self.settings.image_size, self.settings.crop_extent
        rows = camera[:, :6] + self.frontal
        first = functional.normalize(rows[:, :3], dim=1)
        along = (first * rows[:, 3:]).sum(1, keepdim=True)
        second = functional.normalize(rows[:, 3:] - along * first, dim=1)
        scale = torch.exp(camera[:, 6:7]) * (side / extent)
        points = self.mean + torch.einsum("pck,bk->bpc", self.identity, identity)
        points = points + torch.einsum("pck,bk->bpc", self.expression, expression)
        across = torch.stack([first, -second], dim=2)
        translation = side * (0.5 + camera[:, 7:])
        centres = scale[:, :, None] * (points @ across) + translation[:, None]
        up = functional.normalize(torch.stack([first[:, 1], second[:, 1]], dim=1), dim=1)
        sine, cosine = up[:, 0], up[:, 1]
        axes = torch.stack([cosine, sine, -sine, cosine], dim=1).reshape(-1, 2, 2)
        offsets = scale[:, :, None] * (self.grid @ axes)
        return (centres[:, :, None] + offsets[:, None]) * (2.0 / side) - 1.0


def _tensor(array: object) -> torch.Tensor:
    return torch.tensor(np.array(array, np.float32))
