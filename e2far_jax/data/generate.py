"""Make a synthetic data set, or find it ready."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_datasets.public_api as tfds
from absl import logging

from e2far_jax.data.errors import DataError
from e2far_jax.data.rendering import render_missing
from e2far_jax.data.settings import DataSettings
from e2far_jax.data.synthetic_faces.synthetic_faces_dataset_builder import (
    Builder,
    SyntheticFacesConfig,
    model_sketch,
)
from e2far_jax.lock import locked
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.settings import SceneConfig


def generate(
    data: DataSettings,
    scene: SceneConfig,
    face_model: FaceModelSettings,
    data_dir: str | os.PathLike[str],
    processes: int = 1,
    beam_options: Sequence[str] | None = None,
) -> Builder:
    """The data set of these settings, rendered now unless it is already there.

    Other settings give another folder, the same ones the same bytes, whatever renders them. What
    was rendered before an interruption is used again. Of several calls for the same data set, one
    renders, and the others wait for it.

    Args:
      data: its size and seed.
      scene: what the pictures show.
      face_model: whose faces they show.
      data_dir: the folder of all data sets.
      processes: how many render it; one uses all processors and devices by threads.
      beam_options: render it by an Apache Beam pipeline with these options, `--runner=...` among
        them, a shard a piece of work; its machines all have to see `data_dir`.
    Returns:
      The builder of a complete data set.
    Raises:
      DataError: where the data set found was made from another model of the same name, or a
        process that rendered died.
      ValueError: for settings that fit no model.
    """
    config = SyntheticFacesConfig(data=data, scene=scene, face_model=face_model)
    with _without_chatter():
        builder = Builder(config=config, data_dir=os.fspath(data_dir))
        if not builder.is_prepared():
            with locked(Path(data_dir) / f".{builder.name}-{config.name}.lock"):
                builder = Builder(config=config, data_dir=os.fspath(data_dir))
                if not builder.is_prepared():
                    _prepare(builder, processes, beam_options)
        _check_model(builder)
    _remove_leftovers(builder)
    return builder


def _prepare(builder: Builder, processes: int, beam_options: Sequence[str] | None) -> None:
    if beam_options is None:
        by_beam = {}
        render_missing(builder.chunk_renderer, builder.chunks(), processes)
    else:
        by_beam = _beam(beam_options)
    builder.download_and_prepare(
        download_dir=builder.chunk_renderer.folder / "downloads",  # stays empty, and goes with it
        download_config=tfds.download.DownloadConfig(try_download_gcs=False, **by_beam),
    )


def _beam(options: Sequence[str]) -> dict[str, Any]:
    """What tensorflow-datasets has to know of Apache Beam."""
    try:
        from apache_beam.options import pipeline_options
    except ImportError:
        raise ValueError("Apache Beam is not installed: pip install 'e2far-jax[beam]'") from None
    parsed = pipeline_options.PipelineOptions(list(options))
    runner = parsed.view_as(pipeline_options.StandardOptions).runner or "DirectRunner"
    return {"beam_options": parsed, "beam_runner": runner}


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
