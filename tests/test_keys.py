"""Keys depend on seed, stream and step, and on nothing else."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np

from e2far_jax.keys import stream_key


def bits(key):
    return tuple(np.asarray(jax.random.key_data(key)).tolist())


def test_the_same_place_gives_the_same_key():
    assert bits(stream_key(3, "train", 7)) == bits(stream_key(3, "train", 7))


def test_every_other_place_gives_another_key():
    places = itertools.product((0, 1, 2**31 - 1), ("train", "dropout", ""), (0, 1, 1000))
    keys = {bits(stream_key(*place)) for place in places}
    assert len(keys) == 27


def test_a_traced_step_gives_the_same_key():
    traced = jax.jit(lambda step: stream_key(5, "train", step))(jnp.asarray(11))
    assert bits(traced) == bits(stream_key(5, "train", 11))


def test_keys_do_not_change_between_versions():
    """A stored run must draw the same numbers when it goes on."""
    assert bits(stream_key(0, "train", 0)) == bits(
        jax.random.fold_in(jax.random.fold_in(jax.random.key(0), 1550247075), 0)
    )


def test_streams_and_steps_are_uncorrelated():
    draws = [
        jax.random.normal(stream_key(0, stream, step), (20_000,))
        for stream in ("train", "dropout")
        for step in (0, 1)
    ]
    correlation = np.corrcoef(np.stack(draws)) - np.eye(4)
    assert np.abs(correlation).max() < 5.0 / np.sqrt(20_000)
