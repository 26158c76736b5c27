"""The commands of the pages in docs/ that show how to do something, as a reader would type them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Pages with a command that may end with status 1, and what it then says.
TROUBLE = {"folder.md": "1 of 2 pictures: no face found"}
# Other pages have examples for files that not everybody has.
PAGES = [page.name for page in sorted(DOCS.glob("*.md")) if "```sh\n" in page.read_text()]


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """The reader's folder: a portrait, a folder of them, a film, and the checkout's jobs."""
    from skimage import data

    portrait = data.astronaut()
    Image.fromarray(portrait).save(tmp_path / "photo.jpg", quality=95)
    (tmp_path / "holiday").mkdir()
    Image.fromarray(portrait[:, ::-1]).save(tmp_path / "holiday" / "beach.jpg")
    Image.fromarray(np.zeros((50, 80, 3), np.uint8)).save(tmp_path / "holiday" / "night.png")
    _film(tmp_path / "clip.mp4", portrait)
    (tmp_path / "experiments").symlink_to(ROOT / "experiments")
    return tmp_path


def _film(path: Path, portrait: np.ndarray) -> None:
    """The portrait, moving to and fro: a second of 25 frames."""
    import cv2

    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25.0, (300, 300))
    for frame in range(25):
        left = 70 + round(12 * np.sin(frame / 4.0))
        film.write(np.ascontiguousarray(portrait[:300, left : left + 300, ::-1]))
    film.release()


def _run(language: str, block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    scripts = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": os.pathsep.join([scripts, os.environ["PATH"]])}
    command = ["bash", "-euc", block] if language == "sh" else [sys.executable, "-c", block]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )


def _commands(page: str) -> list[tuple[str, str]]:
    """A page's languages and blocks; where a command may fail, each line is a block of its own."""
    blocks = BLOCK.findall((DOCS / page).read_text())
    if page not in TROUBLE:
        return blocks
    return [(language, line) for language, block in blocks for line in block.splitlines()]


def _is_fine(page: str, done: subprocess.CompletedProcess[str]) -> bool:
    expected = done.returncode == 1 and page in TROUBLE and TROUBLE[page] in done.stderr
    return done.returncode == 0 or expected


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_works(page: str, workplace: Path) -> None:
    for language, command in _commands(page):
        done = _run(language, command, workplace)
        assert _is_fine(page, done), f"{page}: {command}\n{done.stdout}\n{done.stderr}"


def test_the_page_of_outputs_names_every_kind() -> None:
    from e2far_jax.outputs.kinds import KINDS

    page = (DOCS / "outputs.md").read_text()
    named = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert named == set(KINDS)
