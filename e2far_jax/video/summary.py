"""What became of a video, as a file and as lines for a terminal."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence

from e2far_jax.video.jitter import Jitter
from e2far_jax.video.people import Filters, Person
from e2far_jax.video.reading import Video
from e2far_jax.video.table import timecode

_UNITS = {
    "frame": "counts decoded frames from 0",
    "timecode": "SMPTE non-drop-frame HH:MM:SS:FF at the rate's nearest whole number",
    "jitter": "RMS second difference of the 68 landmarks / sqrt(6), pixels, and in percent of "
    "sqrt(width x height) of their box; true acceleration is part of it",
    "filters": "One-Euro, run both ways: cutoffs in Hz, speed gains in Hz for a unit a second; "
    "units are weights (or standard deviations), radians, mm, and the logarithm of the scale",
}


def summary_bytes(
    video: Video,
    frames: int,
    shots: Sequence[int],
    people: Sequence[Person],
    weights: str,
    model_name: str,
) -> bytes:
    """The .json with the video's facts and what was found of each person.

    Args:
      video: what its container says.
      frames: how many were decoded.
      shots: their first frames.
      people: in the order of their numbers.
      weights: which network saw them.
      model_name: of the morphable model.
    """
    record = {
        "video": str(video.path),
        "width": video.width,
        "height": video.height,
        "frames_per_second": video.rate,
        "frames": frames,
        "shots": list(shots),
        "model": model_name,
        "weights": weights,
        "people": [_record(person, name, video.rate) for name, person in named(people)],
        "filters": dataclasses.asdict(Filters()),
        "units": _UNITS,
    }
    return (json.dumps(record, indent=1, allow_nan=False) + "\n").encode()


def named(people: Sequence[Person]) -> list[tuple[str, Person]]:
    """People with the stems of their files."""
    return [(f"PERSON_{number}", person) for number, person in enumerate(people, start=1)]


def jitter_table(people: Sequence[Person], rate: float) -> list[str]:
    """Lines for a terminal: who is seen when, and how much the landmarks tremble."""
    head = ("", "from", "to", "frames", "jitter before, after, px", "% of the face")
    rows = [head, *(_row(name, person, rate) for name, person in named(people))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _row(name: str, person: Person, rate: float) -> tuple[str, ...]:
    first, last = _ends(person, rate)
    before, after = person.before, person.after
    pixels = f"{before.pixels:.2f}, {after.pixels:.2f}"
    return (
        name,
        first,
        last,
        str(len(person.motion.frames)),
        pixels,
        f"{before.relative:.2f}, {after.relative:.2f}",
    )


def _record(person: Person, name: str, rate: float) -> dict[str, object]:
    first, last = _ends(person, rate)
    return {
        "name": name,
        "shot": person.shot,
        "first": first,
        "last": last,
        "frames": len(person.motion.frames),
        "best_frame": int(person.motion.frames[person.best]),
        "jitter_before": _numbers(person.before),
        "jitter_after": _numbers(person.after),
    }


def _ends(person: Person, rate: float) -> tuple[str, str]:
    frames = person.motion.frames
    return timecode(int(frames[0]), rate), timecode(int(frames[-1]), rate)


def _numbers(jitter: Jitter) -> dict[str, float] | None:
    if not math.isfinite(jitter.pixels):
        return None
    return {"pixels": round(jitter.pixels, 4), "percent": round(jitter.relative, 4)}
