"""A video's sound, copied packet by packet into another file."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer, OutputContainer

SOUND = frozenset({"aac", "ac3", "alac", "eac3", "flac", "mp2", "mp3", "opus"})  # MP4 holds these


@contextlib.contextmanager
def copied_sound(source: Path, film: OutputContainer) -> Iterator[Callable[[float], None]]:
    """A function that copies the source's sound up to a time since its first picture, seconds.

    What the film refuses is left out: damaged packets, and those after the clock went back. A line
    on stderr says how many.

    Args:
      source: the video, or a file that isn't there, which has no sound.
      film: an MP4 of which nothing was written yet.
    Raises:
      OSError: where the film can't be written.
    """
    import av

    with contextlib.ExitStack() as stack:
        packets: Iterator[Packet] = iter(())
        if source.is_file():
            packets = _sound(stack.enter_context(av.open(str(source.resolve()))), film)
        waiting, refused = next(packets, None), 0

        def copy_sound(until: float) -> None:
            nonlocal waiting, refused
            while waiting is not None and waiting.dts * waiting.time_base <= until:
                try:
                    film.mux(waiting)
                except OSError:
                    raise
                except av.FFmpegError:
                    refused += 1
                waiting = next(packets, None)

        yield copy_sound
    if refused:
        lost = f"{refused} packets of its sound, damaged or out of order, are missing"
        print(f"e2far: {source}: {lost} from the overlay", file=sys.stderr)


def _sound(source: InputContainer, film: OutputContainer) -> Iterator[Packet]:
    """Packets of the first sound, for a stream of the film, from the time of the first picture.

    The sound ends where ffmpeg cannot read on.
    """
    import av

    tracks = [track for track in source.streams.audio if track.codec.canonical_name in SOUND]
    if not tracks:
        return
    pictures = source.streams.video[0]
    start = (pictures.start_time or 0) * pictures.time_base
    copy = film.add_stream_from_template(tracks[0])
    try:
        for packet in source.demux(tracks[0]):
            if packet.pts is None or packet.dts is None:  # also the empty one at the end
                continue
            shift = round(start / packet.time_base)
            packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, copy
            yield packet
    except OSError:
        raise
    except av.FFmpegError as error:
        print(f"e2far: {source.name}: its sound ends early: {error}", file=sys.stderr)
