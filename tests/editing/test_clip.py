from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.editing.clip import read_clip
from e2far_jax.editing.names import EditError


def test_columns_are_found_by_their_names(face, tmp_path):
    second, fourth = (list(face.expression_weights)[k] for k in (1, 3))
    path = tmp_path / "clip.csv"
    path.write_text(
        f"frame,{fourth},timecode,seconds,{second},other\n0,.5,x,0,.25,\n1,1,y,.04,0,\n"
    )
    clip = read_clip(path, face)
    np.testing.assert_allclose(clip.seconds, [0.0, 0.04])
    np.testing.assert_allclose(clip.weights, [[0.0, 0.25, 0.0, 0.5], [0.0, 0.0, 0.0, 1.0]])
    assert clip.missing == tuple(list(face.expression_weights)[k] for k in (0, 2))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("seconds,NAME\n", "expected a column"),
        ("NAME\n0.5\n", "expected a column 'seconds'"),
        ("seconds,other\n0,0.5\n", "expected a column"),
        ("seconds,NAME\n0,0.5\n1,much\n", "line 3"),
        ("seconds,NAME\n0,0.5\n1\n", "line 3"),
        ("seconds,NAME\n0,nan\n", "line 2"),
        ("seconds,NAME\n1,0.5\n1,0.5\n", "do not rise"),
        ("\x00\xff", "clip.csv"),
    ],
)
def test_damage_is_named(face, tmp_path, content, message):
    path = tmp_path / "clip.csv"
    name = next(iter(face.expression_weights))
    path.write_bytes(content.replace("NAME", name).encode("latin1"))
    with pytest.raises(EditError, match=message):
        read_clip(path, face)
    with pytest.raises(EditError, match=r"other\.csv: No such file"):
        read_clip(tmp_path / "other.csv", face)
