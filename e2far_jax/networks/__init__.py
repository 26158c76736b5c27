"""Trained networks that come with the package: a weights folder each, with its model card.

A network is called as the morphable model that its coefficients speak of.
"""

from __future__ import annotations

from pathlib import Path

from e2far_jax.morphable.stored import stored_ict

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


def weights_folder(weights: str) -> Path:
    """The weights folder that is meant.

    Args:
      weights: the name of a network that comes with the package, or a folder.
    Raises:
      ValueError: for what is neither.
    """
    if weights in shipped_networks():
        return shipped_network(weights)
    if not Path(weights).is_dir():
        choices = ", ".join(shipped_networks())
        raise ValueError(f"{weights}: neither a weights folder nor one of {choices}")
    return Path(weights)


def network_for(face_model_spec: str | None = None) -> Path:
    """The weights folder of the network for a morphable model.

    Args:
      face_model_spec: as in `open_morphable_model`; None for ICT-FaceKit where `e2far model get
        ict` stored it, for the default model elsewhere.
    Raises:
      ValueError: where no network for this model comes with the package.
    """
    if face_model_spec is None:
        return shipped_network("ict" if stored_ict().is_file() else "default")
    name, _, _ = face_model_spec.partition(":")
    return shipped_network(name)
