"""Binary glTF files, read as the specification says, apart from what writes them."""

from __future__ import annotations

import dataclasses
import json
import struct
from typing import Any

import numpy as np

COMPONENTS = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


@dataclasses.dataclass
class GlbFile:
    document: dict[str, Any]
    binary: bytes

    @property
    def mesh(self) -> dict[str, Any]:
        return self.document["meshes"][0]

    @property
    def primitive(self) -> dict[str, Any]:
        return self.mesh["primitives"][0]

    def attribute(self, name: str) -> np.ndarray:
        return self.accessor(self.primitive["attributes"][name])

    def triangles(self) -> np.ndarray:
        return self.accessor(self.primitive["indices"]).reshape(-1, 3)

    def targets(self, name: str = "POSITION") -> np.ndarray:
        return np.stack([self.accessor(target[name]) for target in self.primitive["targets"]])

    def shown(self) -> np.ndarray:
        """The vertices under the mesh's weights."""
        return self.attribute("POSITION") + np.tensordot(self.mesh["weights"], self.targets(), 1)

    def channel(self, path: str) -> tuple[np.ndarray, np.ndarray]:
        """Times and values of what is animated."""
        (animation,) = self.document["animations"]
        (channel,) = [one for one in animation["channels"] if one["target"]["path"] == path]
        assert channel["target"]["node"] == 0
        sampler = animation["samplers"][channel["sampler"]]
        assert sampler["interpolation"] == "LINEAR"
        return self.accessor(sampler["input"]), self.accessor(sampler["output"])

    def view(self, index: int) -> bytes:
        view = self.document["bufferViews"][index]
        assert view["byteOffset"] % 4 == 0
        assert view["byteOffset"] + view["byteLength"] <= len(self.binary)
        return self.binary[view["byteOffset"] :][: view["byteLength"]]

    def accessor(self, index: int) -> np.ndarray:
        accessor = self.document["accessors"][index]
        kind, width = COMPONENTS[accessor["componentType"]], WIDTHS[accessor["type"]]
        values = np.zeros((accessor["count"], width), kind)
        if "bufferView" in accessor:
            values[:] = np.frombuffer(self.view(accessor["bufferView"]), kind).reshape(-1, width)
        if "sparse" in accessor:
            sparse = accessor["sparse"]
            index_kind = COMPONENTS[sparse["indices"]["componentType"]]
            rows = np.frombuffer(self.view(sparse["indices"]["bufferView"]), index_kind)
            assert len(rows) == sparse["count"]
            assert (np.diff(rows.astype(int)) > 0).all()
            stored = np.frombuffer(self.view(sparse["values"]["bufferView"]), kind)
            values[rows] = stored.reshape(-1, width)
        if "min" in accessor:
            np.testing.assert_array_equal(accessor["min"], values.min(axis=0))
            np.testing.assert_array_equal(accessor["max"], values.max(axis=0))
        return values[:, 0] if width == 1 else values


def read_glb(content: bytes) -> GlbFile:
    magic, version, size = struct.unpack_from("<4sII", content)
    assert (magic, version, size) == (b"glTF", 2, len(content))
    assert len(content) % 4 == 0
    length, kind = struct.unpack_from("<I4s", content, 12)
    assert kind == b"JSON"
    document = json.loads(content[20 : 20 + length])
    binary_length, kind = struct.unpack_from("<I4s", content, 20 + length)
    assert kind == b"BIN\0"
    binary = content[28 + length :]
    assert len(binary) == binary_length == document["buffers"][0]["byteLength"]
    return GlbFile(document, binary)
