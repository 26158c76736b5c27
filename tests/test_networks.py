"""The networks that come with the package."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from e2far_jax.data.generate import generate
from e2far_jax.data.settings import DataSettings
from e2far_jax.data.source import open_split
from e2far_jax.evaluation.evaluate import evaluate_split
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.morphable.stored import stored_ict
from e2far_jax.networks import (
    network_for,
    shipped_network,
    shipped_networks,
    weights_folder,
)
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.weights import load_weights

MOST_BYTES = 10 * 2**20
DRAWN_AT = 112  # pixels, as in experiments/configs/compact.py


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no network .huge. comes .* choices are .*default"):
        shipped_network("huge")


def test_weights_are_named_or_a_folder(tmp_path: Path) -> None:
    assert weights_folder("default") == shipped_network("default")
    assert weights_folder(str(tmp_path)) == tmp_path
    with pytest.raises(ValueError, match=r"huge: neither a weights folder nor one of default"):
        weights_folder("huge")


def test_a_model_has_its_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("E2FAR_DATA", str(tmp_path))
    assert network_for() == shipped_network("default")
    stored_ict().parent.mkdir(parents=True)
    stored_ict().touch()
    assert network_for() == shipped_network("ict")
    assert network_for("ict:/elsewhere") == network_for("ict") == shipped_network("ict")
    assert network_for("default") == shipped_network("default")
    with pytest.raises(ValueError, match="no network 'sfm' comes with the package"):
        network_for("sfm:file.bin")


@pytest.mark.parametrize("name", shipped_networks())
def test_a_network_is_small_and_comes_with_its_card(name: str) -> None:
    folder = shipped_network(name)
    assert (folder / "weights.npz").stat().st_size <= MOST_BYTES
    with np.load(folder / "weights.npz") as file:
        parameters = [array for array in file.files if array.startswith("params/")]
        assert {file[array].dtype for array in parameters} == {np.dtype(np.float16)}
    card = (folder / "README.md").read_text()
    for words in ("Intended use", "No photograph was", "Limits", "Again", "mean face"):
        assert words in card


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_networks())
def test_a_network_is_as_good_as_its_card_says(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """On 256 new pictures, a quarter of each level."""
    spec = "default"
    if name == "ict":
        spec = f"ict:{request.getfixturevalue('real_data') / 'ict_facekit' / 'ict_facekit.tar.xz'}"
    figures = json.loads((shipped_network(name) / "figures.json").read_text())
    network = load_weights(shipped_network(name), spec)
    data_set = generate(
        DataSettings(train_examples=1, validation_examples=1, test_examples=256, seed=77),
        SceneConfig(image_size=DRAWN_AT),
        FaceModelSettings(spec, identity_size=network.face_model.identity_size),
        tmp_path,
    )
    found = evaluate_split(network, open_split(data_set, "test")).to_dict()
    for level in ("0", "3"):
        for kind in ("neutral", "expressive"):
            error, stated = (
                source["levels"][level]["shape_rmse_mm"]["errors"]["E2FAR"][kind]["mean"]
                for source in (found, figures)
            )
            assert error == pytest.approx(stated, rel=0.1)  # of 64 pictures
    assert found["rotation_degrees"] == pytest.approx(figures["rotation_degrees"], rel=0.25)
