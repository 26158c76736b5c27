"""The closer look in PyTorch: `models.closer_look` and `models.windows`."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from e2far_jax.benchmarks.peers.torch_layers import Parameters, dense_layer
from e2far_jax.models.closer_look import LEAST_CONTRAST, SHARED_CONTRAST
from e2far_jax.models.settings import NetworkSettings

Camera = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
Reading = tuple[torch.Tensor, torch.Tensor, Camera]


class TorchCloserLook(nn.Module):
    """Corrections to identity [B I], expression [B E] and a camera.

    Cameras are the rotation's first two rows [B 2 3], scale [B 1] and translation [B 2].
    """

    def __init__(self, settings: NetworkSettings, layers: Parameters, points: Parameters) -> None:
        super().__init__()
        self.settings = settings
        self.kernel = nn.Parameter(_tensor(layers["window_kernel"]))
        self.read_out = dense_layer(layers["read_out"])
        for name in ("mean", "identity", "expression"):
            self.register_buffer(name, _tensor(points[name]), persistent=False)
        samples = settings.look_samples
        steps = (np.arange(samples) - (samples - 1) / 2.0) * (settings.look_extent / samples)
        grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        self.register_buffer("grid", _tensor(grid), persistent=False)
        self.register_buffer("flip", torch.tensor([1.0, -1.0]), persistent=False)  # of y

    def forward(
        self,
        images: torch.Tensor,
        identity: torch.Tensor,
        expression: torch.Tensor,
        camera: Camera,
    ) -> Reading:
        """Correct a reading of normalised pictures [B 3 S S]."""
        rows, scale, translation = camera
        up = functional.normalize(rows[:, :, 1], dim=1)
        sine, cosine = up[:, 0], up[:, 1]
        axes = torch.stack([cosine, sine, -sine, cosine], dim=1).reshape(-1, 2, 2)
        with torch.no_grad():
            windows = self._windows(images, self._places(identity, expression, camera, axes))
        features = functional.relu(torch.einsum("bpk,pkc->bpc", windows, self.kernel).flatten(1))
        seen = torch.cat([features, identity, expression, rows.flatten(1)], dim=1)
        sizes = [identity.shape[1], expression.shape[1], 6]
        corrections = self.read_out(seen).split(sizes, dim=1)
        step = corrections[2]
        level = (step[:, None, :2] * self.flip @ axes)[:, 0] * self.flip
        x, y, z = level[:, 0], level[:, 1], step[:, 2]
        nothing = torch.zeros_like(x)
        turn = torch.stack([nothing, -z, y, z, nothing, -x], dim=1).reshape(-1, 2, 3)
        third = torch.linalg.cross(rows[:, :1], rows[:, 1:], dim=2)
        moved = (step[:, None, 4:] @ axes)[:, 0]
        corrected = (
            orthonormal_rows(rows + turn @ torch.cat([rows, third], dim=1)),
            scale * torch.exp(step[:, 3:4]),
            translation + scale * moved,
        )
        return identity + corrections[0], expression + corrections[1], corrected

    def _windows(self, images: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Contrasts around points, [B P 3K]."""
        read = functional.grid_sample(images, places, padding_mode="border", align_corners=False)
        centred = read - read.mean(dim=3, keepdim=True)
        square = centred.square().mean(dim=(1, 3), keepdim=True)
        contrast = square + SHARED_CONTRAST * square.mean(dim=2, keepdim=True)
        contrasts = centred * torch.rsqrt(contrast + LEAST_CONTRAST)
        return contrasts.permute(0, 2, 3, 1).flatten(2)

    def _places(
        self, identity: torch.Tensor, expression: torch.Tensor, camera: Camera, axes: torch.Tensor
    ) -> torch.Tensor:
        """Where windows are read, [B P K 2], from -1 to 1 over the picture."""
        rows, scale, translation = camera
        points = self.mean + torch.einsum("pck,bk->bpc", self.identity, identity)
        points = points + torch.einsum("pck,bk->bpc", self.expression, expression)
        flat = (points @ rows.mT) * self.flip
        centres = scale[:, :, None] * flat + translation[:, None]
        offsets = scale[:, :, None] * (self.grid @ axes)
        return (centres[:, :, None] + offsets[:, None]) * (2.0 / self.settings.image_size) - 1.0


def orthonormal_rows(rows: torch.Tensor) -> torch.Tensor:
    """Gram-Schmidt on two rows, [B 2 3]."""
    first = functional.normalize(rows[:, 0], dim=1)
    along = (first * rows[:, 1]).sum(1, keepdim=True)
    return torch.stack([first, functional.normalize(rows[:, 1] - along * first, dim=1)], dim=1)


def _tensor(array: object) -> torch.Tensor:
    return torch.tensor(np.array(array, np.float32))
