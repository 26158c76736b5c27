from __future__ import annotations

import numpy as np
from PIL import Image

from e2far_jax.data_sets.photographs import AnnotatedPhotograph
from e2far_jax.reconstruction.detection import Detections
from e2far_jax.studies import detection
from e2far_jax.studies.detection import detection_recall

BOX = np.array([10.0, 20.0, 60.0, 80.0])
FINDS = {  # by the picture's width
    100: [(BOX, 0.9)],
    101: [(BOX + 100.0, 0.9), (BOX + 1.0, 0.6), (BOX + 200.0, 0.8)],
    102: [(BOX, 0.4)],
    103: [],
}


def _find(photograph):
    finds = FINDS[photograph.shape[1]]
    boxes, scores = [box for box, _ in finds], [score for _, score in finds]
    return Detections(np.reshape(boxes, (-1, 4)), np.array(scores, float), np.zeros(len(finds)))


def _photographs(folder):
    spread = np.random.default_rng(0).uniform(BOX[:2], BOX[2:], (66, 2))
    landmarks = np.float32(np.concatenate([spread, [BOX[:2], BOX[2:]]]))
    for width in FINDS:
        Image.new("RGB", (width, 90)).save(folder / f"{width}.png")
    return [AnnotatedPhotograph(folder / f"{width}.png", landmarks) for width in FINDS]


def test_found_missed_and_other_finds_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(detection, "find_detections", _find)
    recall = detection_recall(_photographs(tmp_path))
    assert recall.missed == ["102.png", "103.png"]
    assert recall.others == {"100.png": 0, "101.png": 2, "102.png": 0, "103.png": 0}
    assert recall.overlaps["100.png"] > 0.99
    assert recall.report() == (
        "faces found (score >= 0.5, IoU >= 0.5): 2 of 4 (102.png, 103.png); "
        "other finds: 2 (101.png)"
    )


def test_a_lower_score_finds_more(tmp_path, monkeypatch):
    monkeypatch.setattr(detection, "find_detections", _find)
    assert detection_recall(_photographs(tmp_path), least_score=0.3).missed == ["103.png"]
