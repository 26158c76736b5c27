"""A weights folder to export, and the command."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from e2far_jax.commands import export as arguments_of_export
from e2far_jax.errors import UsageError
from e2far_jax.exporting.command import export
from e2far_jax.morphable.formats.npz import write_npz
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.weights import save_weights
from tests.exporting.networks import random_variables
from tests.random_faces import TINY_NETWORK
from tests.reconstruction.conftest import dome


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder of random numbers, on a morphable model in a file."""
    folder = tmp_path_factory.mktemp("trained")
    write_npz(folder / "dome.npz", dome())
    face_model = FaceModelSettings(spec=str(folder / "dome.npz"), remove_similarity=False)
    variables = random_variables(TINY_NETWORK)
    save_weights(folder / "weights", variables, TINY_NETWORK, face_model, "random numbers")
    return folder / "weights"


@pytest.fixture(scope="session")
def exported(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `e2far export --format=onnx` makes of it."""
    folder = tmp_path_factory.mktemp("export") / "new"
    assert export(str(weights), "onnx", str(folder)) == 0
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """`e2far export`: its status, and what it printed on either stream."""
    parser = argparse.ArgumentParser()
    arguments_of_export.add(parser.add_subparsers(dest="command"))

    def call(*arguments: str | Path) -> tuple[int, str]:
        options = parser.parse_args(["export", *map(str, arguments)])
        try:
            status = options.run(options)
        except UsageError as error:
            return 2, str(error)
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return call
