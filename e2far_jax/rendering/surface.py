"""A dressed head as one mesh, and what each pixel shows of it before light falls on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.pytrees import pytree_dataclass, static_field
from e2far_jax.rendering.detail import skin_detail
from e2far_jax.rendering.eyes import behind_lids, lids_closed, light_through_lids
from e2far_jax.rendering.paint import FacePaint
from e2far_jax.rendering.rasteriser import interpolate, rasterise
from e2far_jax.rendering.shading import normalise
from e2far_jax.rendering.skin import Skin
from e2far_jax.rendering.views import View, see, unsee
from e2far_jax.rendering.wear.clothes import clothes_detail, clothes_triangles
from e2far_jax.rendering.wear.glasses import glasses_triangles
from e2far_jax.rendering.wear.hair import hair_triangles
from e2far_jax.rendering.wear.linings import lining_triangles
from e2far_jax.rendering.wear.piece import Piece
from e2far_jax.rendering.wear.strands import hair_detail

# What to multiply the colour with, and unit normals.
Detail = tuple[Float[Array, "3 H W"], Float[Array, "3 H W"]]


@pytree_dataclass
class Mesh:
    """Everything that is drawn in one scene.

    Attributes:
      vertices: the camera's axes, mm; NaN where nothing is to be drawn.
      triangles: of the face and its linings first, then of hair, glasses and clothes.
      normals: not of unit length.
      colours: linear reflectance.
      gloss: strength of highlights, 1 is skin.
      coordinates: places for the detail of skin, hair and fabric.
      closed: how far the lids are closed, see `eyes.lids_closed`.
      face_triangles: how many triangles are the face's and its linings'.
    """

    vertices: Float[Array, "K 3"]
    triangles: Int[Array, "G 3"]
    normals: Float[Array, "K 3"]
    colours: Float[Array, "K 3"]
    gloss: Float[Array, "K"]
    coordinates: Float[Array, "K 3"]
    closed: Float[Array, "2"]
    face_triangles: int = static_field(default=0)


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

    points: Float[Array, "3 H W"]
    normals: Float[Array, "3 H W"]
    colours: Float[Array, "3 H W"]
    gloss: Float[Array, "H W"]
    depth: Float[Array, "H W"]
    scale: Float[Array, ""]

    @property
    def covered(self) -> Bool[Array, "H W"]:
        """Where anything is drawn."""
        return jnp.isfinite(self.depth)


def dressed_mesh(
    face: Float[Array, "N 3"],
    model: MorphableModel,
    paint: FacePaint,
    skin: Skin,
    worn: Sequence[Piece],
    view: View,
) -> Mesh:
    """Put a face, its linings and what it wears together.

    Where the model has a region "opaque", only that of the face is drawn (ICT-FaceKit's tears and
    lashes are not).
    """
    vertices = jnp.concatenate([face, *(piece.vertices for piece in worn)])
    turned = jnp.matmul(vertices, view.rotation.T, precision="highest")
    turned = turned.at[: len(face)].set(behind_lids(turned[: len(face)], model))
    closed = lids_closed(model, face)
    light = light_through_lids(model, closed)
    colours, gloss = skin.colours * light[:, None], skin.gloss * light
    triangles = jnp.concatenate([model.triangles, len(face) + _worn_triangles()])
    opaque = model.regions.get("opaque", jnp.ones(len(face), bool))
    drawn = jnp.concatenate([opaque, jnp.ones(len(vertices) - len(face), bool)])
    return Mesh(
        vertices=jnp.where(drawn[:, None], turned, jnp.nan),
        triangles=triangles,
        normals=vertex_normals(turned, triangles),
        colours=jnp.concatenate([colours, *(piece.colours for piece in worn)]),
        gloss=jnp.concatenate([gloss, *(piece.gloss for piece in worn)]),
        coordinates=jnp.concatenate([paint.coordinates, *(piece.coordinates for piece in worn)]),
        closed=closed,
        face_triangles=len(model.triangles) + len(lining_triangles()),
    )


def _worn_triangles() -> Int[np.ndarray, "F 3"]:
    """Of linings, hair, glasses and clothes, numbered through."""
    pieces = (lining_triangles(), hair_triangles(), glasses_triangles(), clothes_triangles())
    firsts = np.cumsum([0] + [piece.max() + 1 for piece in pieces[:-1]])
    return np.concatenate([piece + first for piece, first in zip(pieces, firsts, strict=True)])


def visible_surface(mesh: Mesh, skin: Skin, view: View, size: int, samples: int) -> Surface:
    """Rasterise a mesh and add the detail of skin, hair and fabric.

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
    attributes = (mesh.normals, mesh.colours, mesh.gloss[:, None], mesh.coordinates)
    seen = interpolate(fragments, mesh.triangles, jnp.concatenate(attributes, axis=-1))
    planes = jnp.moveaxis(seen, -1, 0)
    normals, colours, gloss, coordinates = jnp.split(planes, (3, 6, 7))
    scale = view.scale * samples
    shade, normals = _detail(
        fragments.triangle - mesh.face_triangles,
        coordinates,
        normalise(normals),
        skin,
        mesh.closed,
        view,
        scale,
    )
    return Surface(
        points=_points(view, fragments.depth, finer),
        normals=normals,
        colours=colours * shade,
        gloss=gloss[0],
        depth=fragments.depth,
        scale=scale,
    )


def _detail(
    part: Int[Array, "H W"],
    coordinates: Float[Array, "3 H W"],
    normals: Float[Array, "3 H W"],
    skin: Skin,
    closed: Float[Array, "2"],
    view: View,
    scale: Float[Array, ""],
) -> Detail:
    """Of skin, hair and fabric; parts are triangles, the face's negative."""
    is_hair = (part >= 0) & (part < len(hair_triangles()))
    is_cloth = part >= len(hair_triangles()) + len(glasses_triangles())

    def skin_here() -> Detail:
        return skin_detail(coordinates, normals, skin.detail, view.rotation, 1.0 / scale, closed)

    def fabric_here() -> Detail:
        return jnp.broadcast_to(clothes_detail(coordinates), normals.shape), normals

    detail = _with(part < 0, skin_here, (jnp.ones_like(normals), normals))
    detail = _with(is_hair, lambda: hair_detail(coordinates, normals, scale), detail)
    return _with(is_cloth, fabric_here, detail)


def _with(here: Bool[Array, "H W"], draw: Callable[[], Detail], otherwise: Detail) -> Detail:
    """Detail of the pixels that have it; not even computed where there are none."""

    def drawn() -> Detail:
        return jax.tree.map(lambda new, old: jnp.where(here, new, old), draw(), otherwise)

    return jax.lax.cond(here.any(), drawn, lambda: otherwise)


def _points(
    view: View, depth: Float[Array, "H W"], finer: Float[Array, "3"]
) -> Float[Array, "3 H W"]:
    """Where each sample's surface is; nothing drawn counts as the middle of the face."""
    rows, columns = (jnp.arange(count) + 0.5 for count in depth.shape)
    known = jnp.where(jnp.isfinite(depth), depth, view.middle[2])
    x, y = jnp.meshgrid(columns, rows)
    image = jnp.stack([x, y, known], axis=-1).reshape(-1, 3) / finer
    return unsee(view, image).T.reshape(3, *depth.shape)
