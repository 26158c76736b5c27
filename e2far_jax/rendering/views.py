"""From where a face is seen, and how its picture is cropped.

The crop is made the way photographs are cropped: the box of the 68 projected landmarks, the square
of `geometry.boxes.crop_square` around it, jittered as a detector would, mapped to the whole
picture.
"""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from e2far_jax.geometry.boxes import bounding_box, crop_square
from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.ranges import Ranges, number, share

Factors = dict[str, Float[Array, "*B"]]


@dataclasses.dataclass(frozen=True)
class PoseRanges(Ranges):
    """How the head is turned towards the camera, and how near it is; angles in degrees.

    Attributes:
      yaw_deviation, pitch_deviation, roll_deviation: of normal distributions about 0.
      yaw_limit, pitch_limit, roll_limit: where those distributions are cut off.
      wide_share: probability of a yaw that is uniform up to its limit instead.
      nearness: most of 1 / distance, 1/m; 2.5 is a camera held at 0.4 m, 0 no perspective.
    """

    yaw_deviation: float = 32.0
    yaw_limit: float = 90.0
    pitch_deviation: float = 16.0
    pitch_limit: float = 40.0
    roll_deviation: float = 13.0
    roll_limit: float = 40.0
    wide_share: float = share(0.3)
    nearness: float = number(2.5, largest=4.0)

    @classmethod
    def off(cls) -> PoseRanges:
        """Straight into the camera, from far away."""
        return cls(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    @classmethod
    def at_level(cls, level: int) -> PoseRanges:
        """From nearly frontal (0) to profiles close to the camera (3)."""
        return (
            cls(12.0, 30.0, 6.0, 15.0, 5.0, 15.0, 0.0, 0.0),
            cls(20.0, 50.0, 9.0, 25.0, 8.0, 25.0, 0.0, 1.0),
            cls(26.0, 75.0, 13.0, 35.0, 11.0, 35.0, 0.2, 1.7),
            cls(),
        )[level]


@dataclasses.dataclass(frozen=True)
class CropRanges(Ranges):
    """How far a detector's square is from the landmarks' own.

    Attributes:
      size_jitter: the square's side is multiplied by 1 plus or minus up to this.
      shift_jitter: its centre moves by up to this share of its side, along each axis.
    """

    size_jitter: float = share(0.15)
    shift_jitter: float = share(0.07)

    @classmethod
    def off(cls) -> CropRanges:
        """The landmarks' own square."""
        return cls(0.0, 0.0)

    @classmethod
    def at_level(cls, level: int) -> CropRanges:
        """From small to ordinary faults of a detector."""
        return (cls(0.10, 0.05), cls(0.10, 0.05), cls(0.12, 0.06), cls())[level]


@pytree_dataclass
class View:
    """A pinhole camera that looks at a face.

    Attributes:
      camera: the scaled-orthographic camera that fits the landmarks' picture best.
      rotation: from the face's axes to the camera's.
      middle: the middle of the landmarks, in the camera's axes, mm.
      nearness: 1 / distance of that from the pinhole, 1/mm; 0 for parallel rays.
      scale: pixels per millimetre at the middle's distance.
      centre: where the middle falls in the picture, pixels.
    """

    camera: Camera
    rotation: Float[Array, "*B 3 3"]
    middle: Float[Array, "*B 3"]
    nearness: Float[Array, "*B"]
    scale: Float[Array, "*B"]
    centre: Float[Array, "*B 2"]


def random_view(
    key: Key[Array, ""],
    landmarks: Float[Array, "68 3"],
    pose: PoseRanges,
    crop: CropRanges,
    image_size: int,
) -> tuple[View, Factors]:
    """A random view of a face, cropped around its landmarks.

    Args:
      key: decides everything.
      landmarks: the face's axes, mm.
      pose: how far the head may be turned.
      crop: how far the crop may be off.
      image_size: side of the picture, pixels.
    Returns:
      The view; and as factors the angles in degrees and the nearness in 1/m.
    """
    keys = jax.random.split(key)
    numbers = jax.random.uniform(keys[0], (6,))
    jitter = 2.0 * numbers[:3] - 1.0
    angles = _random_angles(keys[1], numbers[3:5], pose)
    rotation = rotation_from_euler(*jnp.radians(angles))
    turned = jnp.matmul(landmarks, rotation.T, precision="highest")
    middle, nearness = turned.mean(axis=0), 1e-3 * pose.nearness * numbers[5]
    seen = _perspective(turned, middle, nearness)
    centre, side = crop_square(bounding_box(seen))
    centre = centre + side * crop.shift_jitter * jitter[:2]
    scale = image_size / (side * (1.0 + crop.size_jitter * jitter[2]))
    offset = image_size / 2 - scale * centre
    camera = _fitted_camera(rotation, turned, scale * seen + offset)
    factors = {"pose.pitch": angles[0], "pose.yaw": angles[1], "pose.roll": angles[2],
               "pose.nearness": 1e3 * nearness}  # fmt: skip
    return View(camera, rotation, middle, nearness, scale, offset), factors


def see(view: View, turned: Float[Array, "*B N 3"]) -> Float[Array, "*B N 3"]:
    """Project points that are already in the camera's axes (mm).

    Returns:
      Image x and y in pixels, and depth in mm, larger is nearer.
    """
    seen = _perspective(turned, view.middle, view.nearness)
    image = view.scale[..., None, None] * seen + view.centre[..., None, :]
    return jnp.concatenate([image, turned[..., 2:]], axis=-1)


def unsee(view: View, image: Float[Array, "*B N 3"]) -> Float[Array, "*B N 3"]:
    """The inverse of `see`: from picture and depth to the camera's axes, mm."""
    seen = (image[..., :2] - view.centre[..., None, :]) / view.scale[..., None, None]
    nearer = image[..., 2:] - view.middle[..., None, 2:]
    shrinkage = jnp.maximum(1.0 - view.nearness[..., None, None] * nearer, 0.1)
    flat = seen * shrinkage * jnp.array([1.0, -1.0]) + view.middle[..., None, :2]
    return jnp.concatenate([flat, image[..., 2:]], axis=-1)


def _perspective(
    turned: Float[Array, "*B N 3"], middle: Float[Array, "*B 3"], nearness: Float[Array, "*B"]
) -> Float[Array, "*B N 2"]:
    """Where points fall, in millimetres at the middle's distance, y down."""
    offset = turned - middle[..., None, :]
    growth = 1.0 / jnp.maximum(1.0 - nearness[..., None] * offset[..., 2], 0.1)
    return offset[..., :2] * growth[..., None] * jnp.array([1.0, -1.0])


def _random_angles(
    key: Key[Array, ""], numbers: Float[Array, "2"], pose: PoseRanges
) -> Float[Array, "3"]:
    """Pitch, yaw and roll in degrees."""
    deviations = jnp.array([pose.pitch_deviation, pose.yaw_deviation, pose.roll_deviation])
    limits = jnp.array([pose.pitch_limit, pose.yaw_limit, pose.roll_limit])
    bounds = limits / jnp.maximum(deviations, 1e-9)
    angles = deviations * jax.random.truncated_normal(key, -bounds, bounds)
    wide = pose.yaw_limit * (2.0 * numbers[0] - 1.0)
    return angles.at[1].set(jnp.where(numbers[1] < pose.wide_share, wide, angles[1]))


def _fitted_camera(
    rotation: Float[Array, "3 3"], turned: Float[Array, "L 3"], seen: Float[Array, "L 2"]
) -> Camera:
    """Scale and translation of the scaled-orthographic camera, least squares over the landmarks."""
    flat = turned[:, :2] * jnp.array([1.0, -1.0])
    centred = flat - flat.mean(axis=0)
    scale = jnp.sum(centred * seen) / jnp.sum(centred**2)
    return Camera(rotation, scale, seen.mean(axis=0) - scale * flat.mean(axis=0))
