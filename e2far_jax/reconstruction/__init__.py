"""From a photograph to faces: boxes, crops, coefficients, meshes, files and pictures."""
