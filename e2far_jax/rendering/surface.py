"""The face as a mesh in colour, and what each pixel shows of it before light falls on it."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.detail import skin_detail
from e2far_jax.rendering.lights import normalise
from e2far_jax.rendering.paint import FacePaint
from e2far_jax.rendering.rasteriser import interpolate, rasterise
from e2far_jax.rendering.skin import Skin
from e2far_jax.rendering.views import View, see, unsee


@pytree_dataclass
class Mesh:
    """Everything that is drawn in one scene.

    Attributes:
      vertices: the camera's axes, mm; NaN where nothing is to be drawn.
      triangles: of the face first, then of what is worn.
      colours: linear reflectance.
      gloss: strength of highlights, 1 is skin.
      coordinates: places for the detail of skin and hair.
    """

    vertices: Float[Array, "K 3"]
    triangles: Int[Array, "G 3"]
    colours: Float[Array, "K 3"]
    gloss: Float[Array, "K"]
    coordinates: Float[Array, "K 3"]


@pytree_dataclass
class Surface:
    """What each sample of the picture shows.

    Attributes:
      points: the camera's axes, mm.
      normals: unit vectors, the camera's axes.
      colours: linear reflectance.
      gloss: strength of highlights, 1 is skin.
      depth: mm, larger is nearer, -inf where nothing is drawn.
      scale: samples per millimetre.
    """

    points: Float[Array, "H W 3"]
    normals: Float[Array, "H W 3"]
    colours: Float[Array, "H W 3"]
    gloss: Float[Array, "H W"]
    depth: Float[Array, "H W"]
    scale: Float[Array, ""]

    @property
    def covered(self) -> Bool[Array, "H W"]:
        """Where anything is drawn."""
        return jnp.isfinite(self.depth)


def dressed_mesh(
    face: Float[Array, "N 3"], model: MorphableModel, paint: FacePaint, skin: Skin, view: View
) -> Mesh:
    """Put a face and what it wears together.

    Where the model has a region "opaque", only that of the face is drawn (ICT-FaceKit's tears and
    lashes are not).
    """
    opaque = model.regions.get("opaque")
    if opaque is not None:
        face = jnp.where(opaque[:, None], face, jnp.nan)
    turned = jnp.matmul(face, view.rotation.T, precision="highest")
    return Mesh(turned, model.triangles, skin.colours, skin.gloss, paint.coordinates)


def visible_surface(mesh: Mesh, skin: Skin, view: View, size: int, samples: int) -> Surface:
    """Rasterise a mesh and add the detail of skin and hair.

    Args:
      mesh: what is drawn.
      skin: with the face's detail.
      view: the camera.
      size: side of the picture, pixels.
      samples: samples a pixel along each axis.
    """
    side = size * samples
    finer = jnp.array([samples, samples, 1.0])
    fragments = rasterise(see(view, mesh.vertices) * finer, mesh.triangles, side, side)
    attributes = jnp.concatenate(
        [vertex_normals(mesh.vertices, mesh.triangles), mesh.colours, mesh.gloss[:, None],
         mesh.coordinates], axis=-1,
    )  # fmt: skip
    seen = interpolate(fragments, mesh.triangles, attributes)
    normals, colours, gloss, coordinates = jnp.split(seen, (3, 6, 7), axis=-1)
    normals = normalise(normals)
    scale = view.scale * samples
    shade, bent = skin_detail(coordinates, normals, skin.detail, view.rotation, 1.0 / scale)
    return Surface(
        points=_points(view, fragments.depth, finer),
        normals=bent,
        colours=colours * shade,
        gloss=gloss[..., 0],
        depth=fragments.depth,
        scale=scale,
    )


def _points(
    view: View, depth: Float[Array, "H W"], finer: Float[Array, "3"]
) -> Float[Array, "H W 3"]:
    """Where each sample's surface is; nothing drawn counts as the middle of the face."""
    rows, columns = (jnp.arange(count) + 0.5 for count in depth.shape)
    known = jnp.where(jnp.isfinite(depth), depth, view.middle[2])
    x, y = jnp.meshgrid(columns, rows)
    image = jnp.stack([x, y, known], axis=-1).reshape(-1, 3) / finer
    return unsee(view, image).reshape(*depth.shape, 3)
