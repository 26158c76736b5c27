from __future__ import annotations

import dataclasses
import gc
import itertools
import multiprocessing.connection

import numpy as np
import pytest

from e2far_jax.data.errors import DataError
from e2far_jax.data.pipeline import evaluation_batches, training_batches
from e2far_jax.data.settings import AugmentationSettings, PipelineSettings
from e2far_jax.morphable.symmetry import Mirror


def examples(count, size=16):
    rng = np.random.default_rng(count)
    return [
        {
            "image": rng.integers(0, 256, (size, size, 3), np.uint8),
            "identity": np.full(3, index, np.float32),
            "expression": np.zeros(2, np.float32),
            "rotation": np.eye(3, dtype=np.float32),
            "scale": np.float32(0.5),
            "translation": np.array([8.0, 8.0], np.float32),
            "landmarks": rng.uniform(0, size, (68, 2)).astype(np.float32),
            "index": index,
            "level": index % 4,
        }
        for index in range(count)
    ]


def settings(**changes):
    return PipelineSettings(**{"batch_size": 4, "prefetch": 2, **changes})


def indices(batches, count):
    return [int(i) for batch in itertools.islice(batches, count) for i in batch.index]


def same(first, second):
    return all(np.array_equal(getattr(first, n), getattr(second, n)) for n in vars(first))


def test_a_batch_has_the_promised_shapes():
    batch = next(training_batches(examples(9), settings()))
    assert batch.image.shape == (4, 16, 16, 3)
    assert batch.image.dtype == np.float32
    assert 0.0 <= batch.image.min() <= batch.image.max() <= 1.0
    assert batch.rotation.shape == (4, 3, 3)
    assert batch.scale.shape == batch.level.shape == (4,)
    assert batch.landmarks.shape == (4, 68, 2)
    assert batch.valid.all()
    np.testing.assert_array_equal(batch.identity[:, 0], batch.index)


def test_each_epoch_holds_everything_once_in_a_new_order():
    order = indices(training_batches(examples(12), settings()), 9)
    epochs = [order[:12], order[12:24], order[24:]]
    assert all(sorted(epoch) == [*range(12)] for epoch in epochs)
    assert len({tuple(epoch) for epoch in [*epochs, range(12)]}) == 4


def test_levels_join_at_their_batches_and_all_pictures_are_shown_once_in_each_part():
    starts = (0, 7, 2, 2)  # 24 examples, 6 of each level; batches of 4
    order = indices(training_batches(examples(24), settings(level_starts=starts)), 13)
    assert {index % 4 for index in order[:8]} == {0}
    assert {index % 4 for index in order[8:28]} == {0, 2, 3}
    assert sorted(order[8:26]) == [index for index in range(24) if index % 4 != 1]
    assert sorted(order[28:52]) == [*range(24)]


def test_without_shuffling_the_stored_order_repeats():
    batches = training_batches(examples(6), settings(shuffle=False))
    assert indices(batches, 3) == [*range(6), *range(6)]


def test_an_example_is_augmented_anew_in_every_epoch():
    batches = training_batches(examples(4), settings(shuffle=False))
    first, second = next(batches), next(batches)
    assert not np.array_equal(first.image[0], second.image[0])
    assert not np.array_equal(first.image[0], first.image[1])
    assert first.scale[0] != second.scale[0]


@pytest.mark.parametrize("processes", [0, 1])
def test_pictures_are_brought_to_the_size_that_is_asked_for(processes):
    source, chosen = examples(8), settings(image_size=24, processes=processes)
    batch = next(training_batches(source, chosen))
    assert batch.image.shape == (4, 24, 24, 3)
    (whole, *_) = evaluation_batches(source, chosen)
    assert whole.image.shape == (4, 24, 24, 3)
    np.testing.assert_allclose(whole.scale, 0.75)
    np.testing.assert_allclose(whole.landmarks[1], 1.5 * source[1]["landmarks"], rtol=1e-5)


def test_without_augmentation_the_picture_is_the_stored_one():
    source = examples(4)
    batch = next(training_batches(source, settings(shuffle=False, augmentation=None)))
    np.testing.assert_allclose(batch.image[2], source[2]["image"] / 255.0, atol=1e-6)


def test_the_seed_alone_decides():
    source = examples(10)
    first = [*itertools.islice(training_batches(source, settings(threads=1)), 5)]
    again = [*itertools.islice(training_batches(source, settings(threads=3, prefetch=9)), 5)]
    other = [*itertools.islice(training_batches(source, settings(seed=1)), 5)]
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    assert not any(same(a, b) for a, b in zip(first, other, strict=True))


