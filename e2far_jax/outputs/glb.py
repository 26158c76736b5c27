"""A face as a .glb whose morph targets are its model's expressions."""

from __future__ import annotations

import io
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from e2far_jax.faces.face import Face, expression_names
from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.gltf.mesh import Animation, GltfMesh, MorphTargets, Texture
from e2far_jax.gltf.writer import glb_bytes
from e2far_jax.morphable.model import MorphableModel, neutral_shape

METRES = 1e-3  # a millimetre
# An expression moves many vertices by next to nothing. Those that it moves, or whose normals it
# changes, by less are left in place, for the file's size.
LEAST_MOTION = 0.01  # mm along any axis, at a weight of 1
LEAST_TURN = 0.005  # of a unit normal's coordinates
JPEG_QUALITY = 95

_AXES = "metres; +x the subject's left, +y up, +z out of the face; right-handed"


def face_glb(
    face: Face,
    colours: Float[np.ndarray, "N 3"] | None = None,
    texture: Float[np.ndarray, "H W 3"] | None = None,
    animation: Animation | None = None,
    pose: str = "frontal",
) -> bytes:
    """A face as a binary glTF file, which can be animated by its expressions' names.

    Args:
      face: its neutral shape is the mesh, its expression the morph targets' weights.
      colours: RGB in [0, 1] of each vertex, as in a picture.
      texture: a picture, RGB in [0, 1], that the model's texture coordinates speak of.
      animation: of the weights, in the model's order, and of the node.
      pose: "camera" has the node turned and placed as `Face.mesh` says, in metres.
    Returns:
      The file's content.
    Raises:
      ValueError: as `model_glb`, or for another pose.
    """
    if pose not in ("frontal", "camera"):
        raise ValueError(f"pose is {pose!r}; the choices are 'frontal' and 'camera'")
    placed = node_placement(face.camera, face.picture_size) if pose == "camera" else (None, None)
    mesh = model_mesh(face.model, face.identity, face.expression, colours, texture, *placed)
    return glb_bytes(mesh, animation)


def model_mesh(
    model: MorphableModel,
    identity: Float[np.ndarray, "I"],
    expression: Float[np.ndarray, "E"],
    colours: Float[np.ndarray, "N 3"] | None = None,
    texture: Float[np.ndarray, "H W 3"] | None = None,
    rotation: Float[np.ndarray, "3 3"] | None = None,
    translation: Float[np.ndarray, "3"] | None = None,
) -> GltfMesh:
    """What `glb_bytes` writes for a face.

    Its `extras` say what the numbers mean: `model`, `licence` (of the model), `axes`, `weights`
    and `model_vertices`, so many of which come first, in the model's order. Of models with parts
    that let light through, such as tear fluid, these are not drawn: their vertices stay, their
    triangles are left out.

    Args:
      model: for its triangles, expressions and texture coordinates.
      identity: identity coefficients.
      expression: the first weights of the morph targets.
      colours, texture: as in `face_glb`.
      rotation, translation: of the node, metres.
    Returns:
      The neutral face, metres.
    Raises:
      ValueError: for both colours and a texture, a texture for a model without texture
        coordinates, or numbers that are not finite.
    """
    if colours is not None and texture is not None:
        raise ValueError("expected colours or a texture, got both: they would be multiplied")
    if not np.isfinite(identity).all():
        raise ValueError("the identity coefficients are not all finite")
    vertices = np.asarray(neutral_shape(model, jnp.asarray(identity, jnp.float32)))
    normals = _normals(model, vertices)
    drawn = _drawn_triangles(model)
    return GltfMesh(
        positions=vertices * np.float32(METRES),
        triangles=np.asarray(model.triangles)[drawn],
        normals=normals,
        colours=None if colours is None else linear_light(colours),
        texture=None if texture is None else _texture(model, texture, drawn),
        targets=_targets(model, vertices, normals, expression) if model.expression_size else None,
        rotation=rotation,
        translation=translation,
        extras=_extras(model),
    )


def node_placement(
    camera: Camera, picture_size: tuple[int, int]
) -> tuple[Float[np.ndarray, "*B 3 3"], Float[np.ndarray, "*B 3"]]:
    """Rotation and translation (metres) that put faces where `Face.mesh` does for the camera.

    A scaled-orthographic camera knows no distance: the face keeps its size, z is the depth.

    Args:
      camera: one, or one for each frame of a film.
      picture_size: width and height, pixels.
    """
    middle = np.asarray(picture_size, np.float32) / 2.0
    flat = (np.asarray(camera.translation) - middle) * np.array([1.0, -1.0], np.float32)
    flat = flat / np.asarray(camera.scale)[..., None] * np.float32(METRES)
    return np.asarray(camera.rotation), np.concatenate([flat, np.zeros_like(flat[..., :1])], -1)


def linear_light(display: Float[np.ndarray, "*B"]) -> Float[np.ndarray, "*B"]:
    """From values of a picture to linear light, both in [0, 1] (IEC 61966-2-1, sRGB)."""
    raised = ((np.maximum(display, 0.0) + 0.055) / 1.055) ** 2.4
    return np.where(display <= 0.04045, display / 12.92, raised)


def _targets(
    model: MorphableModel,
    vertices: Float[np.ndarray, "N 3"],
    normals: Float[np.ndarray, "N 3"],
    expression: Float[np.ndarray, "E"],
) -> MorphTargets:
    moved = np.moveaxis(np.asarray(model.expression_basis), -1, 0)
    turned = np.stack([_normals(model, vertices + one) - normals for one in moved])
    return MorphTargets(
        names=expression_names(model),
        positions=_without_small(moved, LEAST_MOTION) * np.float32(METRES),
        weights=np.asarray(expression),
        normals=_without_small(turned, LEAST_TURN),
    )


def _without_small(rows: Float[np.ndarray, "E N 3"], least: float) -> Float[np.ndarray, "E N 3"]:
    return np.where(np.abs(rows).max(axis=-1, keepdims=True) < least, np.float32(0.0), rows)


def _normals(model: MorphableModel, vertices: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    """Unit normals; +z where no triangle says, for glTF demands unit vectors."""
    normals = np.array(vertex_normals(jnp.asarray(vertices), model.triangles))
    normals[np.linalg.norm(normals, axis=1) < 0.5] = [0.0, 0.0, 1.0]
    return normals


def _drawn_triangles(model: MorphableModel) -> np.ndarray:
    if "opaque" not in model.regions:
        return np.ones(len(model.triangles), bool)
    return np.asarray(model.regions["opaque"])[np.asarray(model.triangles)].all(axis=1)


def _texture(
    model: MorphableModel, picture: Float[np.ndarray, "H W 3"], drawn: np.ndarray
) -> Texture:
    from PIL import Image

    if model.texture_coordinates is None or model.texture_triangles is None:
        raise ValueError(f"{model.name!r} has no texture coordinates; give colours instead")
    if not np.isfinite(picture).all():
        raise ValueError("the texture's values are not all finite")
    file = io.BytesIO()
    levels = np.rint(np.clip(picture, 0.0, 1.0) * 255.0).astype(np.uint8)
    Image.fromarray(levels).save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    coordinates, triangles = model.texture_coordinates, model.texture_triangles
    return Texture(file.getvalue(), np.asarray(coordinates), np.asarray(triangles)[drawn])


def _extras(model: MorphableModel) -> dict[str, Any]:
    unit = model.expression_prior == "unit"
    return {
        "model": model.name,
        "licence": model.licence,
        "axes": _AXES,
        "weights": "0 to 1" if unit else "standard deviations, any real numbers",
        "model_vertices": len(model.mean),
    }
