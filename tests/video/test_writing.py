"""Written videos as another library, OpenCV, reads their pictures, and PyAV their sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from e2far_jax.video.errors import VideoError
from e2far_jax.video.reading import Video, open_video, read_frames
from e2far_jax.video.writing import video_writer

IRREGULAR = (0.0, 0.04, 0.1, 0.2, 1.0, 1.04, 1.5)  # seconds


def _silent(folder: Path, width: int = 64, height: int = 48, rate: float = 25.0) -> Video:
    """What is said of a video that isn't there."""
    return Video(folder / "in.mp4", width, height, rate, 5)


def _with_sound(path: Path, codec: str, delay: float = 0.0) -> Path:
    """Two seconds of 440 Hz, beside gray pictures that begin later, by a delay in seconds."""
    clock = Fraction(1, 1000)
    with av.open(str(path), "w") as film:
        pictures = film.add_stream("h264", 25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        pictures.codec_context.time_base = clock
        sound = film.add_stream(codec, 48_000, layout="mono")
        for n in range(50):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8))
            frame.pts, frame.time_base = 40 * n + round(1000 * delay), clock
            film.mux(pictures.encode(frame))
        film.mux(pictures.encode())
        wave = np.sin(2 * np.pi * 440.0 * np.arange(96_000) / 48_000)
        for first in range(0, 96_000, 960):
            part = np.int16(20_000 * wave[None, first : first + 960])
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, first, Fraction(1, 48_000)
            film.mux(sound.encode(frame))
        film.mux(sound.encode())
    return path


def _rewritten(source: Path, path: Path) -> Path:
    video = open_video(source)
    with video_writer(path, video) as write:
        for frame in read_frames(video):
            write(frame.seconds, frame.picture)
    return path


def _heard(path: Path) -> float:
    """Seconds of sound that can be decoded."""
    seconds = 0.0
    with av.open(str(path)) as film:
        for packet in film.demux(audio=0):
            try:
                seconds += sum(frame.samples / frame.sample_rate for frame in packet.decode())
            except av.InvalidDataError:
                continue
    return seconds


class AlteredSound:
    """Opens files; the sound's packets of those in one place go through a function by number."""

    def __init__(self, place: Path, alter: Callable[[int, av.Packet], av.Packet]) -> None:
        self._place, self._alter, self._open = place, alter, av.open

    def __call__(self, path: str, *arguments, **options):
        file = self._open(path, *arguments, **options)
        if path != str(self._place):
            return file
        self.streams, self.name, self._file = file.streams, file.name, file
        return self

    def __enter__(self):
        return self

    def __exit__(self, *exception) -> None:
        self._file.close()

    def demux(self, track) -> Iterator[av.Packet]:
        for number, packet in enumerate(self._file.demux(track)):
            yield self._alter(number, packet)


@pytest.mark.parametrize("size", [(64, 48), (65, 49)])
def test_a_video_has_its_size_rate_and_pictures(tmp_path, size):
    with video_writer(tmp_path / "out.mp4", _silent(tmp_path, *size, 30000 / 1001)) as write:
        for n in range(5):
            write(n * 1001 / 30000, np.full((size[1], size[0], 3), n / 5.0, np.float32))
    written = open_video(tmp_path / "out.mp4")
    assert (written.width, written.height, written.frames) == (64, 48, 5)
    assert written.rate == pytest.approx(29.97, abs=0.01)
    levels = [float(frame.picture.mean()) for frame in read_frames(written)]
    np.testing.assert_allclose(levels, np.arange(5) / 5.0, atol=0.02)


def test_colours_stay(tmp_path):
    picture = np.zeros((48, 64, 3), np.float32)
    picture[:, :32], picture[:, 32:] = (0.9, 0.1, 0.1), (0.1, 0.2, 0.8)
    with video_writer(tmp_path / "out.mp4", _silent(tmp_path)) as write:
        write(0.0, picture)
        write(0.04, picture)
    (seen, _) = read_frames(open_video(tmp_path / "out.mp4"))
    np.testing.assert_allclose(seen.picture[20, 10], (0.9, 0.1, 0.1), atol=0.04)
    np.testing.assert_allclose(seen.picture[20, 50], (0.1, 0.2, 0.8), atol=0.04)


