"""The peers' networks are the same network: they predict what ours predicts."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from e2far_jax.benchmarks.peers import present
from e2far_jax.models import E2FAR, NetworkSettings
from tests.exporting.networks import random_variables

NETWORKS = {
    "vgg16": NetworkSettings(
        image_size=64, identity_size=5, expression_size=4, fusion_channels=16, head_widths=(8,)
    ),
    "compact": NetworkSettings(
        image_size=48,
        identity_size=5,
        expression_size=4,
        backbone="compact",
        compact_widths=(4, 8, 8),
        compact_depths=(1, 1, 1),
        fusion_taps=("pool2", "pool3", "pool4"),
        fusion_channels=8,
        fusion_patches=True,
        compact_norms=True,
        head_gain=0.3,
        head_widths=(),
        look_points=70,
        pixel_scale=64.0,
    ),
}


@pytest.fixture(params=NETWORKS)
def case(request: pytest.FixtureRequest):
    """A network, parameters that are nowhere zero, pictures, and what is predicted of them."""
    network = NETWORKS[request.param]
    size = network.image_size
    images = jax.random.uniform(jax.random.key(0), (3, size, size, 3))
    module, variables = E2FAR(network), random_variables(network)
    return (
        network,
        variables,
        np.asarray(images),
        jax.jit(module.apply)(variables, images),
    )


@pytest.mark.skipif(not present("torch"), reason="PyTorch is not installed")
def test_torch_network_equals_ours(case) -> None:
    import torch

    from e2far_jax.benchmarks.peers.torch_network import TorchE2FAR

    network, variables, images, expected = case
    peer = TorchE2FAR(network, variables)
    with torch.inference_mode():
        identity, expression, camera = peer(torch.tensor(np.moveaxis(images, -1, 1).copy()))
    assert camera.shape == (3, 9)
    for ours, theirs in (
        (expected.identity, identity),
        (expected.expression, expression),
        (expected.camera.rotation[:, :2].reshape(-1, 6), camera[:, :6]),
        (expected.camera.scale, camera[:, 6]),
        (expected.camera.translation, camera[:, 7:]),
    ):
        scale = np.abs(ours).max()
        np.testing.assert_allclose(theirs.numpy() / scale, ours / scale, atol=1e-4)


@pytest.mark.skipif(not present("onnxruntime"), reason="ONNX Runtime is not installed")
def test_exported_network_equals_ours(case) -> None:
    from e2far_jax.benchmarks.peers.onnx_jobs import inference

    network, variables, images, expected = case
    identity = inference(network, variables, images)()["identity"]
    scale = np.abs(expected.identity).max()
    np.testing.assert_allclose(identity / scale, expected.identity / scale, atol=1e-4)
