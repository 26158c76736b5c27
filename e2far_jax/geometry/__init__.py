"""Rotations, cameras, boxes, alignment, and the normals and areas of meshes."""
