"""A server with a stand-in for the network: its answers are quick, its limits small."""

from __future__ import annotations

import contextlib
import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from PIL import Image
from starlette.applications import Starlette

from e2far_jax.faces.face import Face
from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.server.app import make_app
from e2far_jax.server.limits import Limits
from e2far_jax.viewer.page import face_page
from tests.viewer.faces import dome_face, gradient

FACE = dome_face()
LIMITS = Limits(upload_bytes=200_000, pixels=1_000_000, faces=2, burst=1000, a_minute=60.0)


def reconstruct(picture: np.ndarray) -> list[Face]:
    """As many faces as the picture's first pixel has tenths of red; blue is a complaint."""
    red, _, blue = picture[0, 0]
    if blue > 0.5:
        raise PhotographError("too blue")
    return [FACE] * round(10.0 * float(red))


def files(face: Face, stem: str) -> dict[str, bytes]:
    text = f"{stem} of {face.image}"
    return {".html": face_page(face, gradient(face.model)), ".txt": text.encode()}


def picture(tenths: int, form: str = "PNG", blue: int = 0, size: int = 40) -> bytes:
    """A picture file with that many faces."""
    content = io.BytesIO()
    Image.new("RGB", (size, size), (round(25.5 * tenths), 20, blue)).save(content, form)
    return content.getvalue()


@contextlib.contextmanager
def served(app: Starlette) -> Iterator[int]:
    """The port of a real server, in a thread."""
    config = uvicorn.Config(app, port=0, log_level="warning")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        time.sleep(0.02)
    try:
        yield running.servers[0].sockets[0].getsockname()[1]
    finally:
        running.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A real server's address."""
    with served(make_app(reconstruct, files, LIMITS)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def picture_file(tmp_path: Path):
    """Writes a picture's content to a file."""

    def write(name: str, content: bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write
