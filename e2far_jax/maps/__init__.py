"""Pictures per pixel of a face: depth, normals, positions, its texture, the views drawn of it."""
