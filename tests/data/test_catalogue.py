"""300W-LP out of TensorFlow Datasets' catalogue, in a data set of the same features."""

import io
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets.public_api as tfds
from PIL import Image

from e2far_jax.data.catalogue import open_w300lp
from e2far_jax.data.errors import DataError
from e2far_jax.data_sets.w300lp import read_w300lp
from e2far_jax.morphable.formats.bfm2009 import Deviations
from tests.data_sets.trees import posed_values, write_posed

COUNT = 3
_LENGTHS = {"roi": 4, "illum_params": 10, "color_params": 7, "tex_params": 199}
_LENGTHS |= {"shape_params": 199, "exp_params": 29, "pose_params": 7}
_POINTS = ("landmarks_origin", "landmarks_2d", "landmarks_3d")


def features(without: str = "") -> tfds.features.FeaturesDict:
    """Those of the300w_lp, as its page in the catalogue lists them."""
    tensors = dict.fromkeys(_POINTS, (68, 2))
    tensors |= {name: (length,) for name, length in _LENGTHS.items()}
    return tfds.features.FeaturesDict(
        {"image": tfds.features.Image(shape=(450, 450, 3), encoding_format="jpeg")}
        | {
            name: tfds.features.Tensor(shape=shape, dtype=np.float32)
            for name, shape in tensors.items()
            if name != without
        }
    )


def example(number: int) -> dict:
    """What the catalogue makes of a MATLAB file: points are divided by 450."""
    values = posed_values(number)
    flat = {name: np.zeros(length, np.float32) for name, length in _LENGTHS.items()}
    for name, key in [
        ("pose_params", "Pose_Para"),
        ("shape_params", "Shape_Para"),
        ("exp_params", "Exp_Para"),
    ]:
        flat[name] = values[key].ravel().astype(np.float32)
    encoded = io.BytesIO()
    Image.new("RGB", (450, 450), (10 * number, 100, 200)).save(encoded, "JPEG", quality=95)
    points = (values["pt2d"].T / 450.0).astype(np.float32)
    return {
        "image": encoded.getvalue(),
        "landmarks_origin": points,
        "landmarks_2d": points + 0.25,
        "landmarks_3d": points + 0.5,
        **flat,
    }


class The300wLpAlike(tfds.core.GeneratorBasedBuilder):
    """Keeps examples in the order of their numbers."""

    VERSION = tfds.core.Version("1.0.0")
    url_infos = None  # nothing is downloaded
    without = ""

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self, features=features(self.without), disable_shuffling=True
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for number in range(COUNT):
            values = example(number)
            values.pop(self.without, None)
            values["image"] = io.BytesIO(values["image"])
            yield number, values


class Lacking(The300wLpAlike):
    """Another data set."""

    without = "exp_params"


def prepared(folder, kind=The300wLpAlike) -> tfds.core.DatasetBuilder:
    """The data set as array_record files, opened from its folder as a user does."""
    builder = kind(data_dir=str(folder), file_format="array_record")
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(try_download_gcs=False)
    )
    return tfds.builder_from_directory(builder.data_dir)


def test_faces_are_those_of_the_files(tmp_path):
    """Against the same pictures' MATLAB files, which scipy writes."""
    faces = open_w300lp(prepared(tmp_path / "catalogue"))
    files = read_w300lp(write_posed(tmp_path / "files", "abc"))
    assert len(faces) == COUNT
    deviations = Deviations(np.full(199, 2e5, np.float32), np.full(29, 0.5, np.float32))
    for number, (face, file) in enumerate(zip(faces, files, strict=True)):
        assert face.name == f"train/{number:05d}"
        assert face.picture.shape == (450, 450, 3)
        np.testing.assert_allclose(face.picture[200, 200], [10 * number, 100, 200], atol=3)
        np.testing.assert_allclose(face.landmarks(), file.landmarks(), atol=1e-3)
        np.testing.assert_allclose(face.pose, file.pose, rtol=1e-6)
        camera, expected = face.camera(450), file.camera(450)
        np.testing.assert_allclose(camera.translation, expected.translation, rtol=1e-6)
        np.testing.assert_allclose(camera.rotation, expected.rotation, atol=1e-6)
        for found, wanted in zip(
            face.coefficients(deviations), file.coefficients(deviations), strict=True
        ):
            np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_there_is_no_face_before_the_first_or_after_the_last(tmp_path):
    faces = open_w300lp(prepared(tmp_path))
    for number in (COUNT, -1):
        with pytest.raises(IndexError, match=f"there is no picture {number}; there are 3"):
            faces[number]


def test_what_is_no_such_data_set(tmp_path):
    builder = The300wLpAlike(data_dir=str(tmp_path / "none"), file_format="array_record")
    with pytest.raises(DataError, match="is not prepared"):
        open_w300lp(builder)
    with pytest.raises(DataError, match="lacks exp_params; expected the300w_lp"):
        open_w300lp(prepared(tmp_path / "lacking", Lacking))
    with pytest.raises(ValueError, match="no split 'test'; there are train"):
        open_w300lp(prepared(tmp_path / "faces"), "test")


def test_files_that_only_tensorflow_reads_are_refused(tmp_path):
    builder = prepared(tmp_path)
    info = Path(builder.data_dir) / "dataset_info.json"
    info.write_text(info.read_text().replace('"array_record"', '"tfrecord"'))
    with pytest.raises(DataError, match="holds tfrecord files; prepare it once more"):
        open_w300lp(tfds.builder_from_directory(builder.data_dir))


def test_damaged_files_are_named(tmp_path):
    builder = prepared(tmp_path)
    (file,) = Path(builder.data_dir).glob("*.array_record*")
    content = bytearray(file.read_bytes())
    content[64 : len(content) // 2] = bytes(len(content) // 2 - 64)
    file.write_bytes(bytes(content))
    faces = open_w300lp(builder)
    with pytest.raises(DataError, match=r"1\.0\.0: example 0 of train can't be read: "):
        faces[0]


def test_the_catalogues_own_builder_has_these_features():
    """Its description needs no TensorFlow; only preparing it does."""
    from tensorflow_datasets.datasets.the300w_lp.the300w_lp_dataset_builder import Builder

    published = Builder(data_dir="/nowhere", file_format="array_record").info.features
    assert {name: published[name].shape for name in published} == {
        name: feature.shape for name, feature in features().items()
    }
