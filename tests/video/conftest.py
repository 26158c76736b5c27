"""Clips of discs that move as told, and a network that sees in a disc what it was told.

A disc's middle is the face's place, its radius the face's size, its green the first expression's
weight, its blue the yaw, its red tells who it is.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import ndimage

from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.video import overlay, tracks
from e2far_jax.video.reading import Frame
from tests.reconstruction.conftest import dome

RADIUS_MM = 85.0  # of the disc that stands for a face
WIDTH, HEIGHT = 240, 160


@dataclasses.dataclass(frozen=True)
class Disc:
    x: float
    y: float
    radius: float = 20.0
    jaw: float = 0.5
    yaw: float = 0.0  # radians, within 1 of 0
    who: float = 1.0  # 0.8 to 1


def disc_picture(discs: Sequence[Disc], ground: float = 0.2) -> np.ndarray:
    """Edges are smooth, so that a disc's middle is seen to parts of a pixel."""
    picture = np.full((HEIGHT, WIDTH, 3), (0.0, ground, ground), np.float32)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    for disc in discs:
        distance = np.hypot(columns - disc.x, rows - disc.y)
        cover = np.clip(disc.radius - distance + 0.5, 0.0, 1.0)[..., None]
        colour = np.array([disc.who, disc.jaw, 0.5 + disc.yaw / 2.0])
        picture = np.float32(cover * colour + (1.0 - cover) * picture)
    return picture


def frames(
    count: int, discs: Callable[[int], Sequence[Disc]], rate: float = 25.0, ground: float = 0.2
) -> list[Frame]:
    return [Frame(n, n / rate, disc_picture(discs(n), ground)) for n in range(count)]


@dataclasses.dataclass
class DiscNetwork:
    """What a disc says, plus noise of a standard deviation for each part.

    Attributes:
      noise: of expression weights, of radians; of the place in tenths of the crop.
      roll: what it says of every face, radians.
    """

    face_model: MorphableModel
    noise: float = 0.0
    roll: float = 0.0
    image_size: int = 48
    face_model_settings: FaceModelSettings = FaceModelSettings("dome")
    description: str = "discs"
    random: np.random.Generator = dataclasses.field(
        default_factory=lambda: np.random.default_rng(0)
    )

    def predict(self, images):
        rows = [self._one(image) for image in np.asarray(images, np.float64)]
        identity, expression, angles, scale, place = (
            jnp.asarray(np.stack(part), jnp.float32) for part in zip(*rows, strict=True)
        )
        rotation = rotation_from_euler(angles[:, 0], angles[:, 1], angles[:, 2])
        return Prediction(identity, expression, Camera(rotation, scale, place))

    def _one(self, image):
        """A crop without a disc looks like a face in its middle: networks always see one."""
        size = self.image_size
        weight = image[..., 0] * (image[..., 0] > 0.3)
        seen = weight.sum() > 20.0
        centres = np.mgrid[:size, :size] + 0.5
        middle = (centres * weight).sum(axis=(1, 2)) / weight.sum() if seen else [size / 2] * 2
        inside = ndimage.binary_erosion(weight > 0.5, iterations=2)
        who, jaw, blue = image[inside].mean(axis=0) if inside.any() else (0.9, 0.5, 0.5)
        area = (image[..., 0] / who).sum() if seen else math.pi * (0.3 * size) ** 2
        identity = np.array([20.0 * (who - 0.9), 0.0, 0.0, 0.0, 0.0])
        expression = np.array([jaw, 0.3, 0.0, 0.0])
        scale = math.sqrt(area / math.pi) / RADIUS_MM
        draw = self.random.normal
        return (
            identity + 10.0 * self.noise * draw(size=5),
            expression + self.noise * draw(size=4),
            np.array([0.0, 2.0 * (blue - 0.5), self.roll]) + self.noise * draw(size=3),
            scale * math.exp(self.noise * draw() / 3.0),
            np.array(middle)[::-1] + 0.1 * size * self.noise * draw(size=2),
        )


def found_discs(photograph: np.ndarray) -> list[FaceRegion]:
    """A detector of discs, a little off as detectors are."""
    labels, count = ndimage.label(photograph[..., 0] > 0.5)
    regions = []
    for region in ndimage.find_objects(labels, count):
        rows, columns = region
        middle = np.array([columns.start + columns.stop, rows.start + rows.stop]) / 2.0 + 1.5
        half = np.array([columns.stop - columns.start, rows.stop - rows.start]) / 2.0
        box = np.concatenate([middle - 0.9 * half, middle + 0.9 * half])
        if half.min() > 5.0:
            regions.append(FaceRegion(photograph, box, refinements=1, score=0.9))
    return regions


def write_clip(path: Path, pictures: Sequence[np.ndarray], rate: float = 25.0) -> Path:
    import cv2

    height, width = pictures[0].shape[:2]
    code = cv2.VideoWriter_fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, rate, (width, height))
    assert writer.isOpened()
    for picture in pictures:
        writer.write(np.ascontiguousarray(np.uint8(np.rint(255.0 * picture))[..., ::-1]))
    writer.release()
    return path


@pytest.fixture(scope="session")
def model() -> MorphableModel:
    return dome()


@pytest.fixture
def network(model) -> DiscNetwork:
    return DiscNetwork(model)


@pytest.fixture
def disc_detector(monkeypatch):
    monkeypatch.setattr(tracks, "find_faces", found_discs)


@pytest.fixture(autouse=True)
def small_meshes(monkeypatch):
    """Overlays that compile faster."""
    monkeypatch.setattr(overlay, "SIZE", 96)
