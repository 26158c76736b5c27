"""Frozen dataclasses that are JAX pytrees.

`jax.tree_util.register_dataclass` rebuilds a tree through `__init__`, where the run-time shape
checks of the tests would reject the placeholder leaves that JAX puts into trees; this decorator
rebuilds around `__init__`.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar, dataclass_transform

import jax

T = TypeVar("T")


def static_field(**kwargs: Any) -> Any:
    """A field that belongs to the tree's structure: hashable, never traced."""
    return dataclasses.field(metadata={"static": True}, **kwargs)


@dataclass_transform(frozen_default=True, field_specifiers=(static_field,))
def pytree_dataclass(cls: type[T]) -> type[T]:
    """Make `cls` a frozen dataclass and register it as a pytree.

    Args:
      cls: a class with annotated fields; those made by `static_field` become part of the tree's
        structure, all others are children.
    Returns:
      The dataclass.
    """
    cls = dataclasses.dataclass(frozen=True)(cls)
    fields = dataclasses.fields(cls)
    constants = [field.name for field in fields if field.metadata.get("static")]
    children = [field.name for field in fields if not field.metadata.get("static")]

    def flatten_with_keys(tree: T) -> tuple[list[tuple[Any, Any]], tuple[Any, ...]]:
        keyed = [(jax.tree_util.GetAttrKey(name), getattr(tree, name)) for name in children]
        return keyed, tuple(getattr(tree, name) for name in constants)

    def unflatten(constant_values: tuple[Any, ...], child_values: Any) -> T:
        tree = object.__new__(cls)
        values = (*child_values, *constant_values)
        for name, value in zip(children + constants, values, strict=True):
            object.__setattr__(tree, name, value)
        return tree

    jax.tree_util.register_pytree_with_keys(cls, flatten_with_keys, unflatten)
    return cls