def test_irregular_times_stay(tmp_path):
    with video_writer(tmp_path / "out.mp4", _silent(tmp_path)) as write:
        for seconds in IRREGULAR:
            write(seconds, np.full((48, 64, 3), seconds / 2.0, np.float32))
    frames = list(read_frames(open_video(tmp_path / "out.mp4")))
    np.testing.assert_allclose([frame.seconds for frame in frames], IRREGULAR, atol=1e-3)
    with av.open(str(tmp_path / "out.mp4")) as film:
        assert film.duration / 1e6 == pytest.approx(1.54, abs=0.01)  # the last is shown, too


def test_browsers_can_play_it(tmp_path):
    """H.264, 4:2:0, the index in front of the data."""
    with video_writer(tmp_path / "out.mp4", _silent(tmp_path)) as write:
        write(0.0, np.zeros((48, 64, 3), np.float32))
    with av.open(str(tmp_path / "out.mp4")) as film:
        (stream,) = film.streams
        assert (stream.codec.name, stream.pix_fmt) == ("h264", "yuv420p")
    content = (tmp_path / "out.mp4").read_bytes()
    assert 0 < content.find(b"moov") < content.find(b"mdat")


@pytest.mark.parametrize("codec", ["aac", "libmp3lame", "libopus", "flac", "mp2"])
def test_sound_is_copied(tmp_path, codec):
    out = _rewritten(_with_sound(tmp_path / "in.mkv", codec), tmp_path / "out.mp4")
    with av.open(str(out)) as film:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in film.decode(audio=0)])
    assert len(heard) / 48_000 == pytest.approx(2.0, abs=0.06)
    assert np.abs(np.fft.rfft(np.float64(heard[4_800:52_800]))).argmax() == 440  # Hz
    assert len(list(read_frames(open_video(out)))) == 50


def test_sound_keeps_step_with_pictures_that_begin_later(tmp_path):
    out = _rewritten(_with_sound(tmp_path / "in.mkv", "aac", delay=0.5), tmp_path / "out.mp4")
    capture = cv2.VideoCapture(str(out))
    assert capture.read()[0]
    first_picture = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
    with av.open(str(out)) as film:
        packets = [packet for packet in film.demux(audio=0) if packet.pts is not None]
        starts = [float(packet.pts * packet.time_base) for packet in packets]
    assert starts[-1] + 1024 / 48_000 - first_picture == pytest.approx(1.5, abs=0.05)


def test_sound_that_no_mp4_holds_is_left_out(tmp_path):
    out = _rewritten(_with_sound(tmp_path / "in.mkv", "pcm_s16le"), tmp_path / "out.mp4")
    with av.open(str(out)) as film:
        assert [stream.type for stream in film.streams] == ["video"]


def test_sound_stops_where_a_recordings_clock_goes_back(tmp_path, capsys):
    once = _with_sound(tmp_path / "once.ts", "aac").read_bytes()
    (tmp_path / "joined.ts").write_bytes(once + once)
    out = _rewritten(tmp_path / "joined.ts", tmp_path / "out.mp4")
    assert len(list(read_frames(open_video(out)))) == 100
    assert _heard(out) == pytest.approx(2.0, abs=0.06)
    (line,) = capsys.readouterr().err.splitlines()
    assert "joined.ts: " in line
    assert "packets of its sound" in line


