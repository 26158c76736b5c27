"""Rendering inside the step, against pictures as they are stored, read and resized by the host."""

from __future__ import annotations

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.data.augmentation import move_crop
from e2far_jax.data.chunks import plan_chunks
from e2far_jax.data.on_device import levels_at, rendered_batch, resized
from e2far_jax.data.rendering import example_keys, scene_at
from e2far_jax.data.settings import UNGRADED
from e2far_jax.keys import stream_key
from e2far_jax.rendering import each
from e2far_jax.rendering.scene import render_pairs
from e2far_jax.rendering.settings import SceneConfig
from tests.rendering.heads import ball_head

SCENE = SceneConfig(image_size=36).without("glasses")
SEED, SIDE, DEVICES, EACH = 5, 24, 8, 2
NUMBERS = np.arange(DEVICES * EACH)
LEVELS = levels_at(NUMBERS, 0, (UNGRADED, 0, 3))


@pytest.fixture(scope="module")
def head():
    return ball_head()


@pytest.fixture(scope="module")
def render(head):
    """Numbers and levels -> their batch, from eight devices; one compiled program."""
    traced = []

    def on_device(numbers, levels, model):
        traced.append(numbers)
        return rendered_batch(numbers, levels, model, SCENE, SEED, SIDE)

    step = jax.pmap(on_device, axis_name="devices", in_axes=(0, 0, None))

    def render(numbers, levels):
        split = (part.reshape(DEVICES, EACH) for part in (numbers.astype(np.uint32), levels))
        batch = step(*split, head)
        assert len(traced) == 1, "whatever the levels, there is one program"
        return jax.tree.map(lambda leaf: np.asarray(leaf).reshape(-1, *leaf.shape[2:]), batch)

    return render


@pytest.fixture(scope="module")
def batch(render):
    return render(NUMBERS, LEVELS)


@pytest.fixture(scope="module")
def stored(head):
    """What one device renders for the data set, and the host makes smaller."""
    keys = example_keys(SEED, "train", jnp.array(NUMBERS))
    of_level = {
        level: jax.device_get(render_pairs(keys, head, scene_at(SCENE, level)))
        for level in sorted({*LEVELS.tolist()})
    }
    rows = []
    for row, level in enumerate(LEVELS.tolist()):
        pair = jax.tree.map(lambda leaf, row=row: leaf[row], of_level[level])
        example = {
            "image": np.rint(255.0 * pair.image).astype(np.uint8),
            "identity": pair.identity,
            "expression": pair.expression,
            "rotation": pair.camera.rotation,
            "scale": pair.camera.scale,
            "translation": pair.camera.translation,
            "landmarks": pair.landmarks,
        }
        rows.append(move_crop(example, 1.0, np.zeros(2), SIDE))
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


@pytest.mark.slow
def test_pictures_are_those_of_the_stored_data_set(batch, stored):
    assert batch.image.shape == (len(NUMBERS), SIDE, SIDE, 3)
    difference = np.abs(batch.image - stored["image"] / 255.0)
    assert difference.mean() < 0.004, "of the size of rounding to levels"
    assert (difference > 0.02).mean() < 0.005
    for name in ("identity", "expression", "rotation", "scale", "translation", "landmarks"):
        np.testing.assert_allclose(
            getattr(batch, name), stored[name], atol=1e-3, rtol=1e-4, err_msg=name
        )


@pytest.mark.slow
def test_a_batch_is_as_the_network_takes_it(batch):
    assert {leaf.dtype for leaf in jax.tree.leaves(batch)} == {
        np.dtype(name) for name in ("float32", "int32", "bool")
    }
    assert 0.0 <= batch.image.min() < batch.image.max() <= 1.0
    np.testing.assert_array_equal(batch.index, NUMBERS)
    np.testing.assert_array_equal(batch.level, LEVELS)
    assert batch.valid.all()


@pytest.mark.slow
def test_a_picture_does_not_depend_on_its_place(batch, render):
    order = np.random.default_rng(0).permutation(len(NUMBERS))
    again = render(NUMBERS[order], LEVELS[order])
    for one, other in zip(jax.tree.leaves(again), jax.tree.leaves(batch), strict=True):
        np.testing.assert_array_equal(one, other[order])


@pytest.mark.slow
def test_every_picture_is_new_and_levels_show(batch, render):
    numbers = np.arange(2**31 - 5, 2**31 - 5 + len(NUMBERS))
    later = render(numbers, np.full(len(numbers), 3, np.int32))
    faces = np.concatenate([batch.identity, later.identity])
    assert len(np.unique(faces.round(4), axis=0)) == len(faces)
    np.testing.assert_array_equal(later.index.view(np.uint32), numbers)
    easy = render(numbers, np.zeros(len(numbers), np.int32))
    np.testing.assert_array_equal(easy.identity, later.identity)
    turned = [np.arccos(faces.rotation[:, 2, 2]).mean() for faces in (easy, later)]
    assert turned[0] < 0.7 * turned[1]


