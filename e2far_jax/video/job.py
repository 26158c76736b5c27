"""The whole job: a video in, a folder with tables, animations, records and an overlay out.

The video is read three times, so that it never is in memory: to follow faces, for the frame that
gives each person's mesh its colours, and for the overlay.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.faces.face import Face
from e2far_jax.faces.record import record_bytes
from e2far_jax.files import replacing
from e2far_jax.progress import watched
from e2far_jax.reconstruction.faces import FaceNetwork
from e2far_jax.video.animation import animated_glb
from e2far_jax.video.earlier import remove_earlier
from e2far_jax.video.overlay import Overlay
from e2far_jax.video.people import Person, steadied
from e2far_jax.video.reading import Frame, Video, decoded_ahead, read_frames
from e2far_jax.video.summary import named, summary_bytes
from e2far_jax.video.table import table_bytes
from e2far_jax.video.tracks import Follower
from e2far_jax.video.writing import video_writer


@dataclasses.dataclass(frozen=True)
class Result:
    """What was found in a video.

    Attributes:
      people: those who were followed, the one with most of the picture first.
      shots: first frames of the shots.
      frames: how many could be decoded.
    """

    people: list[Person]
    shots: list[int]
    frames: int


def track_video(network: FaceNetwork, video: Video, folder: Path, with_overlay: bool) -> Result:
    """Follow the people of a video and write all files about them, each whole or not at all.

    For each person PERSON_1.json, .csv and .glb; summary.json; overlay.mp4 last, for it takes
    longest. What an earlier run left is removed before. Nothing is written where there is nobody.

    Args:
      network: a trained network, as `load_weights` returns it.
      video: as `open_video` returns it.
      folder: where to; it exists.
      with_overlay: whether to write overlay.mp4.
    Raises:
      ReconstructionError: for weights that cannot reconstruct any face.
      VideoError: for a video whose pictures are too small for an overlay.
      OSError: where other results cannot be.
    """
    result = follow_people(network, video)
    if not result.people:
        return result
    remove_earlier(folder, overlay_stays=with_overlay)
    _write_people(network, video, folder, result.people)
    _write(
        folder / "summary.json",
        summary_bytes(
            video,
            result.frames,
            result.shots,
            result.people,
            network.description,
            network.face_model.name,
        ),
    )
    if with_overlay:
        _write_overlay(network, video, folder / "overlay.mp4", result)
    return result


def follow_people(network: FaceNetwork, video: Video) -> Result:
    """The people of a video, steadied; see `tracks` and `people`.

    Raises:
      ReconstructionError: for weights that cannot reconstruct any face.
    """
    follower, frames = Follower(network), 0
    for frame in _watched(decoded_ahead(read_frames(video)), "follow faces", video.frames):
        follower.look(frame)
        frames += 1
    tracks, shots = follower.finish()
    people = [steadied(track, network.face_model) for track in tracks]
    return Result(sorted(people, key=_area, reverse=True), shots, frames)


def _write_people(
    network: FaceNetwork, video: Video, folder: Path, people: Sequence[Person]
) -> None:
    best = {int(person.motion.frames[person.best]) for person in people}
    for frame in _watched(read_frames(video, best), "write people", len(best)):
        for name, person in named(people):
            if person.motion.frames[person.best] == frame.number:
                face = _face(network, video, person, frame)
                _write(folder / f"{name}.json", record_bytes(face))
                table = table_bytes(network.face_model, person.motion, video.rate)
                _write(folder / f"{name}.csv", table)
                _write(folder / f"{name}.glb", animated_glb(face, person.motion))


def _face(network: FaceNetwork, video: Video, person: Person, frame: Frame) -> Face:
    """A person as the frame shows that is seen most frontally."""
    row = person.best
    return Face(
        model=network.face_model,
        model_settings=network.face_model_settings,
        identity=person.identity,
        expression=np.float32(person.motion.expression[row]),
        camera=person.motion.camera_at(row),
        picture_size=(video.width, video.height),
        box=_box(person.landmarks[row]),
        score=float(person.scores[row]),
        image=f"{video.path}, frame {frame.number}",
        weights=network.description,
        photograph=frame.picture,
    )


def _write_overlay(network: FaceNetwork, video: Video, path: Path, result: Result) -> None:
    overlay = Overlay(network.face_model, result.people)
    frames = _watched(decoded_ahead(read_frames(video)), "draw overlay", result.frames)
    with video_writer(path, video) as write:
        for frame in frames:
            write(frame.seconds, overlay.draw(frame))


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as file:
        file.write(content)


def _watched(frames: Iterable[Frame], label: str, total: int) -> Iterator[Frame]:
    return watched(iter(frames), label, " frames", total or None)


def _area(person: Person) -> float:
    """Square pixels that a face takes, summed over its frames."""
    sides = person.landmarks.max(axis=1) - person.landmarks.min(axis=1)
    return float(sides.prod(axis=1).sum())


def _box(landmarks: Float[np.ndarray, "68 2"]) -> Float[np.ndarray, "4"]:
    return np.concatenate([landmarks.min(axis=0), landmarks.max(axis=0)])
