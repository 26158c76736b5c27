"""A mesh as a binary glTF file."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax import __version__
from e2far_jax.gltf.animation import animation_entry, quaternions
from e2far_jax.gltf.buffer import ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER, Buffer, smallest_index_type
from e2far_jax.gltf.mesh import Animation, GltfMesh, Texture
from e2far_jax.gltf.seams import split_at_seams

_LINEAR, _LINEAR_MIPMAP_LINEAR, _CLAMP_TO_EDGE = 9729, 9987, 33071
_MAGIC, _JSON, _BINARY = 0x46546C67, 0x4E4F534A, 0x004E4942


def glb_bytes(mesh: GltfMesh, animation: Animation | None = None) -> bytes:
    """A binary glTF 2.0 file with one mesh in one node.

    The mesh's `extras` has `targetNames`, the morph targets' names in their order, which Blender,
    three.js and Unity show. Where a texture has seams, vertices are repeated: the mesh's N
    vertices come first in their order, and vertex N + k repeats vertex `seam_vertices[k]`, a list
    that `extras` then has too. Targets that leave most vertices in place are stored sparsely.

    Args:
      mesh: what to write.
      animation: what changes with time.
    Returns:
      The file's content.
    Raises:
      ValueError: for an animation of other morph targets than the mesh has.
    """
    buffer = Buffer()
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": f"e2far_jax {__version__}"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [_node(mesh)],
        "meshes": [_mesh(buffer, mesh)],
        "materials": [_material(mesh)],
    }
    if mesh.texture is not None:
        document |= _textures(buffer, mesh.texture)
    if animation is not None:
        document["animations"] = [animation_entry(buffer, mesh, animation)]
    document["accessors"], document["bufferViews"] = buffer.accessors, buffer.views
    document["buffers"] = [{"byteLength": len(buffer.content)}]
    return _container(document, bytes(buffer.content))


def _node(mesh: GltfMesh) -> dict[str, Any]:
    node: dict[str, Any] = {"mesh": 0, "name": mesh.name}
    if mesh.rotation is not None:
        node["rotation"] = quaternions(mesh.rotation[None])[0].tolist()
    if mesh.translation is not None:
        node["translation"] = mesh.translation.tolist()
    return node


def _mesh(buffer: Buffer, mesh: GltfMesh) -> dict[str, Any]:
    count, triangles, extras = len(mesh.positions), mesh.triangles, dict(mesh.extras)
    sources, coordinates = np.arange(count), None
    if mesh.texture is not None:
        split = split_at_seams(count, triangles, mesh.texture)
        triangles, sources = split.triangles, split.sources
        coordinates = split.texture_coordinates * [1.0, -1.0] + [0.0, 1.0]  # v down in glTF
        extras["seam_vertices"] = sources[count:].tolist()
    corners = triangles.reshape(-1).astype(smallest_index_type(len(sources)))
    primitive = {
        "attributes": _attributes(buffer, mesh, sources, coordinates),
        "indices": buffer.array(corners, ELEMENT_ARRAY_BUFFER),
        "material": 0,
    }
    entry: dict[str, Any] = {"name": mesh.name, "primitives": [primitive]}
    if mesh.targets is not None:
        primitive["targets"] = _targets(buffer, mesh, sources)
        entry["weights"] = mesh.targets.weights.tolist()
        extras["targetNames"] = list(mesh.targets.names)
    return entry | {"extras": extras}


def _attributes(
    buffer: Buffer,
    mesh: GltfMesh,
    sources: np.ndarray,
    coordinates: Float[np.ndarray, "M 2"] | None,
) -> dict[str, int]:
    attributes = {"POSITION": buffer.array(mesh.positions[sources], ARRAY_BUFFER, bounds=True)}
    if mesh.normals is not None:
        attributes["NORMAL"] = buffer.array(mesh.normals[sources], ARRAY_BUFFER)
    if coordinates is not None:
        attributes["TEXCOORD_0"] = buffer.array(coordinates, ARRAY_BUFFER)
    if mesh.colours is not None:
        colours = np.clip(mesh.colours[sources], 0.0, 1.0)
        attributes["COLOR_0"] = buffer.array(colours, ARRAY_BUFFER)
    return attributes


def _targets(buffer: Buffer, mesh: GltfMesh, sources: np.ndarray) -> list[dict[str, int]]:
    assert mesh.targets is not None
    entries = []
    for target in range(len(mesh.targets.names)):
        moved = mesh.targets.positions[target][sources]
        entry = {"POSITION": buffer.mostly_zero(moved, bounds=True)}
        if mesh.targets.normals is not None:
            entry["NORMAL"] = buffer.mostly_zero(mesh.targets.normals[target][sources])
        entries.append(entry)
    return entries


def _material(mesh: GltfMesh) -> dict[str, Any]:
    """Matt, and seen from both sides, for a face's surface has an edge to look behind."""
    surface: dict[str, Any] = {"metallicFactor": 0.0, "roughnessFactor": 1.0}
    if mesh.texture is not None:
        surface["baseColorTexture"] = {"index": 0}
    return {"name": "skin", "pbrMetallicRoughness": surface, "doubleSided": True}


def _textures(buffer: Buffer, texture: Texture) -> dict[str, Any]:
    sampler = {
        "magFilter": _LINEAR,
        "minFilter": _LINEAR_MIPMAP_LINEAR,
        "wrapS": _CLAMP_TO_EDGE,
        "wrapT": _CLAMP_TO_EDGE,
    }
    image = {"bufferView": buffer.view(texture.image), "mimeType": texture.image_type}
    return {
        "images": [image],
        "samplers": [sampler],
        "textures": [{"source": 0, "sampler": 0}],
    }


def _container(document: dict[str, Any], binary: bytes) -> bytes:
    """The two chunks of a .glb, each filled up to a multiple of four bytes."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    chunks = [
        struct.pack("<II", len(content), kind) + content
        for kind, content in ((_JSON, text), (_BINARY, binary))
    ]
    size = 12 + sum(len(chunk) for chunk in chunks)
    return struct.pack("<III", _MAGIC, 2, size) + b"".join(chunks)
