from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage import data

from e2far_jax.reconstruction.reconstructor import Reconstructor
from e2far_jax.studies.expressions import measure_signs
from e2far_jax.studies.signs import FolderSigns, measure_pictures, signs_table
from tests.reconstruction.conftest import MeanColourNetwork, dome


@pytest.fixture
def reconstructor() -> Reconstructor:
    return Reconstructor(MeanColourNetwork(dome()))


@pytest.fixture
def paths(tmp_path) -> list[str]:
    """A face, a face cut closely, a small one, a picture without one, and no picture."""
    face = data.astronaut()
    pictures = {
        "a": face,
        "b": face[60:190, 160:290],
        "c": face[60:190:2, 160:290:2],
        "d": face[:99],
    }
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    (tmp_path / "e.png").write_bytes(b"nothing")
    return [str(tmp_path / f"{name}.png") for name in "abcde"]


def test_every_face_is_measured_as_it_is_reconstructed(reconstructor, paths):
    signs = measure_pictures(reconstructor, [paths[0], *paths[3:]])
    (face,) = reconstructor(paths[0])
    expected = measure_signs(face.model, face.expression, face.vertices)
    assert list(signs.measured) == paths[:1]
    assert signs.measured[paths[0]] == pytest.approx(expected, abs=1e-5)
    assert signs.left_out[paths[3]] == f"{paths[3]}: no face was found"
    assert list(signs.left_out) == [paths[4], paths[3]]  # the unreadable one as it is read


def test_margins_are_the_border_repeated(reconstructor, paths):
    around = np.pad(data.astronaut()[60:190, 160:290], [(26, 26), (26, 26), (0, 0)], mode="edge")
    (face,) = reconstructor(around)
    signs = measure_pictures(reconstructor, paths[1:3], margin=0.2, least_side=100)
    expected = measure_signs(face.model, face.expression, face.vertices)
    assert signs.measured[paths[1]] == pytest.approx(expected, abs=1e-5)
    assert signs.left_out == {paths[2]: f"{paths[2]}: a side of less than 100 pixels"}


@pytest.mark.parametrize(
    ("first", "message"),
    [("d", "no face was found"), ("e", "not a picture"), ("f", "no such file")],
)
def test_no_face_at_all_is_an_error(reconstructor, paths, first, message):
    named = next((path for path in paths if path.endswith(f"{first}.png")), f"{first}.png")
    with pytest.raises(
        ValueError, match=rf"no face in 1 picture\(s\); .*{first}\.png: .*{message}"
    ):
        measure_pictures(reconstructor, [named])


def test_shares_are_of_the_faces_above_the_threshold():
    smiles = {str(smile): {"smile": smile, "open mouth": 0.0, "closed eyes": 1.0}
              for smile in (0.0, 0.2, 0.29, 0.31)}  # fmt: skip
    left_out = {"x": "x: no face was found", "y": "y: damaged"}
    *_, smiling = signs_table({"smiling": FolderSigns(smiles, left_out)}).splitlines()
    assert smiling.startswith("| smiling | 4 | 2 | 25.00 [")
    assert smiling.endswith(" | 0.00 [0.00, 0.00] | 100.00 [100.00, 100.00] |")
