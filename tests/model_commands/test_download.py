from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from e2far_jax.model_commands import download as downloading
from e2far_jax.model_commands.download import DownloadError, download
from tests.model_commands.conftest import Server

BODY = bytes(range(256)) * 10_000


@pytest.fixture
def file(tmp_path: Path) -> Iterator[BinaryIO]:
    with (tmp_path / "kit").open("w+b") as file:
        yield file


@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_served_arrives(server: Server, file: BinaryIO, chunked: bool) -> None:
    server.body, server.chunked = BODY, chunked
    download(f"{server.address}/kit.tar.gz", file, 1)
    file.seek(0)
    assert file.read() == BODY
    assert server.requests == ["/kit.tar.gz"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"sent": 5000}, "cut off after 5,000 of 2,560,000 bytes"),
        ({"sent": 5000, "chunked": True}, "the connection broke off"),
        ({"status": 404}, r"the server answers 404 \(Not Found\)"),
        ({"status": 503}, "the server answers 503"),
        ({"content_type": "text/html; charset=utf-8"}, "gives a web page, expected an archive"),
        ({"sent": 5000, "stalled": threading.Event()}, "broke off .*timed out"),
    ],
)
def test_what_goes_wrong_is_said(
    server: Server,
    file: BinaryIO,
    monkeypatch: pytest.MonkeyPatch,
    answer: dict[str, object],
    message: str,
) -> None:
    monkeypatch.setattr(downloading, "TIMEOUT", 0.5)
    vars(server).update({"body": BODY} | answer)
    with pytest.raises(DownloadError, match=f"{server.address}/kit: .*{message}"):
        download(f"{server.address}/kit", file, 1)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:1/kit", "cannot be reached"),
        ("http://name.invalid/kit", "cannot be reached"),
        ("http://127.0.0.1:port/kit", "cannot be fetched"),
        ("http://[/kit", "cannot be fetched"),
        ("file:///etc/hostname", "begins with https:// or http://"),
        ("kit.tar.gz", "begins with https:// or http://"),
    ],
)
def test_addresses_that_lead_nowhere(
    file: BinaryIO, monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(DownloadError, match=message):
        download(url, file, 1)
