"""All published data sets by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from e2far_jax.data_sets.aflw2000 import read_aflw2000
from e2far_jax.data_sets.bu3dfe import read_bu3dfe
from e2far_jax.data_sets.florence import read_florence
from e2far_jax.data_sets.frgc import read_frgc
from e2far_jax.data_sets.now import read_now
from e2far_jax.data_sets.realy import read_realy
from e2far_jax.data_sets.stirling import read_stirling
from e2far_jax.data_sets.w300lp import read_w300lp

READERS: dict[str, Callable[..., list[Any]]] = {
    "300w-lp": read_w300lp,
    "aflw2000-3d": read_aflw2000,
    "bu-3dfe": read_bu3dfe,
    "florence": read_florence,
    "frgc": read_frgc,
    "now": read_now,
    "realy": read_realy,
    "stirling": read_stirling,
}


def read_data_set(name: str, folder: Path, *, skip_incomplete: bool = False) -> list[Any]:
    """The items of a copy of a published data set, in an order that is always the same.

    Args:
      name: one of READERS.
      folder: of the copy, as the set's own file describes it.
      skip_incomplete: leave out items that lack a file, rather than to refuse the set.
    Raises:
      ValueError: for an unknown name.
      DataSetError: for a copy that is not as published.
      FormatError: for a damaged list in it.
    """
    if name not in READERS:
        raise ValueError(f"there is no data set {name!r}; choose {', '.join(READERS)}")
    return READERS[name](folder, skip_incomplete=skip_incomplete)
