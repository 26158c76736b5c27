"""Random scenes of one face: a PRNG key goes in, a picture and everything true about it come out.

A scene depends on nothing but its key, the morphable model, and the ranges in the configuration.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from e2far_jax.geometry.cameras import Camera
from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.background import Background, draw_background, random_background
from e2far_jax.rendering.camera_faults import Faults, apply_faults, random_faults
from e2far_jax.rendering.each import of_each
from e2far_jax.rendering.expressions import random_expression
from e2far_jax.rendering.facial_hair import random_facial_hair
from e2far_jax.rendering.images import encode_gamma, expose, shrink
from e2far_jax.rendering.lights import random_light
from e2far_jax.rendering.objects import Objects, draw_objects, random_objects
from e2far_jax.rendering.paint import FacePaint, face_paint
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.rendering.shading import Light, shade
from e2far_jax.rendering.shadows import light_visibility, openness
from e2far_jax.rendering.skin import Skin, random_skin
from e2far_jax.rendering.stored import stored
from e2far_jax.rendering.surface import Mesh, Surface, dressed_mesh, visible_surface
from e2far_jax.rendering.views import Factors, View, random_view, see
from e2far_jax.rendering.wear.clothes import random_clothes
from e2far_jax.rendering.wear.glasses import random_glasses
from e2far_jax.rendering.wear.hair import random_hair
from e2far_jax.rendering.wear.head import head_of
from e2far_jax.rendering.wear.linings import lining
from e2far_jax.rendering.wear.piece import Piece


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
    factors: Factors


@pytree_dataclass
class _Scene:
    """What a scene adds to a shape."""

    view: View
    skin: Skin
    worn: tuple[Piece, ...]
    light: Light
    background: Background
    objects: Objects
    faults: Faults


def render_pair(key: Key[Array, ""], model: MorphableModel, config: SceneConfig) -> Pair:
    """One random scene of a morphable model; see `render_pairs`."""
    return jax.tree.map(lambda leaf: leaf[0], render_pairs(key[None], model, config))


@jax.jit
def render_pairs(keys: Key[Array, "B"], model: MorphableModel, config: SceneConfig) -> Pair:
    """Random scenes of a morphable model, one a key; a scene depends on nothing but its own key.

    Shapes are one matrix product; all else is found scene by scene on CPUs, and for many scenes
    together on other processors, see `each.py`. Not differentiable.

    A scene is worked at in the memory of the one before, on other processors than CPUs 64 at a time
    in that of the 64 before (9 MiB a scene for the default face at 112 pixels); a picture more
    takes its vertices and what was drawn of it (0.5 MiB), and itself.

    Args:
      keys: typed PRNG keys.
      model: the morphable model.
      config: ranges to draw from, for all scenes, or with an axis in front, for each its own.
    Returns:
      Pictures and all that is true about them.
    """
    paint = face_paint(model)
    keys = jax.vmap(jax.random.split)(keys)
    configs = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, len(keys)), config)
    identity, expression = jax.vmap(lambda key, config: random_coefficients(key, model, config))(
        keys[:, 0], configs
    )
    vertices = shape(model, identity, expression)
    landmarks = model.landmarks.on(vertices)
    scene, factors = of_each(
        lambda drawn: _random_scene(*drawn, model, paint), (configs, keys[:, 1], vertices)
    )
    image = of_each(lambda drawn: _picture(*drawn, model, paint, config), (vertices, scene))
    seen = see(scene.view, jnp.einsum("bij,blj->bli", scene.view.rotation, landmarks))
    return Pair(image, identity, expression, scene.view.camera, seen[..., :2], factors)


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


def _random_scene(
    config: SceneConfig,
    key: Key[Array, ""],
    vertices: Float[Array, "N 3"],
    model: MorphableModel,
    paint: FacePaint,
) -> tuple[_Scene, Factors]:
    """Draw everything but the face's shape, and what there is to know of it."""
    keys = jax.random.split(key, 10)
    landmarks = model.landmarks.on(vertices)
    view, of_view = random_view(keys[0], landmarks, config.pose, config.crop, config.image_size)
    facial_hair, of_facial_hair = random_facial_hair(keys[1], config.facial_hair)
    skin, of_skin = random_skin(keys[2], paint, config.skin, facial_hair)
    head = head_of(vertices, model)
    hair, of_hair = random_hair(keys[3], head, skin.hair, config.hair)
    glasses, of_glasses = random_glasses(keys[4], head, config.glasses)
    clothes, of_clothes = random_clothes(keys[5], head, skin.plain, config.clothes)
    light, of_light = random_light(keys[6], config.light)
    background, of_background = random_background(keys[7], config.background)
    hands = encode_gamma(expose(skin.plain, light.exposure))
    seen = see(view, landmarks @ view.rotation.T)[:, :2]
    objects, of_objects = random_objects(keys[8], seen, hands, config.objects)
    faults, of_faults = random_faults(keys[9], config.camera_faults)
    factors = (of_view, of_facial_hair, of_skin, of_hair, of_glasses, of_clothes, of_light,
               of_background, of_objects, of_faults)  # fmt: skip
    worn = (lining(model, landmarks, head, skin.plain), hair, glasses, clothes)
    scene = _Scene(view, skin, worn, light, background, objects, faults)
    return scene, {name: value for family in factors for name, value in family.items()}


def _picture(
    face: Float[Array, "N 3"],
    scene: _Scene,
    model: MorphableModel,
    paint: FacePaint,
    config: SceneConfig,
) -> Float[Array, "H W 3"]:
    """The photograph of one scene."""
    mesh = dressed_mesh(face, model, paint, scene.skin, scene.worn, scene.view)
    surface = visible_surface(mesh, scene.skin, scene.view, config.image_size, config.supersampling)
    lit = encode_gamma(expose(_lit(mesh, surface, scene), scene.light.exposure))
    background = draw_background(scene.background, len(surface.depth))
    planes = stored(jnp.where(surface.covered, lit, background), surface.scale)
    image = shrink(jnp.moveaxis(planes, 0, -1), config.supersampling)
    return apply_faults(draw_objects(image, scene.objects), scene.faults)


def _lit(mesh: Mesh, surface: Surface, scene: _Scene) -> Float[Array, "3 S S"]:
    """Linear light from each sample."""
    side, light = len(surface.depth), scene.light
    visibility = jax.lax.cond(
        light.shadow > 0.0,
        lambda: light_visibility(
            mesh.vertices, mesh.triangles, light.directions[0], surface.points, surface.normals
        ),
        lambda: jnp.ones((side, side)),
    )
    hollows = openness(surface.depth, surface.normals, surface.scale)
    return shade(surface.colours, surface.normals, light, surface.gloss, visibility, hollows)