def test_damaged_sound_is_left_out(tmp_path, capsys):
    """Ten ADTS headers (ISO/IEC 13818-7, 6.2) that say nonsense after their first bytes."""
    source = _with_sound(tmp_path / "in.ts", "aac")
    content, size = bytearray(source.read_bytes()), 188
    with av.open(str(source)) as film:
        number = film.streams.audio[0].id
    begin = (0x4000 | number).to_bytes(2, "big")  # of a frame, in the header of a TS packet
    starts = [n for n in range(0, len(content), size) if content[n + 1 : n + 3] == begin]
    for start in starts[40:50]:
        header = content.index(b"\xff\xf1", start)
        content[header + 4 : start + size] = b"\x55" * (start + size - header - 4)
    source.write_bytes(content)
    out = _rewritten(source, tmp_path / "out.mp4")
    assert 1.5 < _heard(out) < 1.99
    assert "packets of its sound" in capsys.readouterr().err


@pytest.mark.parametrize("time", ["pts", "dts"])
def test_sound_without_a_time_silences_nothing_else(tmp_path, monkeypatch, time):
    def timeless(number: int, packet: av.Packet) -> av.Packet:
        if number == 10:
            setattr(packet, time, None)
        return packet

    source = _with_sound(tmp_path / "in.mkv", "aac")
    monkeypatch.setattr(av, "open", AlteredSound(source, timeless))
    out = _rewritten(source, tmp_path / "out.mp4")
    assert _heard(out) == pytest.approx(2.0 - 1024 / 48_000, abs=0.06)


def test_sound_ends_where_it_cannot_be_read(tmp_path, monkeypatch, capsys):
    def damaged(number: int, packet: av.Packet) -> av.Packet:
        if number == 47:
            raise av.InvalidDataError(1, "damaged")
        return packet

    source = _with_sound(tmp_path / "in.mkv", "aac")
    monkeypatch.setattr(av, "open", AlteredSound(source, damaged))
    out = _rewritten(source, tmp_path / "out.mp4")
    assert _heard(out) == pytest.approx(47 * 1024 / 48_000, abs=0.03)
    assert len(list(read_frames(open_video(out)))) == 50
    assert "in.mkv: its sound ends early" in capsys.readouterr().err


def test_a_colon_in_a_name_is_no_protocol(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run:1").mkdir()
    source = _with_sound(tmp_path / "in:1.mkv", "aac").relative_to(tmp_path)
    out = _rewritten(source, Path("run:1", "out.mp4"))
    assert _heard(out.resolve()) == pytest.approx(2.0, abs=0.06)


def test_where_nothing_can_be_written_the_system_says_so(tmp_path):
    with (
        pytest.raises(OSError, match="No such file"),
        video_writer(tmp_path / "missing" / "out.mp4", _silent(tmp_path)),
    ):
        pass


def test_what_ffmpeg_refuses_is_said_with_the_files_name(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise av.error.ProtocolNotFoundError(1, "refused")

    monkeypatch.setattr(av, "open", refuse)
    with (
        pytest.raises(VideoError, match=r"out\.mp4: ffmpeg cannot write it: .*refused"),
        video_writer(tmp_path / "out.mp4", _silent(tmp_path)),
    ):
        pass


def test_pictures_of_one_time_follow_one_another(tmp_path):
    with video_writer(tmp_path / "out.mp4", _silent(tmp_path)) as write:
        for seconds in (0.0, 0.0, 1e-6, 0.04):
            write(seconds, np.zeros((48, 64, 3), np.float32))
    with av.open(str(tmp_path / "out.mp4")) as film:
        times = [round(frame.pts * frame.time_base * 90_000) for frame in film.decode(video=0)]
    assert times == [0, 1, 2, 3600]


def test_an_interrupted_video_leaves_the_one_before(tmp_path):
    path = tmp_path / "out.mp4"
    path.write_bytes(b"earlier")

    def interrupted():
        with video_writer(path, _silent(tmp_path)) as write:
            write(0.0, np.zeros((48, 64, 3), np.float32))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_pictures_that_no_video_can_have_are_an_error(tmp_path):
    with (
        pytest.raises(VideoError, match="1 x 1"),
        video_writer(tmp_path / "o.mp4", _silent(tmp_path, 1, 1)),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
