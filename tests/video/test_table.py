from __future__ import annotations

import csv
import io

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.video.motion import Motion
from e2far_jax.video.table import HEAD, head_angles, table_bytes, timecode

NTSC = 30000 / 1001


@pytest.mark.parametrize(
    ("frame", "rate", "expected"),
    [
        (0, 25.0, "00:00:00:00"),
        (24, 25.0, "00:00:00:24"),
        (25, 25.0, "00:00:01:00"),
        (25 * 3600 + 26, 25.0, "01:00:01:01"),
        (29, NTSC, "00:00:00:29"),
        (30, NTSC, "00:00:01:00"),
        (1800, NTSC, "00:01:00:00"),
        (23, 23.976, "00:00:00:23"),
        (24, 23.976, "00:00:01:00"),
        (59, 59.94, "00:00:00:59"),
        (119, 119.88, "00:00:00:119"),
        (7, 5.0, "00:00:01:02"),
        (360000 * 25, 25.0, "100:00:00:00"),
    ],
)
def test_timecodes(frame, rate, expected):
    assert timecode(frame, rate) == expected


def _motion(frames, rate) -> Motion:
    random, count = np.random.default_rng(0), len(frames)
    angles = random.uniform(-0.5, 0.5, (3, count)).astype(np.float32)
    return Motion(
        frames=np.array(frames),
        seconds=np.array(frames) / rate,
        expression=random.uniform(size=(count, 4)),
        rotation=np.asarray(rotation_from_euler(*map(jnp.asarray, angles))),
        scale=np.ones(count),
        translation=np.zeros((count, 2)),
    )


@pytest.mark.parametrize("rate", [25.0, NTSC])
def test_the_table_reads_back(model, rate):
    frames = [0, 1, 2, 29, 30, 31]
    motion = _motion(frames, rate)
    content = table_bytes(model, motion, rate).decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert list(rows[0]) == ["frame", "seconds", "timecode", *model.expression_names, *HEAD]
    assert [int(row["frame"]) for row in rows] == frames
    np.testing.assert_allclose([float(r["seconds"]) for r in rows], motion.seconds, atol=1e-6)
    assert rows[3]["timecode"] == ("00:00:01:04" if rate == 25.0 else "00:00:00:29")
    smile = [float(row["smile"]) for row in rows]
    np.testing.assert_allclose(smile, motion.expression[:, 1], atol=1e-6)


def test_angles_are_those_of_the_rotation():
    angles = np.random.default_rng(1).uniform(-1.2, 1.2, (20, 3)).astype(np.float32)
    rotations = rotation_from_euler(*(jnp.asarray(column) for column in angles.T))
    np.testing.assert_allclose(head_angles(np.asarray(rotations)), angles, atol=1e-5)
