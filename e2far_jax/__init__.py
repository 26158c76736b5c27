"""3D faces from a single photograph: UH-E2FAR (Dou, Shah, Kakadiaris, CVPR 2017) in JAX.

Units and axes, everywhere: millimetres and radians; +x the subject's left, +y up, +z out of the
face. Images are float RGB in [0, 1], pixel (0, 0) the top left one with its centre at (0.5, 0.5).
"""
