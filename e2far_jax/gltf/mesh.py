"""What a binary glTF file of this package holds: a mesh, its morph targets and their animation.

Units are the format's: metres and seconds. Axes are right-handed with +y up, and a figure looks
along +z, which is as this package's faces stand.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Int

IMAGE_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclasses.dataclass(frozen=True, eq=False)
class Texture:
    """A picture on the surface.

    Attributes:
      image: a PNG or JPEG file.
      coordinates: (u, v) in [0, 1], u right and v up; (0, 0) is the picture's bottom left corner.
      triangles: indices into `coordinates`, one triple for each triangle of the mesh.
    """

    image: bytes
    coordinates: Float[np.ndarray, "T 2"]
    triangles: Int[np.ndarray, "F 3"]

    def __post_init__(self) -> None:
        _finite("the texture's coordinates", self.coordinates, (None, 2))
        _indices("the texture's triangles", self.triangles, len(self.coordinates))
        if self.image_type is None:
            raise ValueError("the texture's image is neither a PNG nor a JPEG file")

    @property
    def image_type(self) -> str | None:
        """The image's media type by its first bytes."""
        kinds = (kind for head, kind in IMAGE_TYPES.items() if self.image.startswith(head))
        return next(kinds, None)


@dataclasses.dataclass(frozen=True, eq=False)
class MorphTargets:
    """Blendshapes: a vertex is at position + sum over e of weights[e] positions[e].

    Attributes:
      names: one for each target, all different.
      positions: how far a weight of 1 moves the vertices, metres.
      weights: how much of each is shown at first; any real numbers.
      normals: what a weight of 1 adds to the normals; None leaves the normals as they are.
    """

    names: tuple[str, ...]
    positions: Float[np.ndarray, "E N 3"]
    weights: Float[np.ndarray, "E"]
    normals: Float[np.ndarray, "E N 3"] | None = None

    def __post_init__(self) -> None:
        count = len(self.names)
        if not count or len(set(self.names)) != count:
            raise ValueError(f"expected one or more different names of targets, got {self.names}")
        _finite("the targets' positions", self.positions, (count, None, 3))
        _finite("the targets' weights", self.weights, (count,))
        if self.normals is not None:
            _finite("the targets' normals", self.normals, self.positions.shape)


@dataclasses.dataclass(frozen=True, eq=False)
class GltfMesh:
    """A triangle mesh and how it looks and is placed.

    Attributes:
      positions: metres.
      triangles: vertex indices, counter-clockwise seen from outside.
      normals: unit vectors.
      colours: RGB in [0, 1], linear light; a texture is multiplied by them.
      texture: a picture on the surface.
      targets: morph targets.
      rotation: of the node that shows the mesh, from the mesh's axes to the scene's.
      translation: of that node, metres: a vertex is seen at rotation v + translation.
      name: of the mesh and its node.
      extras: further facts for the mesh's `extras`; what JSON can hold.
    """

    positions: Float[np.ndarray, "N 3"]
    triangles: Int[np.ndarray, "F 3"]
    normals: Float[np.ndarray, "N 3"] | None = None
    colours: Float[np.ndarray, "N 3"] | None = None
    texture: Texture | None = None
    targets: MorphTargets | None = None
    rotation: Float[np.ndarray, "3 3"] | None = None
    translation: Float[np.ndarray, "3"] | None = None
    name: str = "face"
    extras: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        _finite("positions", self.positions, (None, 3))
        _indices("triangles", self.triangles, len(self.positions))
        if not len(self.triangles):
            raise ValueError("a mesh without triangles cannot be written as glTF")
        for name, shape in (
            ("normals", self.positions.shape),
            ("colours", self.positions.shape),
            ("rotation", (3, 3)),
            ("translation", (3,)),
        ):
            if getattr(self, name) is not None:
                _finite(name, getattr(self, name), shape)
        if self.texture is not None and self.texture.triangles.shape != self.triangles.shape:
            raise ValueError(
                f"the texture has {len(self.texture.triangles)} triangles, the mesh "
                f"{len(self.triangles)}"
            )
        if self.targets is not None:
            _finite("the targets' positions", self.targets.positions, (None, *self.positions.shape))


@dataclasses.dataclass(frozen=True, eq=False)
class Animation:
    """What changes with time; linear between the given times, rotations along the shortest way.

    Attributes:
      seconds: from 0 or later, each later than the one before.
      weights: of the mesh's morph targets.
      rotations: of the node that shows the mesh.
      translations: of that node, metres.
      name: as players list it.
    """

    seconds: Float[np.ndarray, "T"]
    weights: Float[np.ndarray, "T E"] | None = None
    rotations: Float[np.ndarray, "T 3 3"] | None = None
    translations: Float[np.ndarray, "T 3"] | None = None
    name: str = "animation"

    def __post_init__(self) -> None:
        _finite("an animation's seconds", self.seconds, (None,))
        count = len(self.seconds)
        if not count or self.seconds[0] < 0.0 or (np.diff(np.float32(self.seconds)) <= 0.0).any():
            raise ValueError("an animation's seconds must rise, from 0 or later, and not be empty")
        tracks = {
            "weights": (count, None),
            "rotations": (count, 3, 3),
            "translations": (count, 3),
        }
        given = {name: shape for name, shape in tracks.items() if getattr(self, name) is not None}
        if not given:
            raise ValueError(f"an animation needs one or more of {', '.join(tracks)}")
        for name, shape in given.items():
            _finite(f"an animation's {name}", getattr(self, name), shape)


def _finite(name: str, array: np.ndarray, shape: tuple[int | None, ...]) -> None:
    """Raise unless an array has a shape, None for any length, and only finite numbers."""
    fits = len(shape) == array.ndim and all(
        expected in (None, size) for expected, size in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise ValueError(f"{name}: the shape is {array.shape}, expected ({wanted})")
    if not (np.abs(array) <= np.finfo(np.float32).max).all():
        raise ValueError(f"{name}: expected finite numbers only, in single precision")


def _indices(name: str, triangles: Int[np.ndarray, "F 3"], count: int) -> None:
    if triangles.ndim != 2 or triangles.shape[1] != 3:
        raise ValueError(f"{name}: the shape is {triangles.shape}, expected (any, 3)")
    if triangles.size and not 0 <= triangles.min() <= triangles.max() < count:
        raise ValueError(
            f"{name}: indices run from {triangles.min()} to {triangles.max()}, expected 0 to "
            f"{count - 1}"
        )
