"""Random scenes of one face: a PRNG key goes in, a picture and everything true about it come out.

The camera is made the way photographs are cropped: the box of the 68 projected landmarks, the
square of `geometry.boxes.crop_square` around it, jittered, mapped to the whole picture.
"""

from __future__ import annotations

import dataclasses
import functools
import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from e2far_jax.geometry.boxes import bounding_box, crop_square
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.appearance import FacePaint, face_paint, random_colours
from e2far_jax.rendering.background import random_background
from e2far_jax.rendering.expressions import random_expression
from e2far_jax.rendering.images import encode_gamma, shrink
from e2far_jax.rendering.lights import Light, shade, spherical_harmonics
from e2far_jax.rendering.rasteriser import interpolate, rasterise


@dataclasses.dataclass(frozen=True)
class SceneConfig:
    """Ranges of every factor of a scene; angles in degrees.

    Attributes:
      image_size: side of the picture, pixels.
      supersampling: samples a pixel along each axis; 2 smooths edges at almost four times the cost.
      yaw_deviation, pitch_deviation, roll_deviation: of normal distributions about 0.
      yaw_limit, pitch_limit, roll_limit: where those distributions are cut.
      size_jitter: the crop's side is multiplied by 1 plus or minus up to this.
      shift_jitter: the crop's centre moves by up to this share of its side, each way.
      identity_scale: standard deviation of the whitened identity coefficients.
      neutral_share: probability of a face without expression.
      expression_scale: standard deviation of whitened expression coefficients; for blendshapes
        the largest weight.
      ambient: least and most light from everywhere.
      directional: least and most strength of the directional light.
      specular: most strength of the highlight.
      colour_of_light: lights differ from white by up to this share in each colour.
      vary_appearance: False paints every face with one key.
      clutter: noise and shapes in the background; False leaves a gradient.
      noise: most standard deviation of the pixel noise.
    """

    image_size: int = 180
    supersampling: int = 1
    yaw_deviation: float = 25.0
    yaw_limit: float = 70.0
    pitch_deviation: float = 12.0
    pitch_limit: float = 35.0
    roll_deviation: float = 12.0
    roll_limit: float = 40.0
    size_jitter: float = 0.10
    shift_jitter: float = 0.05
    identity_scale: float = 1.0
    neutral_share: float = 0.15
    expression_scale: float = 1.0
    ambient: tuple[float, float] = (0.25, 0.7)
    directional: tuple[float, float] = (0.1, 0.9)
    specular: float = 0.2
    colour_of_light: float = 0.15
    vary_appearance: bool = True
    clutter: bool = True
    noise: float = 0.02

    @classmethod
    def easy(cls, image_size: int = 180) -> SceneConfig:
        """Level 0: small poses, simple light, one skin, plain backgrounds."""
        return cls(
            image_size=image_size,
            yaw_deviation=12.0,
            yaw_limit=30.0,
            pitch_deviation=6.0,
            pitch_limit=15.0,
            roll_deviation=5.0,
            roll_limit=15.0,
            ambient=(0.45, 0.55),
            directional=(0.4, 0.6),
            specular=0.0,
            colour_of_light=0.0,
            vary_appearance=False,
            clutter=False,
            noise=0.0,
        )


@pytree_dataclass
class Pair:
    """A picture and what it shows; leading axes are batches.

    Attributes:
      image: display RGB in [0, 1].
      identity: whitened identity coefficients.
      expression: expression coefficients.
      camera: in the picture's pixels.
      landmarks: the 68 projected landmarks, pixels.
    """

    image: Float[Array, "*B H W 3"]
    identity: Float[Array, "*B I"]
    expression: Float[Array, "*B E"]
    camera: Camera
    landmarks: Float[Array, "*B 68 2"]


def render_pair(key: Key[Array, ""], model: MorphableModel, config: SceneConfig) -> Pair:
    """One random scene of a morphable model; see `render_pairs`."""
    return jax.tree.map(lambda leaf: leaf[0], render_pairs(key[None], model, config))


@functools.partial(jax.jit, static_argnames="config")
def render_pairs(keys: Key[Array, "B"], model: MorphableModel, config: SceneConfig) -> Pair:
    """Random scenes of a morphable model, one a key; a scene depends on nothing but its own key.

    Shapes are computed for the whole batch in one matrix product, pictures one after the other
    (on a CPU a batched z-buffer is the slower one). Not differentiable.

    Args:
      keys: typed PRNG keys.
      model: the morphable model.
      config: ranges to draw from.
    Returns:
      Pictures and all that is true about them.
    """
    paint = face_paint(model)
    factors = jax.vmap(lambda key: jax.random.split(key, 4))(keys)
    identity = config.identity_scale * jax.vmap(
        lambda key: jax.random.normal(key, (model.identity_size,))
    )(factors[:, 0])
    expression = jax.vmap(
        lambda key: random_expression(key, model, config.expression_scale, config.neutral_share)
    )(factors[:, 1])
    vertices = shape(model, identity, expression)
    camera = jax.vmap(lambda key, points: random_camera(key, points, config))(
        factors[:, 2], vertices[:, model.landmarks]
    )

    def picture(scene: tuple[Array, Array, Camera]) -> Array:
        return _picture(*scene, model.triangles, paint, config)

    image = jax.lax.map(picture, (factors[:, 3], vertices, camera))
    landmarks = project(camera, vertices[:, model.landmarks])[..., :2]
    return Pair(image, identity, expression, camera, landmarks)


