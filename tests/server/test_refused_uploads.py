"""Refusals reach clients that are still sending, by real sockets."""

from __future__ import annotations

import dataclasses
import http.client
import json
import socket

import pytest

from e2far_jax.server import uploads
from e2far_jax.server.app import make_app
from e2far_jax.server.limits import Limits
from tests.server.conftest import files, reconstruct, served

PICTURE = bytes(8_000_000)
HEAD = b"POST /faces HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"


@pytest.mark.parametrize(
    ("changes", "headers", "status", "message"),
    [
        ({"burst": 0}, {}, 429, "too many pictures"),
        ({"waiting": 0}, {}, 503, "other pictures are being worked on"),
        ({"upload_bytes": 5_000_000}, {}, 413, "the file is too large"),
        ({}, {"Content-Type": "text/plain"}, 415, "expected a picture file"),
        ({}, {"Origin": "http://evil.example"}, 403, "pictures are taken from this server's own"),
    ],
)
def test_who_sends_8_megabytes_in_vain_is_told_why(changes, headers, status, message):
    with served(make_app(reconstruct, files, dataclasses.replace(Limits(), **changes))) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/faces", PICTURE, {"Content-Type": "image/png", **headers})
        answer = connection.getresponse()
        assert answer.status == status
        assert json.load(answer)["error"].startswith(message)


def test_an_upload_of_unknown_length_is_told_too():
    limits = dataclasses.replace(Limits(), upload_bytes=5_000_000)
    with served(make_app(reconstruct, files, limits)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        pieces = (PICTURE[:100_000] for _ in range(80))
        connection.request("POST", "/faces", pieces, {"Content-Type": "image/png"})
        assert connection.getresponse().status == 413


def test_an_endless_upload_is_cut_off():
    limits = dataclasses.replace(Limits(), upload_bytes=100_000)
    with (
        served(make_app(reconstruct, files, limits)) as port,
        socket.create_connection(("127.0.0.1", port), timeout=30) as connection,
    ):
        connection.sendall(HEAD + b"Content-Length: 900000000\r\n\r\n")
        with pytest.raises(ConnectionError):
            connection.sendall(bytes(100_000_000))  # much more than the system keeps in between


def test_a_silent_client_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(uploads, "DISCARD_SECONDS", 0.1)
    limits = dataclasses.replace(Limits(), burst=0)
    with (
        served(make_app(reconstruct, files, limits)) as port,
        socket.create_connection(("127.0.0.1", port), timeout=30) as connection,
    ):
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 429 ")
