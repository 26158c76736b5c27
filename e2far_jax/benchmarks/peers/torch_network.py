"""The E2FAR network in PyTorch, with the parameters of ours."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from e2far_jax.benchmarks.peers.torch_closer_look import Camera, TorchCloserLook, orthonormal_rows
from e2far_jax.benchmarks.peers.torch_layers import Parameters, copy_into, dense_layer
from e2far_jax.models.backbones import VGG16_BLOCKS
from e2far_jax.models.settings import NetworkSettings


class TorchE2FAR(nn.Module):
    """The network that `settings` describe; float pictures [B 3 H W] in [0, 1] go in.

    Out come identity [B I] and expression coefficients [B E], and cameras [B 9]: the rotation's
    first two rows, scale and translation.
    """

    def __init__(self, settings: NetworkSettings, variables: Parameters) -> None:
        super().__init__()
        self.settings, parameters = settings, variables["params"]
        layers = {**parameters["backbone"], **parameters.get("fusion", {})}
        norms = {name for name in layers if name.startswith("norm")}
        self.convolutions = nn.ModuleDict(
            {name: _convolution(layers[name]) for name in layers if name not in norms}
        )
        self.norms = nn.ModuleDict({name: _norm(layers[name]) for name in norms})
        names = [name for name in parameters if name.startswith("closer_look_")]
        self.looks = nn.ModuleList(
            TorchCloserLook(settings, parameters[name], variables["points"]["face"])
            for name in sorted(names)
        )
        heads = {name: layers for name, layers in parameters.items() if name.endswith("_head")}
        self.heads = nn.ModuleDict(
            {
                name: nn.ModuleDict({key: dense_layer(layer) for key, layer in layers.items()})
                for name, layers in heads.items()
            }
        )
        mean = torch.tensor(settings.pixel_mean).reshape(1, 3, 1, 1)
        self.register_buffer("mean", mean, persistent=False)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Predict coefficients and cameras."""
        centred = (255.0 * images - self.mean) / self.settings.pixel_scale
        maps = self._vgg16(centred) if self.settings.backbone == "vgg16" else self._compact(centred)
        top = maps[self.settings.feature_maps[-1]]
        fused = self._fusion([maps[name] for name in self.settings.fusion_taps])
        top, fused = self.settings.head_gain * top, self.settings.head_gain * fused
        relu = self.settings.head_activation == "relu"
        reading = (
            self._head("identity_head", top, relu),
            self._head("expression_head", fused, relu),
            self._camera(self._head("camera_head", top, True)),
        )
        for look in self.looks:
            reading = look(centred, *reading)
        identity, expression, (rows, scale, translation) = reading
        return identity, expression, torch.cat([rows.flatten(1), scale, translation], dim=1)

    def _camera(self, raw: torch.Tensor) -> Camera:
        """The camera that the head's nine numbers mean."""
        frontal = torch.eye(2, 3, device=raw.device)
        size = self.settings.image_size
        scale = torch.exp(raw[:, 6:7]) * (size / self.settings.crop_extent)
        rows = orthonormal_rows(raw[:, :6].reshape(-1, 2, 3) + frontal)
        return rows, scale, size * (0.5 + raw[:, 7:])

    def _vgg16(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        maps = {}
        for block, widths in enumerate(VGG16_BLOCKS, start=1):
            for layer in range(1, len(widths) + 1):
                convolution = self.convolutions[f"conv{block}_{layer}"]
                features = functional.relu(convolution(features), inplace=True)
            maps[f"pool{block}"] = features = functional.max_pool2d(features, 2)
        return maps

    def _compact(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        maps = {}
        for stage, depth in enumerate(self.settings.compact_depths, start=2):
            stride, padding = (4, 0) if stage == 2 else (2, 1)
            convolution = self.convolutions[f"conv{stage}_1"]
            features = functional.relu(_strided(convolution, features, stride, padding))
            if self.settings.compact_norms:
                last = features.permute(0, 2, 3, 1)
                features = self.norms[f"norm{stage}"](last).permute(0, 3, 1, 2)
            for number in range(2, depth + 2):
                residual = self.convolutions[f"conv{stage}_{number}"](features)
                features = features + functional.relu(residual)
            maps[f"pool{stage}"] = features
        return maps

    def _fusion(self, maps: list[torch.Tensor]) -> torch.Tensor:
        *finer, last = maps
        names = [f"conv6_{i}" for i in range(len(finer) - 1, 0, -1)] + ["conv6"]
        joined = [
            self._reduced(feature_map, int(last.shape[2]), name)
            for feature_map, name in zip(finer, names, strict=True)
        ]
        joined.append(functional.relu(self.convolutions["conv7"](last)))
        return functional.relu(self.convolutions["conv8"](torch.cat(joined, dim=1)))

    def _reduced(self, features: torch.Tensor, size: int, name: str) -> torch.Tensor:
        side = int(features.shape[2])
        stride = round(side / size)
        kernel, start = (stride, 0) if self.settings.fusion_patches else (5, 1)
        end = (size - 1) * stride + kernel - start - side
        padded = functional.pad(features, (start, end, start, end))
        convolution = self.convolutions[name]
        return functional.relu(
            functional.conv2d(padded, convolution.weight, convolution.bias, stride)
        )

    def _head(self, name: str, features: torch.Tensor, relu: bool) -> torch.Tensor:
        hidden = features.permute(0, 2, 3, 1).flatten(1)  # Flax flattens channels last
        layers = self.heads[name]
        for index in range(1, len(layers)):
            hidden = layers[f"fc{index}"](hidden)
            hidden = functional.relu(hidden) if relu else hidden
        return layers["read_out"](hidden)


def _strided(
    convolution: nn.Conv2d, features: torch.Tensor, stride: int, padding: int
) -> torch.Tensor:
    return functional.conv2d(features, convolution.weight, convolution.bias, stride, padding)


def _convolution(layer: Parameters) -> nn.Conv2d:
    height, width, inputs, outputs = layer["kernel"].shape
    convolution = nn.Conv2d(inputs, outputs, (height, width), padding=1 if height == 3 else 0)
    copy_into(convolution, np.transpose(np.asarray(layer["kernel"]), (3, 2, 0, 1)), layer["bias"])
    return convolution


def _norm(layer: Parameters) -> nn.LayerNorm:
    norm = nn.LayerNorm(len(layer["scale"]), eps=1e-6)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor(np.array(layer["scale"])))
        norm.bias.copy_(torch.tensor(np.array(layer["bias"])))
    return norm
