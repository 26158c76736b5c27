"""Reconstruct a face with numpy, Pillow and onnxruntime alone, from what `e2far export` wrote.

    python experiments/onnx_example.py exported photo.jpg X0 Y0 X1 Y1 face.obj

X0 Y0 X1 Y1 is the box around the face's 68 landmarks, pixels: from the brows to the chin.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def cut(photograph, box, size):
    """The square around a box, its top left corner, and photograph pixels a crop pixel."""
    side = np.hypot(box[2] - box[0], box[3] - box[1])
    corner = (box[:2] + box[2:] - side) / 2
    margin = max(side / size, 1) + 1  # what the resampling reads beyond the square
    first = np.floor(corner - margin).astype(int)
    last = np.ceil(corner + side + margin).astype(int)
    height, width = photograph.shape[:2]
    rows = np.clip(np.arange(first[1], last[1]), 0, height - 1)
    columns = np.clip(np.arange(first[0], last[0]), 0, width - 1)
    region = photograph[np.ix_(rows, columns)]
    square = (*(corner - first), *(corner - first + side))
    channels = [
        Image.fromarray(region[..., c]).resize((size, size), Image.Resampling.BILINEAR, square)
        for c in range(3)
    ]
    return np.clip(np.stack(channels, axis=-1), 0, 1), corner, side / size


folder, photograph, *numbers, out = sys.argv[1:]
described = json.loads((Path(folder) / "network.onnx.json").read_text())
model = np.load(Path(folder) / described["morphable_model"]["file"])
session = onnxruntime.InferenceSession(Path(folder) / described["program"]["file"])

picture = ImageOps.exif_transpose(Image.open(photograph)).convert("RGB")
pixels = np.asarray(picture, np.float32) / 255
crop, corner, zoom = cut(pixels, np.array(numbers, float), described["crop"]["size"])
identity, expression, rotation, scale, translation = (
    output[0] for output in session.run(None, {"images": crop[None]})
)
vertices = model["mean"] + model["identity_basis"] @ identity
vertices = vertices + model["expression_basis"] @ expression
lines = [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in vertices]
lines += [f"f {a} {b} {c}" for a, b, c in model["triangles"] + 1]
Path(out).write_text("\n".join(lines) + "\n")

corners = vertices[model["landmarks"]]
turned = np.sum(model["landmark_weights"][..., None] * corners, axis=1) @ rotation.T
landmarks = zoom * (scale * turned[:, :2] * [1, -1] + translation) + corner
print("box of the landmarks found:", *np.rint([*landmarks.min(axis=0), *landmarks.max(axis=0)]))
names = described["outputs"][1]["coefficients"]
for index in np.argsort(-abs(expression))[:5]:
    print(f"{names[index]} {expression[index]:.2f}")
