"""The grades of the synthetic benchmark: easy scenes, one thing at a time made harder, everything.

Ours. A grade is a `SceneConfig`. In all but the last one whatever is not named is as easy as it
gets (level 0), so that a grade's error minus that of `level_0` is what the one thing costs. Skins
of every kind are in all grades, and crops are exact.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from e2far_jax.rendering.expressions import ExpressionRanges
from e2far_jax.rendering.lights import LightRanges
from e2far_jax.rendering.objects import ObjectsRanges
from e2far_jax.rendering.ranges import LEVELS, Ranges
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.rendering.views import CropRanges, PoseRanges

STRENGTHS = (0, 50, 100)  # percent of the full expression
LIGHTS = LEVELS[1:]
COVERS = {20: 1.0, 40: 1.5, 60: 2.0}  # percent of the landmarks: how large things are
YAWS = (30, 60, 90)  # degrees


def grades(image_size: int) -> dict[str, SceneConfig]:
    """The scenes of every grade.

    - `level_0`: easy: nearly frontal, even light, nothing in front, expressions of every kind.
    - `expression_0`, `_50`, `_100`: none; then always a clear one, at half and at full strength.
    - `light_1` to `_3`: from soft shadows to hard, coloured and badly exposed light.
    - `occlusion_20`, `_40`, `_60`: always a thing in front, the larger the more it may cover: at
      most so many percent of the 68 landmarks, about half of that on the mean.
    - `pose_30`, `_60`, `_90`: yaw uniform up to so many degrees to both sides.
    - `level_3`: everything at once.

    Args:
      image_size: side of the pictures, pixels.
    Returns:
      Scenes by the grades' names, which are fit for files.
    """
    easy = SceneConfig.at_level(LEVELS[0], image_size)
    hardest = SceneConfig.at_level(LEVELS[-1], image_size)
    changes: Mapping[str, dict[str, Ranges]] = {
        "level_0": {},
        **{f"expression_{percent}": {"expression": _clear(percent)} for percent in STRENGTHS},
        **{f"light_{level}": {"light": LightRanges.at_level(level)} for level in LIGHTS},
        **{f"occlusion_{cover[0]}": {"objects": _in_front(*cover)} for cover in COVERS.items()},
        **{f"pose_{degrees}": {"pose": _turned(easy.pose, degrees)} for degrees in YAWS},
    }
    scenes = {name: dataclasses.replace(easy, **change) for name, change in changes.items()}
    scenes["level_3"] = hardest
    common = {"skin": hardest.skin, "crop": CropRanges.off()}
    return {name: dataclasses.replace(scene, **common) for name, scene in scenes.items()}


def _clear(percent: int) -> ExpressionRanges:
    if percent == 0:
        return ExpressionRanges.off()
    return ExpressionRanges(neutral_share=0.0, clear_share=1.0, strength=percent / 100.0)


def _in_front(percent: int, size: float) -> ObjectsRanges:
    """The kinds as often as in ordinary scenes, but no face without one."""
    usual = dataclasses.asdict(ObjectsRanges())
    kinds = {name: share for name, share in usual.items() if name not in ("size", "cover")}
    total = sum(kinds.values())
    always = {name: share / total for name, share in kinds.items()}
    return ObjectsRanges(**always, size=(size, size), cover=percent / 100.0)


def _turned(pose: PoseRanges, degrees: int) -> PoseRanges:
    return dataclasses.replace(pose, yaw_limit=float(degrees), wide_share=1.0)
