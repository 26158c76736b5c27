"""Where the 68 landmarks are on the Basel Face Model 2009, whose own files have none.

They are those of 300W-LP. Two projects publish them, and agree on every one: 3DDFA as vertices of
its trimmed model (`keypoints_sim.npy`), Deep3DFaceRecon as vertices of its front
(`facemodel_info.mat`); its `BFM_front_idx.mat` and `BFM_exp_idx.mat` lead from there to the 53,490
vertices that are counted here.
"""

from __future__ import annotations

VERTICES = 53490

# fmt: off
LANDMARKS = (
    22148, 22424, 21928, 21311, 43511, 45193, 46441, 47410, 48189,
    48970, 49942, 51199, 52888, 33953, 33280, 32744, 32984,
    38970, 39667, 40057, 40262, 40429, 41168, 41334, 41542, 41936, 42642,
    8290, 8306, 8316, 8321, 6525, 7300, 8333, 9364, 10137,
    2215, 3886, 4920, 5828, 4801, 3640, 10730, 11628, 12658, 14341, 12928, 11767,
    5522, 6025, 7570, 8344, 9118, 10669, 11070, 9792, 9019, 8374, 7729, 6954,
    5909, 7450, 8352, 9256, 10812, 9012, 8367, 7722,
)
# fmt: on
