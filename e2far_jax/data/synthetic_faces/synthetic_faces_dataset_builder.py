"""The tensorflow-datasets builder of synthetic faces; it needs no TensorFlow."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import jax
import numpy as np
import tensorflow_datasets.public_api as tfds
from jaxtyping import Float

from e2far_jax.data.chunks import Chunk, plan_chunks, read_chunk, render_missing, scene_at
from e2far_jax.data.settings import DataSettings
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from e2far_jax.rendering.scene import render_pairs
from e2far_jax.rendering.settings import SceneConfig


@dataclasses.dataclass(eq=False, kw_only=True)
class SyntheticFacesConfig(tfds.core.BuilderConfig):
    """All that decides a data set's bytes; its name is a fingerprint of the rest."""

    name: str = ""
    data: DataSettings = dataclasses.field(default_factory=DataSettings)
    scene: SceneConfig = dataclasses.field(default_factory=SceneConfig)
    face_model: FaceModelSettings = dataclasses.field(default_factory=FaceModelSettings)

    def __post_init__(self) -> None:
        parts = {"data": self.data, "scene": self.scene, "face_model": self.face_model}
        settings = {name: dataclasses.asdict(part) for name, part in parts.items()}
        self.description = json.dumps(settings, sort_keys=True)
        fingerprint = hashlib.sha256(self.description.encode()).hexdigest()[:12]
        self.name = f"{self.scene.image_size}px_{fingerprint}"


class Builder(tfds.core.GeneratorBasedBuilder):
    """Renders each split's examples, chunk by chunk, and stores them as array_record files."""

    VERSION = tfds.core.Version("2.1.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {
        "2.1.0": "Milder light, finer strands, masks with eyes and mouth, tongues stay in.",
        "2.0.0": "Scenes by families of factors; factors and levels are stored, tests are graded.",
        "1.0.0": "The first one. To be raised whenever the renderer draws otherwise.",
    }
    url_infos = None  # nothing is downloaded

    def __init__(self, *, config: SyntheticFacesConfig | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("file_format", "array_record")
        super().__init__(config=config or SyntheticFacesConfig(), **kwargs)

    @functools.cached_property
    def model(self) -> MorphableModel:
        """The face model whose coefficients the examples hold."""
        return load_face_model(self.builder_config.face_model)

    @property
    def chunk_folder(self) -> Path:
        """Where rendered chunks wait until the data set is complete."""
        return Path(self.data_dir_root) / f"{self.name}-{self.builder_config.name}.unfinished"

    def _info(self) -> tfds.core.DatasetInfo:
        size = self.builder_config.scene.image_size
        tensor = functools.partial(tfds.features.Tensor, dtype=np.float32)
        features = {
            "image": tfds.features.Image(shape=(size, size, 3), encoding_format="jpeg"),
            "identity": tensor(shape=(self.model.identity_size,)),
            "expression": tensor(shape=(self.model.expression_size,)),
            "rotation": tensor(shape=(3, 3)),
            "scale": tfds.features.Scalar(np.float32),
            "translation": tensor(shape=(2,)),
            "landmarks": tensor(shape=(68, 2)),
            "index": tfds.features.Scalar(np.int64),
            "level": tfds.features.Scalar(np.int64),
            "factors": {
                name: tfds.features.Scalar(np.float32)
                for name in factor_names(self.model, self.builder_config.scene)
            },
        }
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features),
            disable_shuffling=True,
            metadata=tfds.core.MetadataDict(model_sketch=model_sketch(self.model).tolist()),
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Any]:
        config = self.builder_config
        render_missing(
            self.chunk_folder,
            self._chunks(),
            lambda keys, level: render_pairs(keys, self.model, scene_at(config.scene, level)),
            config.data.seed,
        )
        return {split: self._generate_examples(split) for split in config.data.counts}

    def _generate_examples(self, split: str) -> Iterator[tuple[int, dict[str, Any]]]:
        for chunk in self._chunks():
            if chunk.split == split:
                for record in read_chunk(self.chunk_folder / chunk.file_name):
                    encoded = io.BytesIO(record["image"])  # an array would need TensorFlow
                    yield int(record["index"]), {**record, "image": encoded}

    def _chunks(self) -> list[Chunk]:
        data = self.builder_config.data
        return plan_chunks(data.counts, data.levels)

    def _post_download_and_prepare_hook(self) -> None:
        self.remove_chunks()

    def remove_chunks(self) -> None:
        """Remove the rendered chunks, whole or unfinished."""
        shutil.rmtree(self.chunk_folder, ignore_errors=True)


def factor_names(model: MorphableModel, scene: SceneConfig) -> list[str]:
    """What scenes tell of themselves, the same at every level; nothing is rendered for it."""
    keys = jax.eval_shape(lambda: jax.random.split(jax.random.key(0), 1))
    pairs = jax.eval_shape(lambda keys: render_pairs(keys, model, scene), keys)
    return sorted(pairs.factors)


def model_sketch(model: MorphableModel) -> Float[np.ndarray, "K"]:
    """A few numbers that tell face models apart: weighted sums over the mean and each mode.

    Settings name a face model; the sketch notices where the model behind the name has changed.
    """
    columns = [
        np.asarray(part, np.float64).reshape(model.mean.size, -1)
        for part in (model.mean, model.identity_basis, model.expression_basis)
    ]
    weights = np.cos(np.arange(model.mean.size))
    return weights @ np.concatenate(columns, axis=1) / np.sqrt(model.mean.size)
