"""From shapes to pictures: rasteriser, light, skin, backgrounds, and random scenes of faces."""
