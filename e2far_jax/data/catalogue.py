"""300W-LP as TensorFlow Datasets has it (`the300w_lp`), read without TensorFlow.

    tfds build the300w_lp --file_format=array_record     once, where TensorFlow is installed

    builder = tfds.builder_from_directory(".../the300w_lp/1.0.0")
    faces = open_w300lp(builder)
    faces[0].picture, faces[0].landmarks(), faces[0].camera(450)

Only array_record files can be read one by one; the catalogue's own choice, TFRecord, is refused.
There are no mirrored pictures in it, nor the pictures' names: theirs here are their numbers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow_datasets.public_api as tfds
from jaxtyping import Float, UInt8

from e2far_jax.data.errors import DataError
from e2far_jax.data_sets.posed_faces import EXPRESSION, POSE, SHAPE, PosedFace, from_matlab_pixels

_IMAGE, _POINTS = "image", "landmarks_origin"
_VALUES = {POSE: "pose_params", SHAPE: "shape_params", EXPRESSION: "exp_params"}

# The catalogue divides points by the side of 300W-LP's pictures.
_SIDE = 450.0


@dataclasses.dataclass(frozen=True, eq=False)
class CatalogueFace(PosedFace):
    """A picture with its annotation.

    Attributes:
      name: the split and the number in it, from 0.
      example: as the catalogue decodes it.
    """

    name: str
    example: dict[str, Any]

    @property
    def picture(self) -> UInt8[np.ndarray, "H W 3"]:
        """RGB levels, 0 to 255."""
        return self.example[_IMAGE]

    def landmarks(self) -> Float[np.ndarray, "68 2"]:
        """The points of `pt2d`, pixels; (0, 0) is the top left corner of the top left pixel."""
        return from_matlab_pixels(self.example[_POINTS].astype(np.float64) * _SIDE)

    def values(self, name: str) -> Float[np.ndarray, "V"]:
        """The numbers of POSE, SHAPE or EXPRESSION."""
        return self.example[_VALUES[name]].astype(np.float64)


class CatalogueFaces:
    """The pictures of a split, each decoded when it is asked for.

    Args:
      source: decodes examples, dictionaries, when it is asked for them.
      label: of the data set, for messages.
      split: of it.
    """

    def __init__(self, source: Sequence[Any], label: str, split: str) -> None:
        self._source, self._label, self._split = source, label, split

    def __len__(self) -> int:
        return len(self._source)

    def __getitem__(self, index: int) -> CatalogueFace:
        if not 0 <= index < len(self):
            raise IndexError(f"there is no picture {index}; there are {len(self)}")
        try:
            example = self._source[index]
        except Exception as error:  # array_record, protobuf and image decoders raise all sorts
            reason = str(error).strip().split("\n")[0] or type(error).__name__
            raise DataError(
                f"{self._label}: example {index} of {self._split} can't be read: {reason}"
            ) from error
        return CatalogueFace(f"{self._split}/{index:05d}", example)


def open_w300lp(builder: tfds.core.DatasetBuilder, split: str = "train") -> CatalogueFaces:
    """The pictures of a prepared data set.

    Args:
      builder: of `the300w_lp`, prepared as array_record files.
      split: the catalogue has "train" alone.
    Raises:
      DataError: where it is not prepared, prepared as other files, or another data set.
      ValueError: for an unknown split.
    """
    label = str(builder.data_dir)
    if not builder.info.splits:
        raise DataError(f"{label}: is not prepared; see `tfds build the300w_lp --help`")
    lacking = {_IMAGE, _POINTS, *_VALUES.values()} - {*builder.info.features}
    if lacking:
        raise DataError(f"{label}: lacks {', '.join(sorted(lacking))}; expected the300w_lp")
    if split not in builder.info.splits:
        raise ValueError(f"there is no split {split!r}; there are {', '.join(builder.info.splits)}")
    try:
        source = builder.as_data_source(split)
    except NotImplementedError:
        raise DataError(
            f"{label}: holds {builder.info.file_format.value} files; prepare it once more, in "
            "another folder, with --file_format=array_record"
        ) from None
    return CatalogueFaces(source, label, split)
