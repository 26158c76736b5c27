"""What scenes may look like: the ranges of every family of factors, by level of difficulty."""

from __future__ import annotations

import dataclasses

from e2far_jax.rendering.background import BackgroundRanges
from e2far_jax.rendering.camera_faults import CameraFaultRanges
from e2far_jax.rendering.expressions import ExpressionRanges
from e2far_jax.rendering.facial_hair import FacialHairRanges
from e2far_jax.rendering.lights import LightRanges
from e2far_jax.rendering.objects import ObjectsRanges
from e2far_jax.rendering.ranges import LEVELS, Ranges, number, size
from e2far_jax.rendering.skin import SkinRanges
from e2far_jax.rendering.views import CropRanges, PoseRanges
from e2far_jax.rendering.wear.clothes import ClothesRanges
from e2far_jax.rendering.wear.glasses import GlassesRanges
from e2far_jax.rendering.wear.hair import HairRanges


@dataclasses.dataclass(frozen=True)
class SceneConfig(Ranges):
    """Ranges of every factor of a scene; the defaults are the whole range, level 3.

    Attributes:
      image_size: side of the picture, pixels.
      supersampling: samples a pixel along each axis; 2 smooths edges and takes three times as long.
      identity_scale: standard deviation of the whitened identity coefficients.
      expression, pose, crop, skin, facial_hair, hair, glasses, clothes, objects (in front of the
        face), light, background, camera_faults: families of factors, each documented at its class.
    """

    image_size: int = size(180)
    supersampling: int = size(1)
    identity_scale: float = number(1.0)
    expression: ExpressionRanges = ExpressionRanges()
    pose: PoseRanges = PoseRanges()
    crop: CropRanges = CropRanges()
    skin: SkinRanges = SkinRanges()
    facial_hair: FacialHairRanges = FacialHairRanges()
    hair: HairRanges = HairRanges()
    glasses: GlassesRanges = GlassesRanges()
    clothes: ClothesRanges = ClothesRanges()
    objects: ObjectsRanges = ObjectsRanges()
    light: LightRanges = LightRanges()
    background: BackgroundRanges = BackgroundRanges()
    camera_faults: CameraFaultRanges = CameraFaultRanges()

    @classmethod
    def at_level(cls, level: int, image_size: int = 180) -> SceneConfig:
        """All families at one level: 0 is clean and easy, 3 has everything.

        Raises:
          ValueError: where there is no such level.
        """
        if level not in LEVELS:
            raise ValueError(f"level is {level}; the choices are {', '.join(map(str, LEVELS))}")
        families = {name: kind.at_level(level) for name, kind in _kinds().items()}
        return cls(image_size=image_size, **families)

    def without(self, *families: str) -> SceneConfig:
        """The same scenes with these families left out.

        Raises:
          ValueError: where there is no such family.
        """
        for family in families:
            if family not in FAMILIES:
                raise ValueError(f"no family {family!r}; the choices are {', '.join(FAMILIES)}")
        return dataclasses.replace(self, **{name: _kinds()[name].off() for name in families})

    def only(self, *families: str) -> SceneConfig:
        """The same scenes with all families but these left out, pose and crop kept."""
        kept = {*families, "pose", "crop"}
        self.without(*families)  # raises where there is no such family
        return self.without(*(name for name in FAMILIES if name not in kept))


def _kinds() -> dict[str, type]:
    """The families' classes by the names of their fields."""
    defaults = {field.name: field.default for field in dataclasses.fields(SceneConfig)}
    return {name: type(value) for name, value in defaults.items() if isinstance(value, Ranges)}


FAMILIES = tuple(_kinds())
