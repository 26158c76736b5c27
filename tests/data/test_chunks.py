from __future__ import annotations

import cv2
import numpy as np
import pytest

from e2far_jax.data import chunks, rendering
from e2far_jax.data.errors import DataError
from e2far_jax.keys import stream_key
from e2far_jax.rendering.settings import SceneConfig
from tests.data.conftest import Renderer, plain_pairs


def records(folder, plan):
    return [record for chunk in plan for record in chunks.read_chunk(folder / chunk.file_name)]


def render(folder, plan, renderer, seed=0, **how):
    rendering.render_missing(rendering.ChunkRenderer(folder, renderer, seed), plan, **how)


def assert_same(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        assert a.keys() == b.keys()
        assert all(np.array_equal(a[name], b[name]) for name in a if name != "factors")
        assert a["factors"] == b["factors"]


def test_chunks_cover_every_split_without_overlap():
    plan = chunks.plan_chunks({"train": 600, "test": 256, "validation": 1})
    covered = {
        split: [i for c in plan if c.split == split for i in range(c.start, c.stop)]
        for split in ("train", "test", "validation")
    }
    assert covered == {"train": [*range(600)], "test": [*range(256)], "validation": [0]}


@pytest.mark.parametrize("levels", [(0, 1, 2, 3), (3,), (2, 0, 2), (-1,)])
def test_graded_examples_take_turns_whatever_the_chunk(monkeypatch, levels):
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 50)
    monkeypatch.setattr(chunks, "BATCH_SIZE", 8)
    plan = chunks.plan_chunks({"train": 20, "test": 133}, {"test": levels})
    given = {}
    for chunk in plan:
        for level, indices in chunk.batches():
            assert 1 <= len(indices) <= 8
            given.setdefault(chunk.split, {}).update(dict.fromkeys(indices, level))
    assert given["train"] == dict.fromkeys(range(20), -1)
    assert sorted(given["test"]) == [*range(133)]
    assert all(level == levels[i % len(levels)] for i, level in given["test"].items())


def test_a_graded_example_is_rendered_at_its_level(tmp_path):
    plan = chunks.plan_chunks({"test": 75}, {"test": (0, 3, 1)})
    render(tmp_path, plan, Renderer(), seed=3)
    made = records(tmp_path, plan)
    assert [int(record["index"]) for record in made] == [*range(75)]
    assert [int(record["level"]) for record in made] == [0, 3, 1] * 25
    assert [float(record["factors"]["pose.nearness"]) for record in made] == [0, 3, 1] * 25
    expected = plain_pairs(stream_key(3, "synthetic_faces/test", 71)[None])
    np.testing.assert_allclose(made[71]["identity"], expected.identity[0], atol=1e-6)


def test_shards_hold_every_chunk_in_order(monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 10)
    monkeypatch.setattr(chunks, "SHARD_CHUNKS", 3)
    plan = chunks.plan_chunks({"train": 75, "test": 1})
    shards = chunks.plan_shards(plan)
    assert [*shards] == ["train", "test"]
    assert [chunks.count(shard) for shard in shards["train"]] == [30, 30, 15]
    assert [chunk for shard in shards["train"] for chunk in shard] == plan[:-1]
    assert shards["test"] == [(plan[-1],)]


def test_scenes_of_a_level_keep_size_and_sampling():
    scene = SceneConfig(image_size=48, supersampling=2).without("pose")
    assert rendering.scene_at(scene, -1) is scene
    graded = rendering.scene_at(scene, 2)
    assert (graded.image_size, graded.supersampling) == (48, 2)
    assert graded.pose == SceneConfig.at_level(2).pose


def test_an_example_is_rendered_from_its_own_key(tmp_path):
    plan = chunks.plan_chunks({"train": 40})
    render(tmp_path, plan, Renderer(), seed=3)
    made = records(tmp_path, plan)
    assert [int(record["index"]) for record in made] == [*range(40)]
    expected = plain_pairs(stream_key(3, "synthetic_faces/train", 37)[None])
    np.testing.assert_allclose(made[37]["identity"], expected.identity[0], atol=1e-6)
    np.testing.assert_allclose(made[37]["landmarks"], expected.landmarks[0], atol=1e-4)
    np.testing.assert_allclose(made[37]["scale"], expected.camera.scale[0], atol=1e-6)
    image = cv2.imdecode(np.frombuffer(made[37]["image"], np.uint8), cv2.IMREAD_COLOR_RGB)
    np.testing.assert_allclose(image / 255.0, expected.image[0], atol=0.02)


