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
    assert signs.left_out == tuple(paths[3:])


def test_margins_are_the_border_repeated(reconstructor, paths):
    around = np.pad(data.astronaut()[60:190, 160:290], [(26, 26), (26, 26), (0, 0)], mode="edge")
    (face,) = reconstructor(around)
    signs = measure_pictures(reconstructor, paths[1:3], margin=0.2, least_side=100)
    expected = measure_signs(face.model, face.expression, face.vertices)
    assert signs.measured[paths[1]] == pytest.approx(expected, abs=1e-5)
    assert signs.left_out == (paths[2],)


def test_shares_are_of_the_faces_above_the_threshold():
    smiles = {str(smile): {"smile": smile, "open mouth": 0.0, "closed eyes": 1.0}
              for smile in (0.0, 0.2, 0.29, 0.31)}  # fmt: skip
    folders = {"smiling": FolderSigns(smiles, ("x", "y")), "empty": FolderSigns({}, ("z",))}
    *_, smiling, empty = signs_table(folders).splitlines()
    assert smiling.startswith("| smiling | 4 | 2 | 25.00 [")
    assert smiling.endswith(" | 0.00 [0.00, 0.00] | 100.00 [100.00, 100.00] |")
    assert empty == "| empty | 0 | 1 | - | - | - |"
