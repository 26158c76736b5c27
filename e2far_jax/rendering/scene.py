"""Random scenes of one face: a PRNG key goes in, a picture and everything true about it come out.

A scene depends on nothing but its key, and on the ranges in the configuration.
"""

from __future__ import annotations

import functools
import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key

from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.appearance import random_colours
from e2far_jax.rendering.background import (
    Background,
    BackgroundRanges,
    draw_background,
    random_background,
)
from e2far_jax.rendering.expressions import random_expression
from e2far_jax.rendering.images import encode_gamma, shrink, soften, uniform_noise
from e2far_jax.rendering.lights import Light, normalise, shade, spherical_harmonics
from e2far_jax.rendering.paint import FacePaint, face_paint
from e2far_jax.rendering.rasteriser import interpolate, rasterise
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.rendering.views import View, random_view, see


@pytree_dataclass
class Pair:
    """A picture and what it shows; leading axes are batches.

    Attributes:
      image: display RGB in [0, 1].
      identity: whitened identity coefficients.
      expression: expression coefficients.
      camera: in the picture's pixels; fits the landmarks best where there is perspective.
      landmarks: the 68 projected landmarks, pixels.
      factors: what else was drawn, by family and name, such as "pose.yaw"; see the families.
    """

    image: Float[Array, "*B H W 3"]
    identity: Float[Array, "*B I"]
    expression: Float[Array, "*B E"]
    camera: Camera
    landmarks: Float[Array, "*B 68 2"]
    factors: dict[str, Float[Array, "*B"]]


@pytree_dataclass
class _Setting:
    """What a scene adds to a shape."""

    colours: Float[Array, "*B N 3"]
    light: Light
    background: Background
    softness: Float[Array, "*B"]
    noise: Float[Array, "*B"]
    noise_key: Key[Array, "*B"]


def render_pair(key: Key[Array, ""], model: MorphableModel, config: SceneConfig) -> Pair:
    """One random scene of a morphable model; see `render_pairs`."""
    return jax.tree.map(lambda leaf: leaf[0], render_pairs(key[None], model, config))


@functools.partial(jax.jit, static_argnames="config")
def render_pairs(keys: Key[Array, "B"], model: MorphableModel, config: SceneConfig) -> Pair:
    """Random scenes of a morphable model, one a key; a scene depends on nothing but its own key.

    Shapes are one matrix product and pixels are coloured all at once; what a scene is made of and
    which triangle a pixel shows are found scene by scene, because that is faster on CPUs: a
    batched scatter is slow, and XLA would compute random numbers anew for each pixel that uses
    them, were they not the stored results of a loop. Where the model has a region "opaque", only
    that is drawn (ICT-FaceKit's tears and lashes are not). Not differentiable.

    Args:
      keys: typed PRNG keys.
      model: the morphable model.
      config: ranges to draw from.
    Returns:
      Pictures and all that is true about them.
    """
    paint = face_paint(model)
    scene_keys = jax.vmap(lambda key: jax.random.split(key, 3))(keys)
    identity, expression = jax.vmap(lambda key: random_coefficients(key, model, config))(
        scene_keys[:, 0]
    )
    vertices = shape(model, identity, expression)
    points = vertices[:, model.landmarks]
    view, factors = jax.lax.map(
        lambda scene: random_view(*scene, config.pose, config.crop, config.image_size),
        (scene_keys[:, 1], points),
    )
    setting = jax.lax.map(lambda key: _random_setting(key, paint, config), scene_keys[:, 2])
    opaque = model.regions.get("opaque", jnp.ones(len(model.mean), bool))
    surface = jax.lax.map(
        lambda scene: _visible_surface(*scene, opaque, model.triangles, config),
        (vertices, view, setting.colours),
    )
    image = jax.vmap(lambda *scene: _shaded(*scene, config))(surface, setting)
    image = jax.lax.map(lambda scene: soften(*scene), (image, setting.softness))
    image = jax.vmap(_noisy)(image, setting)
    landmarks = see(view, _turned(view, points))[..., :2]
    return Pair(image, identity, expression, view.camera, landmarks, factors)


