"""Rendering: full scenes, and what each family of factors costs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import jax

from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.benchmarks.timing import rates
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.scene import render_pairs
from e2far_jax.rendering.settings import FAMILIES, SceneConfig

SIZE, BATCH = 180, 32


def render_suite(setting: Setting) -> Iterator[Row]:
    """Pictures of the easiest and the fullest scenes, as data sets are rendered."""
    model = load_face_model(setting.rendered)
    for level in (LEVELS[0], LEVELS[-1]):
        values = _rendering_rates(model, SceneConfig.at_level(level, SIZE), setting.repeats)
        name = f"render {model.name}, {len(model.triangles)} triangles, level {level}"
        yield Row(name, "images/s", values)


def factors_suite(setting: Setting) -> Iterator[Row]:
    """What each family of factors costs: the fullest scenes' time, less that without it."""
    model = load_face_model(setting.rendered)
    scene = SceneConfig(image_size=SIZE)
    full = _rendering_rates(model, scene, setting.repeats)
    yield Row("everything", "ms/image", tuple(1000 / rate for rate in full))
    for family in FAMILIES:
        rest = _rendering_rates(model, scene.without(family), setting.repeats)
        costs = tuple(1000 / a - 1000 / b for a, b in zip(full, rest, strict=True))
        yield Row(f"  of which {family}", "ms/image", costs)


def _rendering_rates(model: MorphableModel, scene: SceneConfig, repeats: int) -> tuple[float, ...]:
    """Images a second, a batch on every processor at once."""
    keys = jax.random.split(jax.random.key(0), BATCH)
    threads = (os.cpu_count() or 1) if jax.devices()[0].platform == "cpu" else 1

    def render(_: int) -> None:
        jax.block_until_ready(render_pairs(keys, model, scene))

    with ThreadPoolExecutor(threads) as pool:
        return rates(lambda: list(pool.map(render, range(threads))), threads * BATCH, repeats)