def test_other_processes_make_the_same_batches_from_any_position():
    source = examples(10)
    expected = [*itertools.islice(training_batches(source, settings()), 9)]
    batches = training_batches(source, settings(processes=2))
    assert all(same(next(batches), batch) for batch in expected[:3])
    assert all(same(next(batches), batch) for batch in expected[3:])
    workers = multiprocessing.active_children()
    assert len(workers) == 2
    del batches
    gc.collect()
    for worker in workers:  # not joined: of two who wait for a process one may see it alive
        assert multiprocessing.connection.wait([worker.sentinel], timeout=60)
    later = training_batches(source, settings(processes=1), first=3)
    assert all(same(next(later), batch) for batch in expected[3:])


def test_mirroring_needs_to_know_how():
    mirrors = AugmentationSettings(mirror=1.0)
    with pytest.raises(ValueError, match="mirror"):
        training_batches(examples(4), settings(augmentation=mirrors))


def test_mirrored_examples_come_with_mirrored_faces():
    mirrors = AugmentationSettings(
        **{field.name: 0.0 for field in dataclasses.fields(AugmentationSettings)} | {"mirror": 1.0}
    )
    source, mirror = examples(4), Mirror(np.diag([1.0, -1.0, 2.0]), np.eye(2)[::-1])
    chosen = settings(augmentation=mirrors, shuffle=False)
    batch = next(training_batches(source, chosen, mirror=mirror))
    np.testing.assert_allclose(batch.identity[3], [3.0, -3.0, 6.0])
    np.testing.assert_allclose(batch.image[2], np.fliplr(source[2]["image"]) / 255.0, atol=1e-6)


@pytest.mark.parametrize("count", [2, 4])
def test_processes_share_each_batch_of_the_one_process(count):
    source, chosen = examples(24), settings(level_starts=(0, 2))
    parts = [training_batches(source, chosen, rank, count) for rank in range(count)]
    for whole in itertools.islice(training_batches(source, chosen), 9):
        for rank, part in enumerate(parts):
            rows = next(part)
            for name, column in vars(whole).items():
                np.testing.assert_array_equal(column[rank::count], getattr(rows, name), name)


@pytest.mark.parametrize(("rank", "count"), [(3, 3), (-1, 2), (0, 0)])
def test_an_impossible_process_is_refused(rank, count):
    for batches in (training_batches, evaluation_batches):
        with pytest.raises(ValueError, match=f"process_index is {rank}"):
            batches(examples(5), settings(), rank, count)


def test_a_batch_that_does_not_divide_among_processes_is_refused():
    for batches in (training_batches, evaluation_batches):
        with pytest.raises(ValueError, match="batch of 4 does not divide among 3 processes"):
            batches(examples(12), settings(), 0, 3)


@pytest.mark.parametrize("taken", [0, 1, 7])
def test_who_knows_how_many_batches_were_taken_goes_on_with_the_very_next(taken):
    source, chosen = examples(10), settings(level_starts=(0, 3, 5))
    expected = [*itertools.islice(training_batches(source, chosen), taken, taken + 3)]
    later = training_batches(source, chosen, first=taken)
    assert all(same(next(later), batch) for batch in expected)


@pytest.mark.parametrize("count", [1, 7, 8, 9])
def test_evaluation_shows_everything_once_in_order(count):
    source = examples(count)
    batches = [*evaluation_batches(source, settings())]
    assert {len(batch.index) for batch in batches} == {4}
    seen = [int(i) for batch in batches for i in batch.index[batch.valid]]
    assert seen == [*range(count)]
    np.testing.assert_allclose(batches[0].image[0], source[0]["image"] / 255.0, atol=1e-6)


def test_evaluation_by_several_processes_covers_everything_in_equally_many_batches():
    parts = [[*evaluation_batches(examples(9), settings(), rank, 2)] for rank in range(2)]
    assert len(parts[0]) == len(parts[1]) == 3
    seen = [int(i) for part in parts for batch in part for i in batch.index[batch.valid]]
    assert sorted(seen) == [*range(9)]


class Damaged:
    """Only its first example can be read."""

    def __len__(self):
        return 5

    def __getitem__(self, index):
        if index == 0:
            return examples(1)[0]
        raise DataError(f"somewhere: example {index} can't be read")


def test_a_damaged_example_ends_the_reading_with_its_own_error():
    for batches in (training_batches, evaluation_batches):
        with pytest.raises(DataError, match="somewhere"):
            next(batches(Damaged(), settings()))
    with pytest.raises(DataError, match="somewhere"):
        next(training_batches(Damaged(), settings(processes=1)))
