"""Files of a face, read by readers of our own."""

from __future__ import annotations

import numpy as np


def read_obj(path) -> tuple[np.ndarray, np.ndarray, list[list[str]]]:
    """Vertices, texture coordinates and the corners of the faces as text."""
    lines = [line.split() for line in path.read_text().splitlines()]
    numbers = {
        kind: np.array([[float(word) for word in line[1:]] for line in lines if line[:1] == [kind]])
        for kind in ("v", "vt")
    }
    return numbers["v"], numbers["vt"], [line[1:] for line in lines if line[:1] == ["f"]]


def reproject(record: dict, vertices: np.ndarray) -> np.ndarray:
    """The camera's formula as the .json's `units` state it, point by point."""
    camera = record["camera"]
    rotation, scale = np.array(camera["rotation"]), camera["scale"]
    points = []
    for vertex in vertices:
        turned = rotation @ vertex
        points.append(
            [
                scale * turned[0] + camera["translation"][0],
                camera["translation"][1] - scale * turned[1],
            ]
        )
    return np.array(points)
