"""Dataclasses as pytrees: what JAX may do to them, and what stays fixed."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.pytrees import pytree_dataclass, static_field


@pytree_dataclass
class Inner:
    weight: jax.Array


@pytree_dataclass
class Outer:
    inner: Inner
    parts: dict
    missing: jax.Array | None = None
    name: str = static_field(default="none")


def example(name="some"):
    return Outer(Inner(jnp.arange(3.0)), {"b": jnp.ones(2), "a": jnp.zeros(())}, name=name)


def test_flattening_and_rebuilding_changes_nothing():
    leaves, structure = jax.tree.flatten(example())
    assert [leaf.shape for leaf in leaves] == [(3,), (), (2,)]
    rebuilt = jax.tree.unflatten(structure, leaves)
    assert isinstance(rebuilt, Outer)
    assert isinstance(rebuilt.inner, Inner)
    assert rebuilt.name == "some"
    assert rebuilt.missing is None
    np.testing.assert_array_equal(rebuilt.inner.weight, [0, 1, 2])


def test_paths_name_the_fields():
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree.leaves_with_path(example())]
    assert paths == [".inner.weight", ".parts['a']", ".parts['b']"]


def test_static_fields_belong_to_the_structure():
    assert jax.tree.structure(example("a")) != jax.tree.structure(example("b"))
    traces = []

    @jax.jit
    def total(tree):
        traces.append(tree.name)
        return tree.inner.weight.sum()

    for name in ("a", "a", "b"):
        assert total(example(name)) == 3.0
    assert traces == ["a", "b"]


def test_transformations_pass_through():
    batched = jax.tree.map(lambda leaf: jnp.stack([leaf, 2 * leaf]), example())
    sums = jax.vmap(lambda tree: tree.inner.weight.sum())(batched)
    np.testing.assert_array_equal(sums, [3, 6])
    gradient = jax.grad(lambda tree: (tree.inner.weight**2).sum())(example())
    np.testing.assert_array_equal(gradient.inner.weight, [0, 2, 4])


def test_instances_are_frozen_but_replaceable():
    tree = example()
    with pytest.raises(dataclasses.FrozenInstanceError):
        tree.name = "other"
    assert dataclasses.replace(tree, name="other").name == "other"
