"""The options of an E2FAR network. The defaults are the paper's, where it decides."""

from __future__ import annotations

import dataclasses
from typing import Literal


@dataclasses.dataclass(frozen=True)
class NetworkSettings:
    """An E2FAR network.

    Attributes:
      image_size: side of the square input, pixels.
      identity_size: number of identity coefficients.
      expression_size: number of expression coefficients.
      backbone: "vgg16" (the paper's) or "compact" (ours, for CPUs).
      compact_widths: channels of the compact backbone's stages; the first has a quarter of the
        image's size, each other one half of the last.
      compact_depths: residual convolutions in each of these stages.
      compact_norms: layer normalisation where each of these stages begins.
      fusion: False reads expression from the last feature map alone, as identity is.
      fusion_channels: channels of conv6, conv7 and conv8.
      fusion_patches: bring finer maps down by kernels as large as their strides (ours, a sixth of
        the work), not by the paper's 5x5 ones.
      fusion_taps: the feature maps that are fused, finest first; "pool3" has an eighth of the
        image's size.
      single_task: one head for both kinds of coefficients, on the features that expression
        would read; for the paper's comparison.
      head_widths: hidden dense layers of the identity and expression heads. Empty: one linear
        read-out of the whole feature map.
      head_activation: "relu" is VGG's practice (ours); "linear" matches the one known
        implementation.
      head_gain: what a feature map is multiplied by before a head reads it (ours). Below 1 it
        slows the read-outs of large maps down, whose steps under Adam would add up to long ones.
      head_dropout: share of hidden head units dropped in training (ours; 0 by default).
      camera: predict the scaled-orthographic camera too (ours).
      camera_head_widths: hidden dense layers of the camera head (ours).
      crop_extent: mm that a crop's side spans where the camera head's output is 0 (ours).
      pixel_mean: RGB in 0..255, subtracted from the input; VGG-Face's by default.
      pixel_scale: what the centred pixels, in 0..255, are divided by (ours): 1 suits
        pretrained VGG weights, about 64 networks trained from scratch.
      look_points: around how many points of the face, 68 or more, the picture is read again where
        the first reading puts them, to correct it (ours); 0: it is read once.
      looks: how often that is done, each time from the last correction on.
      look_samples: of a window around a point, along each side.
      look_extent: side of a window, mm on the face.
      look_channels: features of each window.
      dtype: "float32" or "bfloat16" for activations; parameters are float32 always.
    """

    image_size: int = 180
    identity_size: int = 199
    expression_size: int = 29
    backbone: Literal["vgg16", "compact"] = "vgg16"
    compact_widths: tuple[int, ...] = (32, 64, 128)
    compact_depths: tuple[int, ...] = (1, 1, 1)
    compact_norms: bool = False
    fusion: bool = True
    fusion_channels: int = 512
    fusion_patches: bool = False
    fusion_taps: tuple[str, ...] = ("pool4", "pool5")
    single_task: bool = False
    head_widths: tuple[int, ...] = (4096, 1024)
    head_activation: Literal["relu", "linear"] = "relu"
    head_gain: float = 1.0
    head_dropout: float = 0.0
    camera: bool = True
    camera_head_widths: tuple[int, ...] = (256,)
    crop_extent: float = 180.0
    look_points: int = 0
    looks: int = 1
    look_samples: int = 8
    look_extent: float = 20.0
    look_channels: int = 64
    pixel_mean: tuple[float, float, float] = (129.1863, 104.7624, 93.5940)
    pixel_scale: float = 1.0
    dtype: Literal["float32", "bfloat16"] = "float32"

    def __post_init__(self) -> None:
        if self.image_size < 32:
            raise ValueError(f"network.image_size is {self.image_size}; expected at least 32")
        sizes = "identity_size", "expression_size", "fusion_channels"
        for name in (*sizes, "looks", "look_samples", "look_channels"):
            if getattr(self, name) < 1:
                raise ValueError(f"network.{name} is {getattr(self, name)}; expected at least 1")
        if len(self.compact_depths) != len(self.compact_widths) or min(self.compact_depths) < 0:
            raise ValueError(
                f"network.compact_depths is {self.compact_depths}; expected a number for each of "
                f"compact_widths, {self.compact_widths}"
            )
        if self.look_points and self.look_points < 68:
            raise ValueError(
                f"network.look_points is {self.look_points}; expected 0, or at least 68, which "
                "are the landmarks"
            )
        if not self.look_extent > 0.0:
            raise ValueError(f"network.look_extent is {self.look_extent}; expected more than 0 mm")
        if self.look_points and not self.camera:
            raise ValueError(
                f"network.look_points is {self.look_points} and network.camera is off; expected "
                "a camera, which says where the points are"
            )
        maps = self.feature_maps
        if len(self.fusion_taps) < 2 or self.fusion_taps != tuple(
            name for name in maps if name in self.fusion_taps
        ):
            raise ValueError(
                f"network.fusion_taps is {self.fusion_taps}; expected two or more of "
                f"{', '.join(maps)}, in this order"
            )

    @property
    def feature_maps(self) -> tuple[str, ...]:
        """The names of the backbone's feature maps, finest first."""
        numbers = range(1, 6)
        if self.backbone == "compact":
            numbers = range(2, len(self.compact_widths) + 2)
        return tuple(f"pool{number}" for number in numbers)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the network's modules."""
        heads = ("shape_head",) if self.single_task else ("identity_head", "expression_head")
        looks = range(1, self.looks + 1) if self.look_points else ()
        return (
            "backbone",
            *(("fusion",) if self.fusion else ()),
            *heads,
            *(("camera_head",) if self.camera else ()),
            *(f"closer_look_{number}" for number in looks),
        )


# The network that the package ships (ours): for CPUs, and for pictures drawn larger than it reads
# them, which smooths edges as cameras do.
COMPACT = NetworkSettings(
    image_size=80,
    backbone="compact",
    compact_norms=True,
    fusion_channels=128,
    fusion_patches=True,
    fusion_taps=("pool3", "pool4"),
    head_widths=(),
    head_gain=0.1,
    pixel_scale=64.0,
)
