from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import jax
import numpy as np
import onnxruntime

from e2far_jax.exporting import parity
from e2far_jax.exporting.onnx_program import onnx_function
from e2far_jax.exporting.stablehlo import stablehlo_function
from e2far_jax.morphable.formats.npz import read_npz, write_npz
from e2far_jax.weights import load_weights, save_weights
from tests.exporting.networks import random_variables
from tests.random_faces import TINY_NETWORK
from tests.reconstruction.conftest import dome

FILES = ["network.onnx", "network.onnx.json", "network.onnx.morphable_model.npz"]


def test_folder_has_a_network_that_is_as_described(exported: Path) -> None:
    assert sorted(path.name for path in exported.iterdir()) == FILES
    session = onnxruntime.InferenceSession(exported / "network.onnx")
    described = json.loads((exported / "network.onnx.json").read_text())
    found = {output.name: output.shape for output in session.get_outputs()}
    assert {output["name"]: output["shape"] for output in described["outputs"]} == found
    assert [output["name"] for output in described["outputs"]] == list(found)
    (pictures,) = session.get_inputs()
    assert described["input"]["shape"] == pictures.shape
    assert described["input"]["name"] == pictures.name


def test_stablehlo_beside_onnx(weights: Path, exported: Path, tmp_path: Path, run) -> None:
    folder = shutil.copytree(exported, tmp_path / "both")
    status, printed = run(weights, "--format=stablehlo", "--out", folder)
    assert status == 0
    assert "largest difference" in printed
    assert f"{folder}/network.stablehlo (" in printed
    more = [name.replace("onnx", "stablehlo") for name in FILES]
    assert sorted(path.name for path in folder.iterdir()) == [*FILES, *more]
    described = json.loads((folder / "network.stablehlo.json").read_text())
    assert described["morphable_model"]["file"] == "network.stablehlo.morphable_model.npz"
    images = parity.random_pictures(np.random.default_rng(3), 2, 32)
    onnx = onnx_function((folder / "network.onnx").read_bytes())(images)
    found = stablehlo_function((folder / "network.stablehlo").read_bytes())(images)
    for name, value in found.items():
        np.testing.assert_allclose(onnx[name], value, atol=1e-4, rtol=1e-4)


def test_description_says_what_the_network_is(weights: Path, exported: Path) -> None:
    described = json.loads((exported / "network.onnx.json").read_text())
    network = load_weights(weights)
    assert described["weights"] == "random numbers"
    assert described["morphable_model"]["name"] == "dome"
    assert described["morphable_model"]["settings"]["spec"] == network.face_model_settings.spec
    assert described["crop"]["size"] == 32
    assert described["outputs"][1]["coefficients"] == ["jawOpen", "smile", "blink", "browUp"]
    assert "clipped to 0..1" in described["outputs"][1]["unit"]
    assert described["compared_with_jax"]["bound"] == parity.BOUND
    differences = described["compared_with_jax"]["largest_differences"]
    assert set(differences) == {output["name"] for output in described["outputs"]}
    assert max(differences.values()) <= parity.BOUND


def test_morphable_model_is_plain_arrays(weights: Path, exported: Path) -> None:
    model = load_weights(weights).face_model
    described = json.loads((exported / "network.onnx.json").read_text())
    path = exported / described["morphable_model"]["file"]
    with np.load(path, allow_pickle=False) as arrays:
        for name in ("mean", "identity_basis", "expression_basis", "triangles"):
            np.testing.assert_array_equal(arrays[name], getattr(model, name))
        corners = np.asarray(model.mean)[arrays["landmarks"]]
        landmarks = (arrays["landmark_weights"][..., None] * corners).sum(axis=1)
    np.testing.assert_allclose(landmarks, model.landmarks.on(model.mean), atol=1e-4)
    assert read_npz(path).name == "dome"


def test_another_place_of_the_morphable_model(weights: Path, tmp_path: Path, run) -> None:
    moved = tmp_path / "elsewhere.npz"
    moved.write_bytes((weights.parent / "dome.npz").read_bytes())
    status, _ = run(weights, "--format=onnx", "--out", tmp_path / "a", f"--model={moved}")
    assert status == 0
    changed = dataclasses.replace(dome(), mean=dome().mean * 1.1)
    write_npz(moved, changed)
    status, message = run(weights, "--format=onnx", "--out", tmp_path / "b", f"--model={moved}")
    assert status == 2
    assert "another morphable model" in message


def test_another_function_is_not_written(
    weights: Path, exported: Path, tmp_path: Path, run, monkeypatch
) -> None:
    folder = shutil.copytree(exported, tmp_path / "old")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    smallest = np.array(4.0, np.float32)
    monkeypatch.setattr("e2far_jax.exporting.onnx_camera.SMALLEST_SQUARE", smallest)
    status, message = run(weights, "--format=onnx", "--out", folder)
    assert status == 1
    assert "rotation differs by" in message
    assert len(message.splitlines()) == 1
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_mistakes_are_one_line(weights: Path, tmp_path: Path, run) -> None:
    (tmp_path / "file").write_text("")
    run("nobody", "--format=onnx", f"--out={tmp_path / 'new'}")
    assert not (tmp_path / "new").exists()
    (tmp_path / "empty").mkdir()
    out = f"--out={tmp_path / 'out'}"
    for arguments, expected in (
        (("nobody", "--format=onnx", out), "nobody: neither a weights folder nor one of default"),
        ((weights, "--format=tflite", out), "--format=tflite: the choices are onnx, stablehlo"),
        ((weights, "--format=onnx", f"--out={tmp_path / 'file'}"), "cannot make this folder"),
        ((tmp_path / "empty", "--format=onnx", out), "no weights here"),
        (("ict", "--format=onnx", out), "e2far model get ict"),
    ):
        status, message = run(*arguments)
        assert status == 2
        assert expected in message
        assert len(message.splitlines()) == 1


def test_damaged_weights(weights: Path, tmp_path: Path, run) -> None:
    for name in ("weights.json", "weights.npz"):
        (tmp_path / name).write_bytes((weights / name).read_bytes())
    (tmp_path / "weights.npz").write_bytes(b"PK" + bytes(100))
    status, message = run(tmp_path, "--format=onnx", "--out", tmp_path / "out")
    assert status == 2
    assert "weights.npz: missing or damaged" in message


def test_weights_without_a_camera(weights: Path, tmp_path: Path, run) -> None:
    settings = dataclasses.replace(TINY_NETWORK, camera=False)
    face_model = load_weights(weights).face_model_settings
    save_weights(tmp_path, random_variables(settings), settings, face_model, "no camera")
    status, message = run(tmp_path, "--format=stablehlo", "--out", tmp_path / "out")
    assert status == 2
    assert "no camera head" in message


def test_more_than_a_file_holds(weights: Path, tmp_path: Path, run, monkeypatch) -> None:
    size = sum(leaf.nbytes for leaf in jax.tree.leaves(load_weights(weights).variables))
    monkeypatch.setattr("e2far_jax.exporting.command.LARGEST", size - 1)
    status, message = run(weights, "--format=onnx", "--out", tmp_path / "out")
    assert status == 2
    assert "2 GiB" in message


def test_a_full_disk(weights: Path, exported: Path, tmp_path: Path, run, monkeypatch) -> None:
    """What an older description says may no longer be so: it is gone."""
    folder = shutil.copytree(exported, tmp_path / "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("e2far_jax.exporting.command.write_npz", full)
    status, message = run(weights, "--format=onnx", "--out", folder)
    assert status == 2
    assert message == f"cannot write to {folder}: No space left on device"
    assert not (folder / "network.onnx.json").exists()
