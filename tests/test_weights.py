from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax import weights
from e2far_jax.models import E2FAR
from e2far_jax.morphable.model import MorphableModel
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


def test_an_even_face_model_makes_the_network_look_at_mirror_images(
    tmp_path: Path, variables: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    face_model, flip = symmetric_model(), np.float32([-1.0, 1.0, 1.0])
    monkeypatch.setattr(weights, "load_face_model", lambda settings: face_model)
    save_weights(tmp_path, variables, TINY_NETWORK, FaceModelSettings(), "even", "float16")
    network = load_weights(tmp_path)
    np.testing.assert_allclose(network.mirror.identity, np.diag([1, -1, 1, -1, 1]), atol=1e-6)
    images = jax.random.uniform(jax.random.key(1), (2, 32, 32, 3))
    found, other = network.predict(images), network.predict(images[:, :, ::-1])
    np.testing.assert_allclose(found.identity, other.identity @ network.mirror.identity, atol=1e-5)
    turned = flip[:, None] * other.camera.rotation * flip
    np.testing.assert_allclose(found.camera.rotation, turned, atol=1e-5)
    alone = dataclasses.replace(network, mirror=None)
    assert not np.allclose(alone.predict(images).identity, found.identity, atol=1e-3)
    assert alone.fingerprint != network.fingerprint


def symmetric_model() -> MorphableModel:
    """The random model's first vertices and their mirror images; odd modes change sign."""
    model = random_model()
    flip, sign = np.float32([-1.0, 1.0, 1.0]), np.float32([1.0, -1.0, 1.0, -1.0, 1.0])

    def both_halves(basis: np.ndarray) -> jax.Array:
        other = flip[:, None] * basis * sign[: basis.shape[-1]]
        return jnp.asarray(np.concatenate([basis, other]))

    half = len(model.mean) // 2
    right = np.asarray(model.mean[:half]) + np.float32([200.0, 0.0, 0.0])
    return dataclasses.replace(
        model,
        mean=jnp.asarray(np.concatenate([right, flip * right])),
        identity_basis=both_halves(np.asarray(model.identity_basis[:half])),
        expression_basis=both_halves(np.asarray(model.expression_basis[:half])),
    )


@pytest.mark.parametrize("kind", ["identity", "expression"])
def test_a_damaged_mirror_is_refused(folder: Path, kind: str) -> None:
    with np.load(folder / "weights.npz") as file:
        arrays = dict(file)
    assert not any(name.startswith("mirror/") for name in arrays)  # the random model is uneven
    whole = {"mirror/identity": np.eye(5), "mirror/expression": np.eye(4)}
    for damaged in (np.eye(3), np.full((5, 5), np.nan), None):
        mirror = {**whole, f"mirror/{kind}": damaged}
        mirror = {name: matrix for name, matrix in mirror.items() if matrix is not None}
        np.savez(folder / "weights.npz", **arrays, **mirror)
        with pytest.raises(WeightsError, match=f"mirror/{kind} is damaged; expected"):
            load_weights(folder)
    np.savez(folder / "weights.npz", **arrays, **whole)
    assert load_weights(folder).mirror is not None


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
        patch.setattr(np, "savez_compressed", full)
        with pytest.raises(OSError, match="no space"):
            save_weights(folder, variables, TINY_NETWORK, FaceModelSettings(), "another")
    assert (folder / "weights.npz").read_bytes() == before
    assert load_weights(folder).description == "a test"
