"""Make a synthetic data set, or find it ready."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow_datasets.public_api as tfds
from absl import logging

from e2far_jax.data.errors import DataError
from e2far_jax.data.settings import DataSettings
from e2far_jax.data.synthetic_faces.synthetic_faces_dataset_builder import (
    Builder,
    SyntheticFacesConfig,
    model_sketch,
)
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.settings import SceneConfig


def generate(
    data: DataSettings,
    scene: SceneConfig,
    face_model: FaceModelSettings,
    data_dir: str | os.PathLike[str],
) -> Builder:
    """The data set of these settings, rendered now unless it is already there.

    Other settings give another folder, the same ones the same bytes. What was rendered before an
    interruption is used again.

    Args:
      data: its size and seed.
      scene: what the pictures show.
      face_model: whose faces they show.
      data_dir: the folder of all data sets.
    Returns:
      The builder of a complete data set.
    Raises:
      DataError: where the data set found was made from another model of the same name.
      ValueError: for settings that fit no model.
    """
    config = SyntheticFacesConfig(data=data, scene=scene, face_model=face_model)
    with _without_chatter():
        builder = Builder(config=config, data_dir=os.fspath(data_dir))
        if builder.is_prepared():
            _check_model(builder)
        else:
            builder.download_and_prepare(
                download_dir=builder.chunk_folder / "downloads",  # stays empty, and goes with it
                download_config=tfds.download.DownloadConfig(try_download_gcs=False),
            )
    _remove_leftovers(builder)
    return builder


def _check_model(builder: Builder) -> None:
    stored = np.asarray(builder.info.metadata["model_sketch"])
    expected = model_sketch(builder.model)
    if stored.shape != expected.shape or not np.allclose(stored, expected, rtol=1e-3, atol=1e-4):
        spec = builder.builder_config.face_model.spec
        raise DataError(
            f"{builder.data_dir} was rendered from another version of the face model {spec!r}; "
            "delete that folder or choose another one"
        )


def _remove_leftovers(builder: Builder) -> None:
    """Remove what killed runs may have left beside the finished data set."""
    builder.remove_chunks()
    finished = Path(builder.data_dir)
    for folder in finished.parent.glob(f"{finished.name}.incomplete*"):
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _without_chatter() -> Iterator[None]:
    """Silence tensorflow-datasets' talk of downloads; our own progress line goes to stderr."""
    verbosity = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    tfds.disable_progress_bar()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        tfds.enable_progress_bar()
        logging.set_verbosity(verbosity)
