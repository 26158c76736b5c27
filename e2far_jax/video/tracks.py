"""Following faces from frame to frame (ours).

In each frame, a followed face is looked for around its landmarks of the frame before; all faces of
a frame go through the network together. Faces are detected in a shot's first frame, every
DETECTION_SECONDS, and after one was lost. A detected face that overlaps a followed one confirms it;
another one goes on with a track that was lost there lately, or begins one.

A face is lost where the box of its landmarks does not agree with the box that it was looked for in,
where it leaves the picture, where it grew onto a face that is followed for longer, and where it is
not confirmed for PATIENCE_SECONDS: a network sees a face in anything. What followed the last
confirmation is then taken back, also at a shot's end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float

from e2far_jax.faces.face import Face
from e2far_jax.reconstruction.boxes import intersection_over_union
from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.reconstruction.faces import (
    BATCH_SIZE,
    LEAST_AGREEMENT,
    FaceNetwork,
    find_faces,
    reconstruct_batch,
)
from e2far_jax.video.reading import Frame
from e2far_jax.video.shots import CutDetector
from e2far_jax.video.track import Sighting, Track

DETECTION_SECONDS = 0.5
PATIENCE_SECONDS = 1.0
ABSENCE_SECONDS = 3.0  # how long a lost face may stay away and still be the same one
SHORTEST_SECONDS = 0.4  # what is followed for less is dropped
SAME_FACE = 0.3  # intersection over union of two boxes around one face


class Follower:
    """Told the frames of a video one by one, follows the faces in them."""

    def __init__(self, network: FaceNetwork) -> None:
        self._network = network
        self._cuts = CutDetector()
        self._shots: list[int] = []
        self._followed: list[Track] = []
        self._lost: list[Track] = []
        self._ended: list[Track] = []
        self._detection_due = 0.0

    def look(self, frame: Frame) -> None:
        """Go on with one frame.

        Raises:
          ReconstructionError: for weights that cannot reconstruct any face.
        """
        if self._cuts.begins_shot(frame.picture):
            self._end_shot()
            self._shots.append(frame.number)
            self._detection_due = frame.seconds
        again: dict[int, FaceRegion] = {}
        if frame.seconds >= self._detection_due:
            again = self._detect(frame)
            self._detection_due = frame.seconds + DETECTION_SECONDS
        regions = [again.get(id(track)) or track.region_in(frame) for track in self._followed]
        for track, face in zip(list(self._followed), self._reconstruct(regions), strict=True):
            self._see(track, face, frame)
        self._part(frame)

    def finish(self) -> tuple[list[Track], list[int]]:
        """The tracks that are long enough, by their beginning, and all shots' first frames."""
        self._end_shot()
        kept = [track for track in self._ended if track.duration >= SHORTEST_SECONDS]
        return sorted(kept, key=lambda track: track.sightings[0].frame), self._shots

    def _end_shot(self) -> None:
        for track in self._followed:
            track.take_back(PATIENCE_SECONDS)
        self._ended += self._followed + self._lost
        self._followed, self._lost = [], []

    def _detect(self, frame: Frame) -> dict[int, FaceRegion]:
        """Confirm followed faces and add others; regions of those that were added, by track."""
        added: dict[int, FaceRegion] = {}
        for region in find_faces(frame.picture):
            track = _nearest(self._followed, region.box)
            if track is None:
                track = self._begun(region, frame)
                added[id(track)] = region
            track.confirmed, track.score = frame.seconds, region.score
        return added

    def _begun(self, region: FaceRegion, frame: Frame) -> Track:
        """A track for a face that is not followed: one that was lost there, or a new one."""
        recent = [t for t in self._lost if frame.seconds - t.confirmed <= ABSENCE_SECONDS]
        track = _nearest(recent, region.box)
        if track is None:
            shot = len(self._shots) - 1
            track = Track(shot, region.box, region.roll, region.score, frame.seconds)
        else:
            self._lost.remove(track)
        self._followed.append(track)
        return track

    def _reconstruct(self, regions: Sequence[FaceRegion]) -> list[Face]:
        starts = range(0, len(regions), BATCH_SIZE)
        batches = [regions[start : start + BATCH_SIZE] for start in starts]
        return [face for batch in batches for face in reconstruct_batch(self._network, batch)]

    def _see(self, track: Track, face: Face, frame: Frame) -> None:
        sighting = _sighting(face, frame)
        if _credible(face, sighting.box):
            track.add(sighting)
        else:
            self._lose(track, frame)

    def _part(self, frame: Frame) -> None:
        """Lose faces that have become one with another, or were not confirmed for too long."""
        longest_first = sorted(self._followed, key=lambda track: -len(track.sightings))
        for position, track in enumerate(longest_first):
            others = [t for t in longest_first[:position] if t in self._followed]
            if any(
                intersection_over_union(track.box, o.box) > LEAST_AGREEMENT for o in others
            ) or track.take_back(PATIENCE_SECONDS):
                self._lose(track, frame)

    def _lose(self, track: Track, frame: Frame) -> None:
        self._followed.remove(track)
        if track.sightings:
            track.box = track.sightings[-1].box
            self._lost.append(track)
        if track.duration >= SHORTEST_SECONDS:
            self._detection_due = frame.seconds


def _sighting(face: Face, frame: Frame) -> Sighting:
    """Its arrays are copies, for a view would keep the network's whole answer in memory."""
    return Sighting(
        frame=frame.number,
        seconds=frame.seconds,
        score=face.score,
        identity=np.array(face.identity, np.float32),
        expression=np.array(face.expression, np.float32),
        rotation=np.array(face.camera.rotation, np.float32),
        scale=np.array(face.camera.scale, np.float32),
        translation=np.array(face.camera.translation, np.float32),
        landmarks=np.array(face.landmarks_2d, np.float32),
    )


def _nearest(tracks: Iterable[Track], box: Float[np.ndarray, "4"]) -> Track | None:
    """The track whose box overlaps one most, if by enough."""
    overlaps = [(intersection_over_union(track.box, box), track) for track in tracks]
    overlap, track = max(overlaps, key=lambda pair: pair[0], default=(0.0, None))
    return track if overlap >= SAME_FACE else None


def _credible(face: Face, box: Float[np.ndarray, "4"]) -> bool:
    """Whether landmarks are where they were looked for, and in the picture."""
    middle = (box[:2] + box[2:]) / 2.0
    inside = bool(((middle > 0.0) & (middle < np.array(face.picture_size))).all())
    return inside and intersection_over_union(np.float64(face.box), box) >= LEAST_AGREEMENT
