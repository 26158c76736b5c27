from __future__ import annotations

import numpy as np

from e2far_jax.video.shots import CutDetector, tile_histograms

RANDOM = np.random.default_rng(2)


def _scene(random: np.random.Generator) -> np.ndarray:
    """A smooth picture of a place, 400 wide."""
    import cv2

    coarse = random.uniform(0.0, 1.0, (9, 20, 3)).astype(np.float32)
    return np.clip(cv2.resize(coarse, (400, 180), interpolation=cv2.INTER_CUBIC), 0.0, 1.0)


def _cuts(pictures) -> list[int]:
    detector = CutDetector()
    return [n for n, picture in enumerate(pictures) if detector.begins_shot(picture)]


def test_shots_begin_where_the_picture_changes():
    one, other = _scene(RANDOM), _scene(RANDOM)
    clip = [one] * 10 + [other] * 10 + [one] * 5
    noisy = [np.clip(p + RANDOM.normal(0, 0.03, p.shape), 0, 1).astype(np.float32) for p in clip]
    assert _cuts(noisy) == [0, 10, 20]


def test_a_pan_and_a_fade_are_no_cuts():
    place = _scene(RANDOM)
    assert _cuts([place[:, 6 * n : 6 * n + 220] for n in range(30)]) == [0]
    other = _scene(RANDOM)
    fade = [np.float32(place + (other - place) * n / 25.0) for n in range(26)]
    assert _cuts(fade) == [0]


def test_histograms_are_shares_of_each_tile():
    picture = np.zeros((64, 64, 3), np.float32)
    picture[:16, :16] = 1.0
    shares = tile_histograms(picture)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert shares[0, -1] == 1.0
    assert (shares[1:, 0] == 1.0).all()


def test_tiny_pictures_are_taken():
    assert _cuts([np.zeros((1, 1, 3), np.float32), np.ones((1, 1, 3), np.float32)]) == [0, 1]
