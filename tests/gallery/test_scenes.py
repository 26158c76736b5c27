from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.gallery import scenes
from e2far_jax.gallery.scenes import family_rows, family_scene, scene_tiles
from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.rendering.scene import Pair
from e2far_jax.rendering.settings import FAMILIES, SceneConfig
from tests.reconstruction.conftest import dome
from tests.rendering.heads import ball_head

HEAD, SIZE = ball_head(), 8


@pytest.fixture
def drawn(monkeypatch):
    """A renderer of one colour a scene, told by its key; the configurations it was given."""
    configs = []

    def plain(key):
        yaw = jax.random.uniform(key, minval=-1.0)
        image = jnp.broadcast_to(jax.random.uniform(key, (3,)), (SIZE, SIZE, 3))
        rotation = rotation_from_euler(jnp.zeros(()), yaw, jnp.full((), 0.3))
        camera = Camera(rotation, jnp.ones(()), jnp.zeros(2))
        weights = jnp.array([0.0, 0.0, 0.7, 0.0, 0.1])
        return Pair(image, jnp.zeros(5), weights, camera, jnp.zeros((68, 2)), {"pose.yaw": yaw})

    def render(keys, model, config):
        configs.append(config)
        return jax.vmap(plain)(keys)

    monkeypatch.setattr(scenes, "render_pairs", render)
    return configs


def test_the_first_scenes_are_the_same_whatever_the_count(drawn):
    config = SceneConfig(image_size=SIZE)
    few, many = (list(scene_tiles(HEAD, config, 3, count)) for count in (4, 14))
    assert [len(few), len(many)] == [4, 14]
    for a, b in zip(few, many, strict=False):
        np.testing.assert_array_equal(a.picture, b.picture)
        assert a.caption == b.caption
    assert len({tile.picture[0, 0].tobytes() for tile in many}) == 14
    other = next(scene_tiles(HEAD, config, 4, 1))
    assert (other.picture != few[0].picture).any()


def test_captions_tell_number_yaw_and_expression(drawn):
    tiles = list(scene_tiles(HEAD, SceneConfig(image_size=SIZE), 0, 7))
    keys = jax.vmap(lambda n: scenes.stream_key(0, "gallery", n))(jnp.arange(7))
    for number, (tile, key) in enumerate(zip(tiles, keys, strict=True)):
        yaw = math.degrees(float(jax.random.uniform(key, minval=-1.0)))
        assert tile.caption == f"{number} · yaw {yaw:z.0f} · jawOpen 0.7"


def test_each_family_has_a_row_at_its_full_range(drawn):
    rows = list(family_rows(HEAD, 0, 2, SIZE))
    assert [row.label for row in rows] == [family.replace("_", " ") for family in FAMILIES]
    assert len(drawn) == len(FAMILIES)
    for row in rows[1:]:  # the same keys in every row: a column is one person
        np.testing.assert_array_equal(row.tiles[1].picture, rows[0].tiles[1].picture)


@pytest.mark.parametrize("family", FAMILIES)
def test_all_but_one_family_are_easy_or_left_out(family):
    config = family_scene(family, SIZE)
    full = SceneConfig.at_level(3, SIZE)
    without = full.without(*FAMILIES)
    assert config.image_size == SIZE
    assert getattr(config, family) == getattr(full, family)
    for other in set(FAMILIES) - {family, "pose", "crop"}:
        assert getattr(config, other) == getattr(without, other)
    for other in {"pose", "crop"} - {family}:
        assert getattr(config, other) == getattr(SceneConfig.at_level(0), other)


@pytest.mark.slow
def test_real_scenes_differ():
    config = dataclasses.replace(SceneConfig.at_level(3), image_size=32)
    tiles = list(scene_tiles(dome(), config, 0, 3))
    assert len({tile.caption for tile in tiles}) == 3
    assert all(tile.picture.std() > 5.0 for tile in tiles)
