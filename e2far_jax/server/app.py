"""The server as an application: a page, and pictures that become faces. It keeps nothing."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import string
from collections.abc import Callable, Collection
from importlib import resources
from typing import Any

import anyio
import numpy as np
from jaxtyping import Float
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from e2far_jax.faces.face import Face
from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.server.limits import Limits, TokenBuckets
from e2far_jax.server.refusals import RefusalError
from e2far_jax.server.results import Files, presented
from e2far_jax.server.security import Guard, own_names
from e2far_jax.server.uploads import check_request, decoded, discard, read_upload, upload_name

Reconstruct = Callable[[Float[np.ndarray, "H W 3"]], list[Face]]
_BUSY = "other pictures are being worked on; try again soon"
_BUSY_SECONDS = 10.0  # after which a place is likely to be free


def make_app(
    reconstruct: Reconstruct,
    files: Files,
    limits: Limits,
    names: Collection[str] = own_names("127.0.0.1"),
    public_names: Collection[str] = (),
) -> Starlette:
    """The application.

    `GET /` is the page. `POST /faces?name=FILE` takes a picture file as its body and answers with
    JSON: what `presented` says, or "error", one line, with a status of 400 or more.

    Args:
      reconstruct: from a picture, RGB in [0, 1], to its faces, the largest first.
      files: from a face and what its files are called to these by their suffixes, ".html" among
        them.
      limits: what is accepted.
      names: the host names that the server answers to.
      public_names: further ones, in lower case, under which a proxy offers the page; pages of
        these may send pictures whatever name the proxy then asks for.
    """
    service = _Service(reconstruct, files, limits, public_names)
    return Starlette(
        routes=[
            Route("/", _page(limits)),
            Route("/index.css", _part("index.css", "text/css")),
            Route("/index.js", _part("index.js", "text/javascript")),
            Route("/faces", service.faces, methods=["POST"]),
        ],
        middleware=[Middleware(Guard, names={*names, *public_names})],
        exception_handlers={RefusalError: _refused, Exception: _failed},
    )


class _Service:
    """Makes faces of one picture at a time, in a thread."""

    def __init__(
        self,
        reconstruct: Reconstruct,
        files: Files,
        limits: Limits,
        public_names: Collection[str],
    ) -> None:
        self._reconstruct, self._files, self._limits = reconstruct, files, limits
        self._public_names = public_names
        self._buckets = TokenBuckets(limits)
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def faces(self, request: Request) -> Response:
        """Answer `POST /faces`."""
        try:
            self._admit(request)
        except RefusalError:
            await discard(request.stream(), self._limits)
            raise
        self._waiting += 1
        try:
            content = await read_upload(request, self._limits)
            name = upload_name(request.query_params.get("name", ""))
            async with self._turn:
                answer = await anyio.to_thread.run_sync(self._made, content, name)
        finally:
            self._waiting -= 1
        return Response(answer, media_type="application/json")

    def _admit(self, request: Request) -> None:
        """Refuse what needs no look at the picture."""
        check_request(request, self._limits, self._public_names)
        wait = self._buckets.take(request.client.host if request.client else "")
        if wait:
            raise RefusalError(429, f"too many pictures; try again in {wait:.0f} s", wait)
        if self._waiting >= self._limits.waiting:
            raise RefusalError(503, _BUSY, _BUSY_SECONDS)

    def _made(self, content: bytes, name: str) -> bytes:
        picture = decoded(content, name, self._limits)
        try:
            found = self._reconstruct(picture)
        except PhotographError as error:
            raise RefusalError(422, f"{name}: {error}") from None
        if not found:
            raise RefusalError(422, f"no face was found in {name}")
        faces = [dataclasses.replace(face, image=name) for face in found]
        return json.dumps(presented(faces, name, self._files, self._limits.faces)).encode()


def _page(limits: Limits) -> Callable[[Request], Response]:
    text = string.Template(_text("index.html")).substitute(
        bytes=limits.upload_bytes, megabytes=f"{limits.upload_bytes / 1e6:g}"
    )
    return lambda request: Response(text, media_type="text/html")


def _part(name: str, kind: str) -> Callable[[Request], Response]:
    text = _text(name)
    return lambda request: Response(text, media_type=kind)


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _refused(request: Request, refusal: Any) -> Response:
    # What was not read of a refused upload would be taken for the next request.
    headers = {**refusal.headers, "Connection": "close"}
    return JSONResponse({"error": refusal.message}, refusal.status, headers)


def _failed(request: Request, error: Exception) -> Response:
    message = "something went wrong here, not with your picture; the server's terminal says what"
    return JSONResponse({"error": message}, 500)
