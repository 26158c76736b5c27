"""`e2far serve`: the network is loaded, a port is listened at, until Ctrl-C."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import sys
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import uvicorn
from jaxtyping import Float

from e2far_jax.arguments import whole_number
from e2far_jax.cache import keep_compiled_programs
from e2far_jax.errors import UsageError
from e2far_jax.faces.face import Face
from e2far_jax.outputs.kinds import face_files
from e2far_jax.outputs.paint import Paint
from e2far_jax.reconstruction.reconstructor import Reconstructor
from e2far_jax.server.app import make_app
from e2far_jax.server.limits import Limits
from e2far_jax.server.security import own_names

KINDS = ("page", "json", "obj", "texture", "glb", "ply", "camera", "landmarks")
_ENDING_SECONDS = 5  # for requests that are being answered


def serve(
    host: str, port: str, weights: str | None, model: str | None, names: Iterable[str] = ()
) -> int:
    """Serve until interrupted; returns the exit status.

    Args:
      host: the address or name to listen at.
      port: a number; 0 for any that is free.
      weights: a weights folder or a name, as for `e2far reconstruct`.
      model: the morphable model, if it is not where the weights say.
      names: host names under which a proxy offers the page.
    Raises:
      UsageError: for a mistake in any of these.
    """
    public_names = frozenset(map(_public_name, names))
    listening = _listening(host, whole_number("--port=", port, 0, 65535))
    with listening:
        if not _is_loopback(listening):
            print(
                f"WARNING: --host={host}: every machine that reaches this one can use the server "
                "and send it pictures; there is no password and no encryption",
                file=sys.stderr,
            )
        print("e2far serve: loading the network and compiling, for up to a minute", file=sys.stderr)
        app = make_app(
            _reconstructor(weights, model), served_files, Limits(), own_names(host), public_names
        )
        config = uvicorn.Config(
            app,
            log_level="warning",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_ENDING_SECONDS,
        )
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn ends well, then raises it again
            _Server(config, _url(host, listening)).run(sockets=[listening])
    print("e2far serve: stopped", file=sys.stderr)
    return 0


def served_files(face: Face, stem: str) -> Mapping[str, bytes]:
    """A face's page, and the files that are offered with it."""
    return face_files(face, KINDS, Paint(face, stem))


class _Server(uvicorn.Server):
    """Says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._own_url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"e2far serve: open {self._own_url} in a browser; Ctrl-C ends", flush=True)


def _reconstructor(
    weights: str | None, model: str | None
) -> Callable[[Float[np.ndarray, "H W 3"]], list[Face]]:
    """The network; a first face is made with it, so that no user waits while it is compiled."""
    keep_compiled_programs()
    picture = np.full((96, 96, 3), 0.5, np.float32)
    try:
        reconstructor = Reconstructor.from_weights(weights, model)
        (face,) = reconstructor(picture, boxes=np.array([[24.0, 24.0, 72.0, 72.0]]))
    except ValueError as error:
        raise UsageError(" ".join(str(error).split())) from error
    served_files(face, "first")
    return reconstructor


def _public_name(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+", text, re.ASCII):
        raise UsageError(f"--name={text}: expected a host name alone, such as faces.example.com")
    return text.lower()


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"--host={host} --port={port}: cannot listen there ({reason})") from error
    except UnicodeError as error:  # a part between dots is empty or has more than 63 letters
        raise UsageError(f"--host={host}: expected an address or a host name") from error


def _is_loopback(listening: socket.socket) -> bool:
    return ipaddress.ip_address(listening.getsockname()[0]).is_loopback


def _url(host: str, listening: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    if ipaddress.ip_address(listening.getsockname()[0]).is_unspecified:
        shown = "localhost"
    return f"http://{shown}:{listening.getsockname()[1]}/"
