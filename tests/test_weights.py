from __future__ import annotations

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax import weights
from e2far_jax.models import E2FAR
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.weights import WeightsError, load_weights, save_weights
from tests.random_faces import TINY_NETWORK, random_model


@pytest.fixture
def variables() -> dict:
    initial = E2FAR(TINY_NETWORK).init(jax.random.key(0), jnp.zeros((1, 32, 32, 3)))
    return jax.tree.map(lambda leaf: leaf + 0.01, initial)


@pytest.fixture
def folder(tmp_path: Path, variables: dict, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(weights, "load_face_model", lambda settings: random_model())
    save_weights(tmp_path / "weights", variables, TINY_NETWORK, FaceModelSettings(), "a test")
    return tmp_path / "weights"


def test_weights_come_back_and_predict_the_same(folder: Path, variables: dict) -> None:
    network = load_weights(folder)
    images = jax.random.uniform(jax.random.key(1), (2, 32, 32, 3))
    expected, found = E2FAR(TINY_NETWORK).apply(variables, images), network.predict(images)
    for a, b in zip(jax.tree.leaves(expected), jax.tree.leaves(found), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    assert network.image_size == 32
    assert network.face_model.name == "random"
    assert network.description == "a test"
    assert sorted(path.name for path in folder.iterdir()) == ["weights.json", "weights.npz"]


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nowhere: no weights here"):
        load_weights(tmp_path / "nowhere")


@pytest.mark.parametrize("size", [0, 10, 500, 3000])
def test_truncated_arrays_are_refused(folder: Path, size: int) -> None:
    path = folder / "weights.npz"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(WeightsError, match=r"weights\.npz: missing or damaged"):
        load_weights(folder)


def test_damaged_card_is_refused(folder: Path) -> None:
    card = json.loads((folder / "weights.json").read_text())
    for text, message in (
        ("{", "damaged"),
        ("[]", "missing"),
        (json.dumps({**card, "network": {"backbone": "other"}}), "backbone is 'other'"),
        (json.dumps({**card, "network": None}), "the settings is None"),
        (json.dumps({**card, "network": {"image_size": 0}}), "image_size is 0"),
        (
            json.dumps({**card, "network": {"fusion_taps": ["pool9"]}}),
            r"fusion_taps is \('pool9',\)",
        ),
        (json.dumps({**card, "probe": [[1], [2, 3]]}), r"weights\.json: damaged"),
        (json.dumps({key: card[key] for key in card if key != "probe"}), "probe missing"),
    ):
        (folder / "weights.json").write_text(text)
        with pytest.raises(WeightsError, match=message):
            load_weights(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda arrays, name: arrays.pop(name), "is missing"),
        (lambda arrays, name: arrays.update(extra=arrays[name]), "extra is unknown"),
        (lambda arrays, name: arrays.update({name: arrays[name][:1]}), "has the shape"),
        (lambda arrays, name: arrays.update({name: arrays[name] * np.nan}), "not finite"),
    ],
)
def test_parameters_that_do_not_fit_are_named(folder: Path, change, message: str) -> None:
    with np.load(folder / "weights.npz") as file:
        arrays = dict(file)
    change(arrays, "params/backbone/conv2_1/kernel")
    np.savez(folder / "weights.npz", **arrays)
    with pytest.raises(WeightsError, match=message):
        load_weights(folder)


def test_another_morphable_model_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "load_face_model", lambda settings: random_model(91))
    with pytest.raises(WeightsError, match="another morphable model"):
        load_weights(folder)


def test_failed_save_leaves_the_old_weights(
    folder: Path, variables: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / "weights.npz").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", full)
        with pytest.raises(OSError, match="no space"):
            save_weights(folder, variables, TINY_NETWORK, FaceModelSettings(), "another")
    assert (folder / "weights.npz").read_bytes() == before
    assert load_weights(folder).description == "a test"