@pytest.mark.slow
def test_scenes_side_by_side_are_those_one_by_one(stored, head, monkeypatch):
    monkeypatch.setattr(each, "one_by_one", each.side_by_side)
    monkeypatch.setattr(each, "SIDE_BY_SIDE", 2)
    rows = np.flatnonzero(LEVELS == 3)[:4]
    keys = example_keys(SEED, "train", jnp.array(NUMBERS[rows]))
    pairs = jax.jit(render_pairs.__wrapped__)(keys, head, scene_at(SCENE, 3))
    np.testing.assert_allclose(
        pairs.landmarks * (SIDE / SCENE.image_size), stored["landmarks"][rows], atol=1e-3
    )
    difference = np.abs(resized(pairs.image, SIDE) - stored["image"][rows] / 255.0)
    assert difference.mean() < 0.004
    assert (difference > 0.02).mean() < 0.01  # rounding may move a silhouette


def loops(platform, scenes_drawn, head):
    """How often loops run in the program of a platform, where that is known beforehand."""
    keys = jax.random.split(jax.random.key(0), scenes_drawn)
    lowered = render_pairs.trace(keys, head, SCENE).lower(lowering_platforms=(platform,))
    conditions = re.findall(r"stablehlo\.while.*?cond \{(.*?)\} do", lowered.as_text(), re.DOTALL)
    return [int(n) for text in conditions for n in re.findall(r"dense<(\d+)> : tensor<i32>", text)]


def test_accelerators_draw_many_scenes_at_a_time(head):
    scenes_drawn = 3 * each.SIDE_BY_SIDE
    for platform in ("cuda", "tpu"):
        found = loops(platform, scenes_drawn, head)
        assert scenes_drawn not in found
        assert found.count(3) == 2, "what scenes are made of, and their pictures"
    assert loops("cpu", scenes_drawn, head).count(scenes_drawn) == 2


def test_levels_are_those_of_the_stored_data_set():
    levels = (0, 3, 1)
    (chunk,) = plan_chunks({"train": 50}, {"train": levels})
    expected = {index: level for level, indices in chunk.batches() for index in indices}
    numbers = np.arange(20, 50)
    np.testing.assert_array_equal(levels_at(numbers, 9, levels), [expected[n] for n in numbers])
    assert (levels_at(numbers, 9, ()) == UNGRADED).all()
    assert levels_at(numbers, 9, ()).dtype == np.int32


def test_levels_that_have_started_are_shown_in_turn():
    def shown(step):
        return levels_at(np.arange(7, 13), step, (3, 0, 2), (4, 0, 9)).tolist()

    assert shown(0) == shown(3) == [0] * 6
    assert shown(4) == shown(8) == [0, 3, 0, 3, 0, 3]
    assert shown(9) == levels_at(np.arange(7, 13), 9, (3, 0, 2)).tolist()


def test_keys_go_on_beyond_half_of_all_numbers():
    numbers = np.array([0, 2**31 - 1, 2**31, 2**32 - 1])
    wrapped = jnp.array(numbers.astype(np.uint32)).astype(jnp.int32)
    keys = jax.jit(example_keys, static_argnums=(0, 1))(SEED, "train", wrapped)
    for key, number in zip(keys, numbers.tolist(), strict=True):
        expected = stream_key(SEED, "synthetic_faces/train", number)
        np.testing.assert_array_equal(jax.random.key_data(key), jax.random.key_data(expected))


@pytest.mark.parametrize("side", [13, 40, 56, 80, 112, 150])
def test_pictures_are_resized_as_stored_ones_are(side):
    noise = np.random.default_rng(1).uniform(size=(112, 112, 3)).astype(np.float32)
    coarse = np.asarray(jax.image.resize(noise[:20, :20], noise.shape, "cubic"))
    image = np.clip(np.concatenate([noise[:50], coarse[50:]]), 0.0, 1.0)
    levels = np.rint(255.0 * image).astype(np.uint8)
    example = {"image": levels, "scale": 1.0, "translation": np.zeros(2), "landmarks": np.zeros(2)}
    expected = move_crop(example, 1.0, np.zeros(2), side)["image"] / 255.0
    result = jax.jit(resized, static_argnums=1)(levels[None] / np.float32(255.0), side)[0]
    # OpenCV rounds to levels, places to 1/32 pixel, and the bell's tail away.
    np.testing.assert_allclose(result, expected, atol=0.03)
    assert np.abs(result - expected).mean() < 0.005
