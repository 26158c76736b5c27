"""Animations of morph targets and of the node that shows the mesh."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.gltf.buffer import Buffer
from e2far_jax.gltf.mesh import Animation, GltfMesh


def animation_entry(buffer: Buffer, mesh: GltfMesh, animation: Animation) -> dict[str, Any]:
    """An entry of the JSON's `animations`; its arrays go into the buffer.

    Raises:
      ValueError: for weights of other morph targets than the mesh has.
    """
    outputs = _outputs(mesh, animation)
    times = buffer.array(animation.seconds, bounds=True)
    samplers = [
        {"input": times, "interpolation": "LINEAR", "output": buffer.array(output)}
        for output in outputs.values()
    ]
    channels = [
        {"sampler": sampler, "target": {"node": 0, "path": path}}
        for sampler, path in enumerate(outputs)
    ]
    return {"name": animation.name, "samplers": samplers, "channels": channels}


def quaternions(rotations: Float[np.ndarray, "T 3 3"]) -> Float[np.ndarray, "T 4"]:
    """Rotation matrices as unit quaternions (x, y, z, w), each on the side of the one before."""
    from scipy.spatial.transform import Rotation

    unsigned = Rotation.from_matrix(np.float64(rotations)).as_quat()
    turns = np.sum(unsigned[1:] * unsigned[:-1], axis=1) < 0.0
    signs = np.cumprod(np.concatenate([[1.0], np.where(turns, -1.0, 1.0)]))
    return unsigned * signs[:, None]


def _outputs(mesh: GltfMesh, animation: Animation) -> dict[str, Float[np.ndarray, "K *D"]]:
    """From what is animated, as the format calls it, to its values over time."""
    outputs = {}
    if animation.weights is not None:
        expected = 0 if mesh.targets is None else len(mesh.targets.names)
        if animation.weights.shape[1] != expected:
            raise ValueError(
                f"the animation has weights of {animation.weights.shape[1]} morph targets, the "
                f"mesh has {expected}"
            )
        outputs["weights"] = animation.weights.reshape(-1)
    if animation.rotations is not None:
        outputs["rotation"] = quaternions(animation.rotations)
    if animation.translations is not None:
        outputs["translation"] = animation.translations
    return outputs
