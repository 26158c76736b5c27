from __future__ import annotations

import dataclasses

import pytest

from e2far_jax.evaluation.synthetic.grades import grades
from e2far_jax.rendering.settings import FAMILIES, SceneConfig

SCENES = grades(180)
FAMILY = {"expression": "expression", "light": "light", "occlusion": "objects", "pose": "pose"}


def test_one_thing_is_harder_at_a_time() -> None:
    easy = SCENES["level_0"]
    for name, scene in SCENES.items():
        kind = name.split("_")[0]
        if kind == "level":
            continue
        changed = [family for family in FAMILIES if getattr(scene, family) != getattr(easy, family)]
        assert changed == [FAMILY[kind]]
        assert dataclasses.replace(scene, **{changed[0]: getattr(easy, changed[0])}) == easy


def test_the_hardest_is_everything_at_once() -> None:
    full, hardest = SceneConfig.at_level(3, 180), SCENES["level_3"]
    assert hardest == dataclasses.replace(full, crop=hardest.crop)
    assert hardest.crop.size_jitter == hardest.crop.shift_jitter == 0.0


@pytest.mark.parametrize("percent", [20, 40, 60])
def test_no_face_is_without_a_thing_in_front(percent: int) -> None:
    things = SCENES[f"occlusion_{percent}"].objects
    kinds = [
        getattr(things, field.name)
        for field in dataclasses.fields(things)
        if field.name not in ("size", "cover")
    ]
    assert sum(kinds) == pytest.approx(1.0)
    assert things.cover == percent / 100
