"""A server on the loopback that misbehaves on request."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Server:
    """What it answers to every request.

    Attributes:
      body: the content.
      status, content_type: of the answer.
      sent: how many bytes of the body are sent before the connection is closed; None sends all.
      chunked: send it in chunks, without saying how long it is.
      stalled: wait for this after what is sent.
      requests: the paths that were asked for.
    """

    def __init__(self, address: str):
        self.address = address
        self.body, self.status, self.content_type = b"", 200, "application/octet-stream"
        self.sent: int | None = None
        self.chunked = False
        self.stalled: threading.Event | None = None
        self.requests: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer: Server

    def do_GET(self) -> None:
        answer, self.close_connection = self.answer, True
        answer.requests.append(self.path)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self._send(answer)
        if answer.stalled:
            answer.stalled.wait(10.0)

    def _send(self, answer: Server) -> None:
        body = answer.body[: answer.sent]
        if answer.chunked:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))
            if answer.sent is None:
                self.wfile.write(b"0\r\n\r\n")
        else:
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    handler = type("Handler", (_Handler,), {})
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.answer = Server(f"http://127.0.0.1:{listening.server_port}")
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,))
    thread.start()
    yield handler.answer
    if handler.answer.stalled:
        handler.answer.stalled.set()
    listening.shutdown()
    listening.server_close()
    thread.join()