def random_coefficients(
    key: Key[Array, ""], model: MorphableModel, config: SceneConfig
) -> tuple[Float[Array, "I"], Float[Array, "E"]]:
    """Identity and expression coefficients of a random face."""
    keys = jax.random.split(key)
    identity = config.identity_scale * jax.random.normal(keys[0], (model.identity_size,))
    expression = random_expression(
        keys[1],
        model.expression_names,
        model.expression_prior,
        model.expression_size,
        config.expression,
    )
    return identity, expression


def random_light(key: Key[Array, ""], config: SceneConfig) -> Light:
    """Light from everywhere with a broad lamp in it, and a directional light, mostly from above."""
    keys = jax.random.split(key)
    numbers = jax.random.uniform(keys[0], (14,))
    tint = 1.0 + config.tint * (2.0 * numbers[:9].reshape(3, 3) - 1.0)
    ambient = _between(numbers[9], config.ambient)
    middles = jnp.array([[0.0, 0.5, 0.5], [0.0, 0.8, 1.5]])
    lamp, direction = normalise(jax.random.normal(keys[1], (2, 3)) + middles)
    broad = math.pi * ambient * config.lamp * numbers[10] * spherical_harmonics(lamp)
    everywhere = jnp.zeros(9).at[0].set(2.0 * math.sqrt(math.pi) * ambient)
    return Light(
        environment=everywhere[:, None] * tint[0] + broad[:, None] * tint[1],
        directions=direction[None],
        colours=(_between(numbers[11], config.directional) * tint[2])[None],
        specular=config.specular * numbers[12],
        shininess=_between(numbers[13], (5.0, 30.0)),
        shadow=jnp.zeros(()),
        exposure=jnp.ones(()),
    )


def _random_setting(key: Key[Array, ""], paint: FacePaint, config: SceneConfig) -> _Setting:
    keys = jax.random.split(key, 5)
    faults = jax.random.uniform(keys[3], (2,))
    backgrounds = BackgroundRanges() if config.clutter else BackgroundRanges.off()
    return _Setting(
        colours=random_colours(keys[0], paint, config.appearance),
        light=random_light(keys[1], config),
        background=random_background(keys[2], backgrounds)[0],
        softness=config.softness * faults[0],
        noise=config.noise * faults[1],
        noise_key=keys[4],
    )


def _visible_surface(
    vertices: Float[Array, "N 3"],
    view: View,
    colours: Float[Array, "N 3"],
    opaque: Bool[Array, "N"],
    triangles: Int[Array, "F 3"],
    config: SceneConfig,
) -> Float[Array, "H W 7"]:
    """Normal in the camera's axes, colour, and whether there is a surface, at each sample."""
    samples = config.supersampling
    turned = _turned(view, vertices)
    normals = vertex_normals(turned, triangles)
    side = config.image_size * samples
    points = see(view, turned) * jnp.array([samples, samples, 1.0])
    points = jnp.where(opaque[:, None], points, jnp.nan)  # NaN is not drawn
    fragments = rasterise(points, triangles, side, side)
    attributes = jnp.concatenate([normals, colours, jnp.ones_like(colours[:, :1])], axis=-1)
    return interpolate(fragments, triangles, attributes)


def _turned(view: View, points: Float[Array, "*B N 3"]) -> Float[Array, "*B N 3"]:
    """Points in the camera's axes."""
    return jnp.matmul(points, jnp.swapaxes(view.rotation, -1, -2), precision="highest")


def _shaded(
    surface: Float[Array, "H W 7"], setting: _Setting, config: SceneConfig
) -> Float[Array, "h w 3"]:
    """The lit face before its background."""
    normals, colours, covered = surface[..., :3], surface[..., 3:6], surface[..., 6:] > 0.5
    face = encode_gamma(shade(colours, normalise(normals), setting.light))
    background = draw_background(setting.background, surface.shape[0])
    return shrink(jnp.where(covered, face, background), config.supersampling)


def _noisy(image: Float[Array, "H W 3"], setting: _Setting) -> Float[Array, "H W 3"]:
    noise = setting.noise * uniform_noise(setting.noise_key, *image.shape[:2])
    return jnp.clip(image + noise, 0.0, 1.0)


def _between(number: Float[Array, ""], limits: tuple[float, float]) -> Float[Array, ""]:
    """A number from [0, 1] stretched to other limits."""
    return limits[0] + number * (limits[1] - limits[0])
