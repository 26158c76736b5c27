"""`e2far render` from the command line on, on a small model."""

from __future__ import annotations

import errno

import numpy as np
import pytest
from PIL import Image

from e2far_jax.cli import main
from e2far_jax.gallery import command
from e2far_jax.gallery.sheet import Row, Tile
from e2far_jax.gallery.turntable import YAWS
from e2far_jax.morphable.formats.npz import write_npz
from tests.reconstruction.conftest import dome


@pytest.fixture
def model(tmp_path, monkeypatch) -> str:
    """A model's file in the current folder."""
    monkeypatch.chdir(tmp_path)
    write_npz(tmp_path / "dome.npz", dome())
    return "--model=dome.npz"


@pytest.fixture
def plain(monkeypatch):
    """Nothing is rendered: a sheet of one tile; the requests are kept."""
    requests = []

    def draw(request):
        requests.append(request)
        return command.Sheet([Row([Tile(np.zeros((32, 32, 3), np.uint8))])], "plain")

    kinds = {n: command.dataclasses.replace(k, draw=draw) for n, k in command.KINDS.items()}
    monkeypatch.setattr(command, "KINDS", kinds)
    return requests


def test_turntable(model, capsys, tmp_path):
    arguments = ["--out=made/here.png", model, "--turntable", "--count=1", "--size=32"]
    assert main(["render", *arguments]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == "made/here.png"
    sheet = Image.open("made/here.png")
    assert sheet.width > len(YAWS) * 32
    assert sheet.height > 4 * 32
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["here.png"]


def test_expressions(model, capsys):
    assert main(["render", "--out=all.png", model, "--expressions", "--size=32"]) == 0
    assert "4 expressions" in capsys.readouterr().out
    assert Image.open("all.png").width > 3 * 32


@pytest.mark.slow
def test_random_scenes(model):
    """The same pixels for the same seed, others for another."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        arguments = [f"--out={name}.png", model, "--count=3", f"--seed={seed}", "--size=32"]
        assert main(["render", *arguments]) == 0
    a, b, c = (np.asarray(Image.open(f"{name}.png")).astype(int) for name in "abc")
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 50


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([], (36, 0, 3, 180)),
        (["--count=5", "--seed=7", "--level=1", "--size=64"], (5, 7, 1, 64)),
        (["--factors"], (8, 0, 3, 180)),
        (["--turntable", "--count=2"], (2, 0, 3, 180)),
    ],
)
def test_flags_are_understood(model, plain, flags, expected):
    assert main(["render", "--out=sheet.png", model, *flags]) == 0
    (request,) = plain
    assert (request.count, request.seed, request.level, request.size) == expected
    assert request.model.name == "dome"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--model=nonsense"], "unknown morphable model 'nonsense'"),
        (["--model=nowhere.npz"], "nowhere.npz"),
        (["--model=ict:nowhere"], "nowhere"),
        (["--model=unmarked.npz"], "landmarks"),
        (["--model=words.npz"], "words.npz"),
        (["--count=0"], "--count=0: expected a whole number from 1 to 400"),
        (["--count=many"], "--count=many: expected a whole number"),
        (["--count=1e9"], "--count=1e9: expected a whole number"),
        (["--count=401"], "1 to 400"),
        (["--count=-3"], "--count=-3"),
        (["--factors", "--count=25"], "1 to 24"),
        (["--level=4"], "--level=4: expected a whole number from 0 to 3"),
        (["--level=easy"], "--level=easy"),
        (["--seed=-1"], "--seed=-1"),
        (["--size=8"], "--size=8: expected a whole number from 32 to 1024"),
        (["--turntable", "--level=0"], "--level does not go with --turntable"),
        (["--expressions", "--count=2"], "--count does not go with --expressions"),
        (["--out=sheet.jpg"], "--out=sheet.jpg: expected a file name that ends in .png"),
        (["--out=folder.png"], "--out=folder.png: this is a folder"),
        (["--out=dome.npz/sheet.png"], "--out=dome.npz/sheet.png: cannot make its folder"),
    ],
)
def test_a_mistake_is_one_line(model, plain, tmp_path, capsys, flags, message):
    with np.load("dome.npz") as file:
        np.savez("unmarked.npz", **{n: file[n] for n in file.files if n != "landmarks"})
    (tmp_path / "words.npz").write_text("words")
    (tmp_path / "folder.png").mkdir()
    assert main(["render", "--out=sheet.png", model, *flags]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("e2far render: ")
    assert message in line
    assert not (tmp_path / "sheet.png").exists()
    assert not plain


def test_a_full_disk_is_one_line_and_leaves_nothing(model, plain, tmp_path, capsys, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("e2far_jax.files.os.replace", full)
    before = sorted(tmp_path.iterdir())
    assert main(["render", "--out=sheet.png", model]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "e2far render: cannot write sheet.png: No space left on device"
    )
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("flags", [[], ["--out=a.png", "--factors", "--turntable"], ["--cuont=3"]])
def test_a_wrong_call_prints_the_usage(flags, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["render", *flags])
    assert caught.value.code == 2
    assert "usage: e2far render" in capsys.readouterr().err
