"""Trained networks that come with the package: a weights folder each, with its model card."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def shipped_networks() -> list[str]:
    """The names of the networks that are there."""
    return sorted(path.parent.name for path in FOLDER.glob("*/weights.json"))


def shipped_network(name: str = "default") -> Path:
    """The weights folder of a network that comes with the package.

    Raises:
      ValueError: where there is none of this name.
    """
    if name not in shipped_networks():
        choices = ", ".join(shipped_networks())
        raise ValueError(f"no network {name!r} comes with the package; the choices are {choices}")
    return FOLDER / name
