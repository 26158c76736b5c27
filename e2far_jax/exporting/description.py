"""What whoever runs an exported network has to know, as plain dictionaries for JSON."""

from __future__ import annotations

from typing import Any

from e2far_jax import __version__
from e2far_jax import settings as settings_io
from e2far_jax.exporting.parity import BATCHES, BOUND
from e2far_jax.faces.face import expression_names
from e2far_jax.faces.record import FACE_AXES, PICTURE_AXES
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.weights import TrainedNetwork

CROP = {
    "box": "[x0, y0, x1, y1], the tightest around the face's 68 iBUG landmarks, " + PICTURE_AXES,
    "centre": "[(x0 + x1) / 2, (y0 + y1) / 2]",
    "side": "sqrt((x1 - x0)^2 + (y1 - y0)^2), pixels of the photograph: the box's diagonal",
    "beyond_the_photograph": "its nearest edge pixel is repeated",
    "resampling": "triangle filter as wide as a crop's pixel where the crop is smaller than the "
    "square, bilinear where it is larger (Pillow's BILINEAR)",
}
CAMERA = {
    "model": "scaled-orthographic",
    "projection": "a point v in mm falls at x = scale (R v)_x + t_x, y = t_y - scale (R v)_y of "
    "the crop; (R v)_z is its depth in mm, larger is nearer; R is `rotation`, t `translation`",
    "crop_axes": "pixels of the crop, x right, y down, (0, 0) the top left corner of its top left "
    "pixel",
    "in_the_photograph": "with zoom = side / size: scale becomes zoom * scale, t becomes "
    "zoom * t + centre - side / 2",
}


def description(
    network: TrainedNetwork,
    kind: str,
    program_file: str,
    model_file: str,
    differences: dict[str, float],
) -> dict[str, Any]:
    """Everything about an exported network.

    Args:
      network: what was exported.
      kind: "onnx" or "stablehlo".
      program_file, model_file: the names of the files beside the description.
      differences: what the comparison with JAX found, by output.
    """
    size = network.image_size
    return {
        "program": {"file": program_file, "format": kind, "made_by": f"e2far_jax {__version__}"},
        "weights": network.description,
        "network": settings_io.to_dict(network.network),
        "morphable_model": _model(network, model_file),
        "input": {
            "name": "images",
            "dtype": "float32",
            "shape": ["batch", size, size, 3],
            "axes": "picture, row, column, colour; row 0 is the top one",
            "values": "red, green, blue as stored in pictures (gamma-encoded), in 0..1",
        },
        "outputs": _outputs(network.face_model),
        "crop": {"size": size, **CROP},
        "camera": CAMERA,
        "compared_with_jax": {
            "batches": list(BATCHES),
            "bound": BOUND,
            "largest_differences": differences,
        },
    }


def _model(network: TrainedNetwork, file: str) -> dict[str, Any]:
    model = network.face_model
    return {
        "name": model.name,
        "licence": model.licence,
        "file": file,
        "settings": settings_io.to_dict(network.face_model_settings),
        "vertices": len(model.mean),
        "axes": FACE_AXES,
        "shape": "mean + identity_basis @ identity + expression_basis @ expression: [N 3]",
        "landmark": "sum of landmark_weights[i, k] * vertices[landmarks[i, k]], iBUG order",
    }


def _outputs(model: MorphableModel) -> list[dict[str, Any]]:
    weights = model.expression_prior == "unit"
    return [
        {
            "name": "identity",
            "shape": ["batch", model.identity_size],
            "unit": "standard deviations",
            "coefficients": [f"identity_{mode}" for mode in range(1, model.identity_size + 1)],
        },
        {
            "name": "expression",
            "shape": ["batch", model.expression_size],
            "unit": "blendshape weights, clipped to 0..1" if weights else "standard deviations",
            "coefficients": list(expression_names(model)),
        },
        {"name": "rotation", "shape": ["batch", 3, 3], "unit": "none: acts on column vectors"},
        {"name": "scale", "shape": ["batch"], "unit": "pixels of the crop per mm"},
        {"name": "translation", "shape": ["batch", 2], "unit": "pixels of the crop, [x, y]"},
    ]
