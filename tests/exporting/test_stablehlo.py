from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.exporting.parity import random_pictures
from e2far_jax.exporting.stablehlo import PLATFORMS, stablehlo_function, stablehlo_program
from tests.exporting.networks import trained

VGG16 = {"backbone": "vgg16", "fusion_taps": ("pool4", "pool5"), "pixel_scale": 100.0}
PATCHES = {"image_size": 48, "compact_norms": True, "fusion_patches": True, "head_widths": ()}
LOOKING = {**PATCHES, "look_points": 68, "look_samples": 3, "look_channels": 2}


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("changes", [PATCHES, LOOKING], ids=["one look", "two looks"])
def test_program_comes_back_for_any_batch(changes: dict, mirrored: bool) -> None:
    network = trained(mirrored=mirrored, **changes)
    found = stablehlo_function(stablehlo_program(network))
    images = random_pictures(np.random.default_rng(0), 3, network.image_size)
    ours = network.predict(jnp.asarray(images))
    expected = {
        "identity": ours.identity,
        "expression": np.clip(ours.expression, 0.0, 1.0),
        "rotation": ours.camera.rotation,
        "scale": ours.camera.scale,
        "translation": ours.camera.translation,
    }
    for count in (1, 3):
        theirs = found(images[:count])
        assert set(theirs) == set(expected)
        for name, value in expected.items():
            np.testing.assert_allclose(
                theirs[name], value[:count], rtol=1e-4, atol=1e-4, err_msg=name
            )


@pytest.mark.parametrize("changes", [LOOKING, VGG16], ids=["compact", "vgg16"])
def test_program_is_for_all_platforms_and_in_full_precision(changes: dict) -> None:
    program = jax.export.deserialize(bytearray(stablehlo_program(trained(**changes))))
    assert program.platforms == PLATFORMS
    assert [str(value.shape) for value in program.out_avals] == [
        "(batch, 4)",
        "(batch, 5)",
        "(batch, 3, 3)",
        "(batch,)",
        "(batch, 2)",
    ]
    products = [
        line
        for line in program.mlir_module().splitlines()
        if "stablehlo.convolution" in line or "stablehlo.dot_general" in line
    ]
    assert len(products) > 8
    assert all("HIGHEST" in line for line in products)
