"""The mesh files of a face."""

from __future__ import annotations

from e2far_jax.faces.face import Face, Pose
from e2far_jax.maps.texture_charts import texture_chart
from e2far_jax.outputs.axes import AXES
from e2far_jax.outputs.glb import face_glb
from e2far_jax.outputs.obj import mtl_bytes, obj_bytes
from e2far_jax.outputs.paint import Paint
from e2far_jax.outputs.ply import ply_bytes
from e2far_jax.outputs.texture_files import texture_file

Files = dict[str, bytes]


def obj_file(face: Face, paint: Paint) -> Files:
    """The face with its expression, with the model's own texture coordinates if it has any."""
    model = face.model
    if model.texture_coordinates is None:
        return {".obj": obj_bytes(face.mesh())}
    return {".obj": obj_bytes(face.mesh(), *texture_chart(model))}


def textured_file(face: Face, paint: Paint) -> Files:
    """The texture, what of it the photograph shows, and the mesh that wears it.

    Raises:
      ValueError: for a face without its photograph.
    """
    material, chart = f"{paint.stem}.textured.mtl", texture_chart(face.model)
    return {
        ".textured.obj": obj_bytes(face.mesh(), *chart, material=material),
        ".textured.mtl": mtl_bytes(f"{paint.stem}.texture.png"),
        **texture_file(face, paint),
    }


def glb_file(face: Face, paint: Paint) -> Files:
    """The neutral face with its expressions as morph targets, set to the face's own."""
    return {".glb": face_glb(face, paint.colours)}


def ply_file(face: Face, paint: Paint) -> Files:
    """The face with its expression and a colour for each vertex."""
    return {".ply": ply_bytes(face.mesh(), paint.colours)}


def neutral_file(face: Face, paint: Paint) -> Files:
    """The face without expression."""
    return {".neutral.ply": ply_bytes(face.mesh("neutral"), paint.colours)}


def posed_file(face: Face, paint: Paint) -> Files:
    """The face with its expression, turned and placed as in the photograph."""
    pose: Pose = "camera"
    return {".posed.ply": ply_bytes(face.mesh(pose=pose), paint.colours, AXES[pose])}
