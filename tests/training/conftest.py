"""What trainings of seconds read."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from e2far_jax.data.synthetic_faces import synthetic_faces_dataset_builder as builder_module
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.training.sources import stored_data_set
from tests.data.conftest import Renderer
from tests.training.tiny import configuration


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data sets of `tiny.py`; they show coloured squares, which are drawn at once."""
    folder, config = tmp_path_factory.mktemp("tiny"), configuration()
    squares = Renderer(model=load_face_model(config.face_model))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder_module, "SceneRenderer", squares.of)
        for pictures in ("stored", "rendered"):
            stored_data_set(dataclasses.replace(config, pictures=pictures), folder)
    return folder