def test_neither_threads_nor_the_size_of_the_split_change_an_example(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 64)
    many, few = (chunks.plan_chunks({"test": n}, {"test": (2, 0, 1)}) for n in (150, 70))
    render(tmp_path / "a", many, Renderer(), seed=0, threads=1)
    render(tmp_path / "b", many, Renderer(), seed=0, threads=3)
    render(tmp_path / "c", few, Renderer(), seed=0, threads=2)
    alone = records(tmp_path / "a", many)
    assert_same(alone, records(tmp_path / "b", many))
    assert_same(alone[:70], records(tmp_path / "c", few))


@pytest.mark.slow
def test_processes_change_no_byte_and_the_dead_one_is_told_of(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 32)
    plan = chunks.plan_chunks({"train": 100, "test": 40}, {"test": (2, 0, 1)})
    render(tmp_path / "alone", plan, Renderer(), threads=1)
    with pytest.raises(
        DataError, match=r"by SIGKILL.*; [12] of 6 chunks .* are kept: run it again"
    ):
        render(tmp_path / "two", plan, Renderer(die_at=1), processes=2)
    kept = [*(tmp_path / "two").glob("*.npz")]
    assert 1 <= len(kept) <= 2
    capsys.readouterr()
    changed = {path: path.stat().st_mtime_ns for path in kept}
    render(tmp_path / "two", plan, Renderer(), processes=2)
    assert "140/140" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in kept} == changed
    for chunk in plan:
        alone, two = (tmp_path / folder / chunk.file_name for folder in ("alone", "two"))
        assert alone.read_bytes() == two.read_bytes()


def test_finished_chunks_are_used_again(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 32)
    plan = chunks.plan_chunks({"train": 100})
    interrupted = Renderer(fail_at=2)
    with pytest.raises(KeyboardInterrupt):
        render(tmp_path, plan, interrupted, seed=0, threads=1)
    assert len([*tmp_path.glob("*.npz")]) == 2
    resumed = Renderer()
    render(tmp_path, plan, resumed, seed=0, threads=1)
    assert resumed.calls == 2
    render(tmp_path / "whole", plan, Renderer(), seed=0)
    assert_same(records(tmp_path, plan), records(tmp_path / "whole", plan))


def test_missing_chunks_are_rendered_as_they_are_read_and_once(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 8)
    plan = chunks.plan_chunks({"train": 20})
    renderer = Renderer()
    reader = rendering.ChunkRenderer(tmp_path / "new", renderer, seed=0)
    made = [*reader.records(plan)]
    assert renderer.calls == 3
    assert_same(made, [*reader.records(plan)])
    assert renderer.calls == 3
    render(tmp_path, plan, Renderer())
    assert_same(made, records(tmp_path, plan))


def test_a_renderer_that_fails_is_heard_of(tmp_path):
    def broken(keys, level):
        raise ValueError("no light")

    with pytest.raises(ValueError, match="no light"):
        render(tmp_path, chunks.plan_chunks({"train": 3}), broken, seed=0)
    assert not [*tmp_path.glob("*.npz")]


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"PK\3\4"])
def test_a_damaged_chunk_is_named(tmp_path, damage):
    plan = chunks.plan_chunks({"train": 3})
    render(tmp_path, plan, Renderer(), seed=0)
    path = tmp_path / plan[0].file_name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=plan[0].file_name):
        list(chunks.read_chunk(path))


@pytest.mark.parametrize("value", [-3.0, 0.0, 1.0, 7.0])
def test_what_lies_outside_of_0_to_1_is_clipped(value):
    encoded = rendering.encode_image(np.full((16, 16, 3), value, np.float32))
    image = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert np.all(image == (255 if value >= 1.0 else 0))


def test_colours_keep_their_order():
    encoded = rendering.encode_image(np.full((16, 16, 3), [1.0, 0.5, 0.0], np.float32))
    image = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    np.testing.assert_allclose(image[8, 8], [255, 128, 0], atol=3)
