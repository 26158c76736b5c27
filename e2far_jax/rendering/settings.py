"""What scenes may look like: the range of every factor."""

from __future__ import annotations

import dataclasses
import math

_SMALLEST = {"image_size": 1, "supersampling": 1}
_LARGEST = {"size_jitter": 0.9, "neutral_share": 1.0, "appearance": 1.0, "softness": 1.0}


@dataclasses.dataclass(frozen=True)
class SceneConfig:
    """Ranges of every factor of a scene; angles in degrees.

    Attributes:
      image_size: side of the picture, pixels.
      supersampling: samples a pixel along each axis; 2 smooths edges and takes three times as long.
      yaw_deviation, pitch_deviation, roll_deviation: of normal distributions about 0.
      yaw_limit, pitch_limit, roll_limit: where those distributions are cut off.
      size_jitter: the crop's side is multiplied by 1 plus or minus up to this.
      shift_jitter: the crop's centre moves by up to this share of its side, along each axis.
      identity_scale: standard deviation of the whitened identity coefficients.
      neutral_share: probability of a face without expression.
      expression_scale: standard deviation of whitened expression coefficients; for blendshapes
        the largest weight.
      ambient: least and most light from everywhere, where 1 makes a white surface white.
      lamp: most strength of a broad light in the environment, as a multiple of the ambient light.
      directional: least and most strength of the directional light.
      specular: most strength of the highlight.
      tint: lights differ from white by up to this share in each colour.
      appearance: 1 for the whole range of skin, hair and eyes, 0 for one average person.
      clutter: shapes and noise in the background; False leaves a gradient.
      softness: most blur, 1 weighing a pixel and its neighbours along an axis (1, 2, 1) / 4.
      noise: most standard deviation of the pixel noise, in display values.
    """

    image_size: int = 180
    supersampling: int = 1
    yaw_deviation: float = 25.0
    yaw_limit: float = 75.0
    pitch_deviation: float = 12.0
    pitch_limit: float = 35.0
    roll_deviation: float = 12.0
    roll_limit: float = 40.0
    size_jitter: float = 0.10
    shift_jitter: float = 0.05
    identity_scale: float = 1.0
    neutral_share: float = 0.15
    expression_scale: float = 1.0
    ambient: tuple[float, float] = (0.3, 0.8)
    lamp: float = 1.5
    directional: tuple[float, float] = (0.1, 0.9)
    specular: float = 0.12
    tint: float = 0.12
    appearance: float = 1.0
    clutter: bool = True
    softness: float = 1.0
    noise: float = 0.02

    def __post_init__(self) -> None:
        """Refuse what nothing can be drawn from."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            numbers = value if isinstance(value, tuple) else (value,)
            low, high = _SMALLEST.get(field.name, 0), _LARGEST.get(field.name, math.inf)
            if not (low <= numbers[0] <= numbers[-1] <= high):
                ordered = ", the smaller one first" if len(numbers) > 1 else ""
                raise ValueError(f"{field.name} is {value}; expected {low} to {high}{ordered}")

    @classmethod
    def easy(cls, image_size: int = 180) -> SceneConfig:
        """Level 0: small poses, simple light, one average skin, plain backgrounds."""
        return cls(
            image_size=image_size,
            yaw_deviation=12.0,
            yaw_limit=30.0,
            pitch_deviation=6.0,
            pitch_limit=15.0,
            roll_deviation=5.0,
            roll_limit=15.0,
            ambient=(0.6, 0.7),
            lamp=0.3,
            directional=(0.6, 0.7),
            specular=0.05,
            tint=0.0,
            appearance=0.0,
            clutter=False,
            noise=0.0,
        )
