"""The tensorflow-datasets builder of synthetic faces; it needs no TensorFlow."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import io
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import jax
import numpy as np
import tensorflow_datasets.public_api as tfds
from jaxtyping import Float
from tensorflow_datasets.core.writer import ExampleWriter
from tensorflow_datasets.proto import tf_example_pb2

from e2far_jax.data.chunks import Chunk, count, plan_chunks, plan_shards
from e2far_jax.data.rendering import ChunkRenderer, Render, SceneRenderer
from e2far_jax.data.settings import UNGRADED, DataSettings
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings
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


class Builder(tfds.core.ShardBasedBuilder):
    """Stores each split's examples as array_record files, a shard each.

    Chunks that are rendered already are used, and others rendered on the way, one after the other:
    `data.generate.generate` renders them before, on all processors, or has Apache Beam prepare the
    shards on many machines.
    """

    VERSION = tfds.core.Version("2.2.1")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {
        "2.2.1": "Lids that have passed each other are closed, not open again.",
        "2.2.0": "Lids close; both lips part over the teeth, also without a wrinkled nose.",
        "2.1.1": "Triangles in tiles, records written in one order by every process.",
        "2.1.0": "Milder light, finer strands, masks with eyes and mouth, tongues stay in.",
        "2.0.0": "Scenes by families of factors; factors and levels are stored, tests are graded.",
        "1.0.0": "The first one. To be raised whenever the renderer draws otherwise.",
    }
    url_infos = None  # nothing is downloaded

    def __init__(self, *, config: SyntheticFacesConfig | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("file_format", "array_record")
        super().__init__(config=config or SyntheticFacesConfig(), **kwargs)

    @functools.cached_property
    def chunk_renderer(self) -> ChunkRenderer:
        """What renders this data set's chunks."""
        config = self.builder_config
        render = SceneRenderer(config.scene, config.face_model)
        return ChunkRenderer(self._chunk_folder, render, config.data.seed)

    @property
    def model(self) -> MorphableModel:
        """The face model whose coefficients the examples hold."""
        return self.chunk_renderer.render.model

    @property
    def _chunk_folder(self) -> Path:
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
            "factors": {name: tfds.features.Scalar(np.float32) for name in self._factor_names()},
        }
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features),
            disable_shuffling=True,
            metadata=tfds.core.MetadataDict(model_sketch=model_sketch(self.model).tolist()),
        )

    def _factor_names(self) -> list[str]:
        """As they are stored; to ask the renderer takes ten seconds, which no start should take."""
        if not self.is_prepared():
            return factor_names(self.chunk_renderer.render)
        return sorted(tfds.features.FeaturesDict.from_config(self.data_dir)["factors"])

    def chunks(self) -> list[Chunk]:
        """All that is rendered, in order."""
        data = self.builder_config.data
        return plan_chunks(data.counts, data.levels)

    def _shard_iterators_per_split(
        self, dl_manager: tfds.download.DownloadManager
    ) -> dict[str, list[Shard]]:
        shards = plan_shards(self.chunks())
        return {
            split: [Shard(self.chunk_renderer, chunks) for chunks in shards[split]]
            for split in shards
        }

    def _download_and_prepare(
        self,
        dl_manager: tfds.download.DownloadManager,
        download_config: tfds.download.DownloadConfig | None = None,
    ) -> None:
        """Write the shards, count them right, and leave nothing else.

        After a Beam pipeline tensorflow-datasets sorts the shards' lengths by their numbers as
        strings, "10" before "2", and so mistakes a shorter last one; and leaves its notes.
        """
        super()._download_and_prepare(dl_manager, download_config)
        for notes in Path(self.data_dir).glob("*.shard_infos.json"):
            notes.unlink()
        shards = plan_shards(self.chunks())
        counted = {
            split: dataclasses.replace(info, shard_lengths=[count(c) for c in shards[split]])
            for split, info in self.info.splits.items()
        }
        self.info.set_splits(tfds.core.SplitDict(list(counted.values())))

    def _example_writer(self) -> OrderedWriter:
        return OrderedWriter(self.info.file_format)

    def _post_download_and_prepare_hook(self) -> None:
        self.remove_chunks()

    def remove_chunks(self) -> None:
        """Remove the rendered chunks, whole or unfinished."""
        shutil.rmtree(self._chunk_folder, ignore_errors=True)


@dataclasses.dataclass(frozen=True)
class Shard:
    """The examples of one file, rendered where they are not there yet, on whatever machine.

    Attributes:
      renderer: what renders a chunk.
      chunks: the file's, in order.
    """

    renderer: ChunkRenderer
    chunks: tuple[Chunk, ...]

    def __call__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The examples with their keys, as tensorflow-datasets wants them."""
        for record in self.renderer.records(self.chunks):
            encoded = io.BytesIO(record["image"])  # an array would need TensorFlow
            yield int(record["index"]), {**record, "image": encoded}


class OrderedWriter(ExampleWriter):
    """Writes the fields of a record in order; protobuf would shuffle them anew in each process."""

    def write(self, path: Any, examples: Iterable[tuple[int, bytes]]) -> Any:
        """Write records to a file."""
        return super().write(path, ((key, _ordered(record)) for key, record in examples))


def _ordered(record: bytes) -> bytes:
    return tf_example_pb2.Example.FromString(record).SerializeToString(deterministic=True)


def factor_names(render: Render) -> list[str]:
    """What scenes tell of themselves, the same at every level; nothing is rendered for it."""
    keys = jax.eval_shape(lambda: jax.random.split(jax.random.key(0), 1))
    pairs = jax.eval_shape(lambda keys: render(keys, UNGRADED), keys)
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
