"""HDF5 files by their datasets' names, and reading them without a process for each."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import h5py
import pytest

from e2far_jax.containers import hdf5, hdf5_child


def write_hdf5(path: Path, held: Mapping[str, object]) -> Path:
    """Write datasets by name; those that are None are left out."""
    with h5py.File(path, "w") as file:
        for name, value in held.items():
            if value is not None:
                file[name] = value
    return path


def read_hdf5_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files read without a process for each, which is faster, if they are not damaged."""

    def answer(_: object, request: dict[str, object]) -> tuple[bytes, str]:
        output = io.TextIOWrapper(io.BytesIO())
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["hdf5_child.py", json.dumps(request)])
            patch.setattr(sys, "stdout", output)
            hdf5_child.main()
        return output.buffer.getvalue(), "ended"

    monkeypatch.setattr(hdf5_child, "_limit_memory", lambda more: None)
    monkeypatch.setattr(hdf5, "_answer", answer)
