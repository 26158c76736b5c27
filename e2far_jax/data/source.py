"""Random access to the examples of a stored split."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from array_record.python.array_record_data_source import ArrayRecordDataSource
from jaxtyping import UInt8
from tensorflow_datasets.proto import tf_example_pb2

from e2far_jax.data.errors import DataError
from e2far_jax.data.synthetic_faces.synthetic_faces_dataset_builder import Builder

Example = dict[str, Any]
_NUMBERS = ("index", "level")


class FaceSource:
    """A sequence of examples; whatever can't be read is named by its file.

    An example is a dictionary of arrays with the fields of the data set, the image as levels 0 to
    255. The fields are taken from a record here, ten times as fast as by their descriptions; the
    many factors take their time even so, and are left out where nobody asks for them. Other
    processes can be given it; they open the files anew.
    """

    def __init__(self, builder: Builder, split: str, with_factors: bool = False):
        files = builder.info.splits[split].file_instructions
        self._records = ArrayRecordDataSource(files)
        self._files = [file.filename for file in files]
        self._ends = np.cumsum([file.take for file in files])
        features = builder.info.features
        self._factors = list(features["factors"]) if with_factors else None
        self._image_shape = features["image"].shape
        others = [name for name in features if name not in ("image", "factors", *_NUMBERS)]
        self._shapes = {name: features[name].shape for name in others}

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: int) -> Example:
        if not 0 <= index < len(self):
            raise IndexError(f"there is no example {index}; there are {len(self)}")
        try:
            return self._decode(self._records[index])
        except Exception as error:  # array_record, protobuf and OpenCV raise all sorts
            file = self._files[np.searchsorted(self._ends, index, side="right")]
            reason = str(error).strip().split("\n")[0] or type(error).__name__
            raise DataError(f"{file}: example {index} can't be read: {reason}") from error

    def __repr__(self) -> str:
        return f"FaceSource({self._files[0]}, {len(self)} examples)"

    def encoded_image(self, index: int) -> bytes:
        """The image file of an example."""
        return _fields(self._records[index])["image"].bytes_list.value[0]

    def _decode(self, record: bytes) -> Example:
        fields = _fields(record)
        example: Example = {
            name: np.array(fields[name].float_list.value, np.float32).reshape(shape)
            for name, shape in self._shapes.items()
        }
        example |= {name: fields[name].int64_list.value[0] for name in _NUMBERS}
        if self._factors is not None:
            example["factors"] = {
                name: np.float32(fields[f"factors/{name}"].float_list.value[0])
                for name in self._factors
            }
        image = decode_image(fields["image"].bytes_list.value[0])
        if image.shape != self._image_shape:
            raise ValueError(f"its image is {image.shape}, not {self._image_shape}")
        return {**example, "image": image}


def _fields(record: bytes) -> Any:
    return tf_example_pb2.Example.FromString(record).features.feature


def decode_image(encoded: bytes) -> UInt8[np.ndarray, "H W 3"]:
    """The RGB levels, 0 to 255, of an image file's bytes.

    Raises:
      ValueError: where the bytes are no image.
    """
    buffer = np.frombuffer(encoded, np.uint8)
    image = cv2.imdecode(buffer, cv2.IMREAD_COLOR_RGB) if len(buffer) else None
    if image is None:
        raise ValueError("its image is damaged")
    return image


def open_split(builder: Builder, split: str, with_factors: bool = False) -> FaceSource:
    """The examples of one split.

    Args:
      builder: of a complete data set, as `generate` returns it.
      split: "train", "validation" or "test".
      with_factors: read what was drawn, too: `factors`, a dictionary of numbers.
    Raises:
      ValueError: for an unknown split.
    """
    if split not in builder.info.splits:
        raise ValueError(f"there is no split {split!r}; there are {', '.join(builder.info.splits)}")
    return FaceSource(builder, split, with_factors)
