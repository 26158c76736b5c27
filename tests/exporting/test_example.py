"""The example without JAX gives the faces that the package gives."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from e2far_jax.reconstruction.faces import reconstruct_faces
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.weights import load_weights
from tests.outputs.read_back import read_obj

EXAMPLE = Path(__file__).parents[2] / "experiments" / "onnx_example.py"


def test_example_needs_three_packages() -> None:
    tree = ast.parse(EXAMPLE.read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    modules = {alias.name for node in imports for alias in node.names}
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules - sys.stdlib_module_names == {"numpy", "onnxruntime", "PIL"}


@pytest.mark.parametrize("box", [(60, 40, 150, 150), (-20, 100, 70, 230), (100, 80, 112, 95)])
def test_example_gives_our_faces(weights: Path, exported: Path, tmp_path: Path, box: tuple) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 240, 3))
    picture = tmp_path / "picture.png"
    Image.fromarray(np.uint8(noise)).save(picture)
    arguments = [exported, picture, *box, tmp_path / "face.obj"]
    command = [sys.executable, str(EXAMPLE), *map(str, arguments)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    (face,) = reconstruct_faces(load_weights(weights), read_photograph(picture), np.float64([box]))
    vertices, _, triangles = read_obj(tmp_path / "face.obj")
    np.testing.assert_allclose(vertices, face.vertices, atol=3e-4)
    np.testing.assert_array_equal(np.int32(triangles) - 1, face.model.triangles)
    found = np.array(printed.splitlines()[0].partition(":")[2].split(), float)
    ends = [*face.landmarks_2d.min(axis=0), *face.landmarks_2d.max(axis=0)]
    np.testing.assert_allclose(found, ends, atol=0.6)
    name, weight = printed.splitlines()[1].split()
    assert face.expression_weights[name] == pytest.approx(float(weight), abs=0.006)
