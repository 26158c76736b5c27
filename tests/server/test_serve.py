"""The command: mistakes in its call, and the whole of it in a process of its own."""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
import zipfile

import pytest
from PIL import Image

from e2far_jax.commands import serve as arguments
from e2far_jax.errors import UsageError

COMMAND = "import sys; from e2far_jax.cli import main; sys.exit(main())"


def run(*words: str) -> int:
    """The command, with its mistakes as exceptions."""
    parser = argparse.ArgumentParser()
    arguments.add(parser.add_subparsers())
    options = parser.parse_args(["serve", *words])
    return options.run(options)


def test_a_port_that_is_taken_is_said_before_anything_is_loaded():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"--port={port}: cannot listen there"):
            run(f"--port={port}", "--weights=nowhere")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--port=http"], "--port=http: expected a whole number from 0 to 65535"),
        (["--host=no.such.host.invalid"], "cannot listen there"),
        (["--host=192.168..1"], "^--host=192.168..1: expected an address or a host name$"),
        ([f"--host={'x' * 64}.org"], "org: expected an address or a host name$"),
        (["--name=https://faces.example.com"], "expected a host name alone, such as faces"),
        (["--port=0", "--weights=nowhere"], "nowhere"),
    ],
)
def test_mistakes(words, message):
    with pytest.raises(UsageError, match=message):
        run(*words)


def test_listening_for_other_machines_is_said_loudly(capsys):
    with pytest.raises(UsageError):
        run("--host=0.0.0.0", "--port=0", "--weights=nowhere")
    assert "WARNING: --host=0.0.0.0: every machine that reaches this one" in capsys.readouterr().err


@pytest.mark.slow
def test_a_photograph_is_served_and_ctrl_c_ends_it():
    photographs = pytest.importorskip("skimage.data")
    content = io.BytesIO()
    Image.fromarray(photographs.astronaut()).save(content, "JPEG", quality=95)
    words = ["serve", "--port=0", "--model=default", "--name=Faces.example.com"]
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        ready = process.stdout.readline()
        url = ready.split("open ")[1].split()[0]
        headers = {"Content-Type": "image/jpeg", "Host": "faces.example.com"}
        request = urllib.request.Request(
            f"{url}faces?name=astronaut.jpg", content.getvalue(), headers
        )
        answer = json.load(urllib.request.urlopen(request))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    (face,) = answer["faces"]
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(face["archive"])))
    assert {"astronaut.json", "astronaut.glb", "astronaut.html"} <= set(archive.namelist())
    assert b"mtllib astronaut.textured.mtl" in archive.read("astronaut.textured.obj")
    assert json.loads(archive.read("astronaut.json"))["image"] == "astronaut.jpg"
    assert "<title>astronaut.jpg</title>" in face["page"]
    assert process.returncode == 0
    assert errors.endswith("e2far serve: stopped\n")
    assert "Traceback" not in errors
