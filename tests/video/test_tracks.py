from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.video import tracks
from e2far_jax.video.reading import Frame
from e2far_jax.video.tracks import Follower
from tests.video.conftest import Disc, disc_picture, found_discs, frames

pytestmark = pytest.mark.usefixtures("disc_detector")


def _follow(network, clip):
    follower = Follower(network)
    for frame in clip:
        follower.look(frame)
    return follower.finish()


def _middles(track) -> np.ndarray:
    return np.stack([sighting.translation for sighting in track.sightings])


def test_a_moving_face_is_followed_in_every_frame(network):
    found, shots = _follow(network, frames(40, lambda n: [Disc(40 + 3 * n, 60 + n)]))
    (track,) = found
    assert shots == [0]
    assert [sighting.frame for sighting in track.sightings] == list(range(40))
    expected = [[40 + 3 * n, 60 + n] for n in range(40)]
    np.testing.assert_allclose(_middles(track), expected, atol=1.5)
    assert {sighting.score for sighting in track.sightings} == {0.9}


def test_it_is_detected_now_and_then_alone(network, monkeypatch):
    calls = []

    def counted(photograph):
        calls.append(1)
        return found_discs(photograph)

    monkeypatch.setattr(tracks, "find_faces", counted)
    _follow(network, frames(51, lambda n: [Disc(40 + 3 * n, 80)]))
    assert len(calls) == 1 + 50 // 13  # every half second: 13 frames at 25 a second


def test_the_next_region_is_rolled_as_the_face_was(network, monkeypatch):
    looked_for = []

    def recorded(network_, regions):
        looked_for.extend(region.roll for region in regions)
        return real(network_, regions)

    real = tracks.reconstruct_batch
    monkeypatch.setattr(tracks, "reconstruct_batch", recorded)
    monkeypatch.setattr(network, "roll", 0.3)
    _follow(network, frames(4, lambda n: [Disc(80, 80, yaw=0.4)]))
    np.testing.assert_allclose(looked_for, [0.0, 0.3, 0.3, 0.3], atol=0.01)


def test_two_people_stay_apart(network):
    def discs(n):
        return [Disc(50 + n, 50, who=1.0), Disc(200 - 2 * n, 110, who=0.85)]

    found, _ = _follow(network, frames(40, discs))
    assert [len(track.sightings) for track in found] == [40, 40]
    for track, who in zip(
        sorted(found, key=lambda t: t.sightings[0].translation[0]), (1.0, 0.85), strict=True
    ):
        seen = [sighting.identity[0] for sighting in track.sightings]
        np.testing.assert_allclose(seen, 20.0 * (who - 0.9), atol=0.2)


def test_a_cut_begins_new_tracks(network):
    first = frames(20, lambda n: [Disc(80, 80)])
    second = [
        Frame(20 + f.number, (20 + f.number) / 25.0, f.picture)
        for f in frames(20, lambda n: [Disc(82, 80, who=0.85)], ground=0.8)
    ]
    found, shots = _follow(network, first + second)
    assert shots == [0, 20]
    assert [(t.shot, t.sightings[0].frame, len(t.sightings)) for t in found] == [
        (0, 0, 20),
        (1, 20, 20),
    ]


def test_a_face_that_comes_later_is_found(network):
    found, _ = _follow(network, frames(40, lambda n: [Disc(80, 80)] if n >= 5 else []))
    (track,) = found
    assert track.sightings[0].frame == 13
    assert track.sightings[-1].frame == 39


def test_a_face_that_jumps_is_lost_and_found_again(network):
    found, _ = _follow(network, frames(50, lambda n: [Disc(60 if n < 25 else 170, 80)]))
    assert [(t.sightings[0].frame, t.sightings[-1].frame) for t in found] == [(0, 13), (26, 49)]


def test_a_face_that_was_covered_goes_on_where_it_was(network):
    def discs(n):
        return [] if 20 <= n < 65 else [Disc(80, 80)]

    found, _ = _follow(network, frames(90, discs))
    (track,) = found
    seen = [sighting.frame for sighting in track.sightings]
    assert set(seen) >= {*range(14), *range(70, 90)}
    assert not set(seen) & set(range(20, 65))  # where the network made a face up


def test_what_is_seen_for_a_moment_is_dropped(network):
    assert _follow(network, frames(30, lambda n: [Disc(80, 80)] if n < 8 else []))[0] == []


def test_a_face_that_leaves_the_picture_is_lost(network):
    found, _ = _follow(network, frames(60, lambda n: [Disc(120 + 4 * n, 80)]))
    (track,) = found
    assert 20 < track.sightings[-1].frame <= 32  # its middle is outside from frame 30 on
    assert _middles(track)[:, 0].max() < 242


def test_faces_that_become_one_are_followed_once(network):
    """The second comes later, so the first is kept."""

    def discs(n):
        other = [Disc(max(200 - 3 * n, 82), 80)] if n >= 5 else []
        return [Disc(80, 80), *other]

    found, _ = _follow(network, frames(70, discs))
    last = [track for track in found if track.sightings[-1].frame == 69]
    assert len(last) == 1
    assert last[0].sightings[0].frame == 0


def test_more_faces_than_a_batch(network):
    def discs(n):
        return [
            Disc(30 + 44 * c + 0.2 * n, 30 + 50 * r, radius=14) for r in range(3) for c in range(5)
        ]

    found, _ = _follow(network, frames(14, discs))
    assert [len(track.sightings) for track in found] == [14] * 15


def test_a_video_without_faces(network):
    assert _follow(network, frames(3, lambda n: [])) == ([], [0])
    assert _follow(network, []) == ([], [])


def test_a_detector_that_errs_makes_no_person(network, monkeypatch):
    """A box where nothing is, once: nobody confirms it."""
    clip = frames(60, lambda n: [])

    def once(photograph):
        first = photograph is clip[0].picture
        return (
            [FaceRegion(photograph, np.array([60.0, 40.0, 100.0, 90.0]), 1, 0.3)] if first else []
        )

    monkeypatch.setattr(tracks, "find_faces", once)
    assert _follow(network, clip)[0] == []


def test_sightings_keep_no_more_than_they_show(network):
    (track,), _ = _follow(network, frames(12, lambda n: [Disc(80, 80)]))
    for field in dataclasses.fields(track.sightings[0]):
        value = getattr(track.sightings[0], field.name)
        assert np.size(value) <= 136
        assert not isinstance(value, np.ndarray) or (value.flags.owndata, value.dtype) == (
            True,
            "f4",
        )
    assert disc_picture([Disc(80, 80)]).size > 100_000
