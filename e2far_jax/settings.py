"""Settings are frozen dataclasses; here they become plain dictionaries (for JSON) and come back."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def to_dict(settings: Any) -> dict[str, Any]:
    """Nested settings as nested dictionaries."""
    return dataclasses.asdict(settings)


def from_dict(cls: type[T], values: Any, where: str = "") -> T:
    """Build settings from dictionaries, such as JSON gives.

    Args:
      cls: a dataclass whose fields are numbers, strings, tuples, None or such dataclasses.
      values: a mapping by field name; missing ones take their defaults, lists become tuples.
      where: the dotted path of `values`, for messages.
    Returns:
      The settings.
    Raises:
      ValueError: for a name that the settings do not have, or a value of another type.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"{where.rstrip('.') or 'the settings'} is {values!r}; expected names")
    hints = typing.get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(cls)]
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise ValueError(
            f"no setting {', '.join(where + name for name in unknown)}; "
            f"the choices are {', '.join(where + name for name in names)}"
        )
    return cls(**{name: _read(hints[name], value, where + name) for name, value in values.items()})


def completed(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Dictionaries with the defaults of what they don't say; names that `cls` lacks stay.

    Args:
      cls: a dataclass all of whose fields have defaults.
      values: a mapping by field name.
    """
    defaults = to_dict(cls())
    return _merged(defaults, values)


def changed(settings: T, changes: Mapping[str, Any]) -> T:
    """The settings with some values replaced.

    Args:
      settings: nested frozen dataclasses.
      changes: new values by dotted path, such as "train.duration".
    Raises:
      ValueError: for a name that the settings do not have, or a value of another type.
    """
    values = to_dict(settings)
    for path, value in changes.items():
        *outer, name = path.split(".")
        inner = values
        for part in outer:
            inner = inner.get(part, {}) if isinstance(inner, Mapping) else {}
        if not isinstance(inner, Mapping) or name not in inner:
            raise ValueError(f"no setting {path}")
        inner[name] = value
    return from_dict(type(settings), values)


def differences(saved: Mapping[str, Any], current: Mapping[str, Any], path: str = "") -> list[str]:
    """The settings in which two dictionaries differ, as "name was X, is Y".

    Args:
      saved: as JSON gave it, with lists where settings have tuples.
      current: as `to_dict` gives it.
      path: the dotted path of both, for the names.
    """
    found = []
    for name in sorted(set(saved) | set(current)):
        was, now = _listed(saved.get(name)), _listed(current.get(name))
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            found += differences(was, now, f"{path}{name}.")
        elif was != now:
            found.append(f"{path}{name} was {was!r}, is {now!r}")
    return found


def optional_type(cls: type, name: str) -> type:
    """What a field that may be None holds otherwise: `tuple` for `tuple[str, ...] | None`."""
    (hint,) = (
        argument
        for argument in typing.get_args(typing.get_type_hints(cls)[name])
        if argument is not types.NoneType
    )
    return typing.get_origin(hint) or hint


def _merged(defaults: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    inner = {
        name: _merged(default, values[name])
        for name, default in defaults.items()
        if isinstance(default, Mapping) and isinstance(values.get(name), Mapping)
    }
    return {**defaults, **values, **inner}


def _read(hint: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(hint):
        return from_dict(hint, value, where + ".")
    kind, arguments = typing.get_origin(hint), typing.get_args(hint)
    if kind in (types.UnionType, typing.Union):
        if type(value) in arguments:
            return value
        members = [argument for argument in arguments if argument is not types.NoneType]
        if len(members) == 1:
            return _read(members[0], value, where)
    if kind is tuple and isinstance(value, (list, tuple)):
        each = arguments[0]
        return tuple(_read(each, item, f"{where}[{i}]") for i, item in enumerate(value))
    if kind is typing.Literal and value in arguments:
        return value
    if hint is float and type(value) is int:
        return float(value)
    if isinstance(hint, type) and type(value) is hint:
        return value
    choices = f"one of {arguments}" if kind is typing.Literal else getattr(hint, "__name__", hint)
    raise ValueError(f"{where} is {value!r}; expected {choices}")


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, (list, tuple)) else value
