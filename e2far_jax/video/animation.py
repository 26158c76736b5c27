"""A person as an animated .glb: weights of the expressions by name, and how the head moves."""

from __future__ import annotations

import numpy as np

from e2far_jax.faces.face import Face
from e2far_jax.gltf.mesh import Animation
from e2far_jax.maps.colours import face_colours
from e2far_jax.outputs.glb import face_glb, node_placement
from e2far_jax.video.motion import Motion


def animated_glb(face: Face, motion: Motion) -> bytes:
    """A binary glTF file whose animation keeps the video's time.

    The head keeps its size: a scaled-orthographic camera does not tell near from large, so that
    only its turning, and its place in the picture's plane, are animated.

    Args:
      face: who it is; where its photograph is at hand, the mesh has its colours.
      motion: the person's.
    """
    rotations, translations = node_placement(motion.camera, face.picture_size)
    animation = Animation(
        seconds=np.float32(motion.seconds),
        weights=np.float32(motion.expression),
        rotations=rotations,
        translations=translations,
        name="video",
    )
    colours = None if face.photograph is None else face_colours(face)
    return face_glb(face, colours=colours, animation=animation, pose="camera")