def random_camera(
    key: Key[Array, ""], landmarks: Float[Array, "68 3"], config: SceneConfig
) -> Camera:
    """A random view of a face, cropped around its landmarks."""
    keys = jax.random.split(key, 5)
    spreads = (
        (config.pitch_deviation, config.pitch_limit),
        (config.yaw_deviation, config.yaw_limit),
        (config.roll_deviation, config.roll_limit),
    )
    angles = [
        _cut_normal(angle_key, math.radians(deviation), math.radians(limit))
        for angle_key, (deviation, limit) in zip(keys[:3], spreads, strict=True)
    ]
    seen = Camera(rotation_from_euler(*angles), jnp.ones(()), jnp.zeros(2))
    centre, side = crop_square(bounding_box(project(seen, landmarks)[:, :2]))
    centre = centre + side * jax.random.uniform(
        keys[3], (2,), minval=-config.shift_jitter, maxval=config.shift_jitter
    )
    side = side * (1.0 + config.size_jitter * jax.random.uniform(keys[4], minval=-1.0))
    scale = config.image_size / side
    return Camera(seen.rotation, scale, config.image_size / 2 - scale * centre)


def random_light(key: Key[Array, ""], config: SceneConfig) -> Light:
    """Ambient light with a soft lamp in it, and a directional light from the viewer's side."""
    keys = jax.random.split(key, 8)
    tint = 1.0 + config.colour_of_light * jax.random.uniform(keys[0], (3, 3), minval=-1.0)
    ambient = jax.random.uniform(keys[1], minval=config.ambient[0], maxval=config.ambient[1])
    lamp = jax.random.normal(keys[2], (3,)) + jnp.array([0.0, 0.5, 0.5])
    lamp = lamp / jnp.maximum(jnp.linalg.norm(lamp), 1e-6)
    everywhere = jnp.zeros(9).at[0].set(2.0 * math.sqrt(math.pi) * ambient)
    soft = jax.random.uniform(keys[3]) * ambient * spherical_harmonics(lamp)
    direction = jax.random.normal(keys[4], (3,)) + jnp.array([0.0, 0.7, 1.5])
    direction = direction / jnp.maximum(jnp.linalg.norm(direction), 1e-6)
    strength = jax.random.uniform(
        keys[5], minval=config.directional[0], maxval=config.directional[1]
    )
    return Light(
        environment=everywhere[:, None] * tint[0] + 2.0 * soft[:, None] * tint[1],
        direction=direction,
        colour=strength * tint[2],
        specular=config.specular * jax.random.uniform(keys[6]),
        shininess=jax.random.uniform(keys[7], minval=5.0, maxval=30.0),
    )


def _picture(
    key: Key[Array, ""],
    vertices: Float[Array, "N 3"],
    camera: Camera,
    triangles: Int[Array, "F 3"],
    paint: FacePaint,
    config: SceneConfig,
) -> Float[Array, "H W 3"]:
    """Rasterise, shade, put before a background, add noise."""
    keys = jax.random.split(key, 5)
    side = config.image_size * config.supersampling
    scale = jnp.array([config.supersampling, config.supersampling, 1.0])
    colour_key = keys[0] if config.vary_appearance else jax.random.key(0)
    colours = random_colours(colour_key, paint)
    normals = vertex_normals(vertices @ camera.rotation.T, triangles)
    fragments = rasterise(project(camera, vertices) * scale, triangles, side, side)
    seen = interpolate(fragments, triangles, jnp.concatenate([normals, colours], axis=-1))
    length = jnp.linalg.norm(seen[..., :3], axis=-1, keepdims=True)
    lit = shade(
        seen[..., 3:], seen[..., :3] / jnp.maximum(length, 1e-6), random_light(keys[1], config)
    )
    behind = random_background(keys[2], side, config.clutter)
    image = jnp.where(fragments.triangle[..., None] >= 0, encode_gamma(lit), behind)
    image = shrink(image, config.supersampling)
    deviation = config.noise * jax.random.uniform(keys[3])
    return jnp.clip(image + deviation * jax.random.normal(keys[4], image.shape), 0.0, 1.0)


def _cut_normal(key: Key[Array, ""], deviation: float, limit: float) -> Float[Array, ""]:
    """A normal deviate, drawn anew (in effect) wherever it would pass the limit."""
    bound = limit / max(deviation, 1e-9)
    return deviation * jax.random.truncated_normal(key, -bound, bound)
