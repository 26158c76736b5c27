"""Which requests are answered at all, and what browsers are told to forbid."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from e2far_jax.viewer.page import content_hash, script_and_style


def content_policy() -> str:
    """The page's own files, and the viewer's script and style within it; no other host."""
    script, style = (content_hash(text) for text in script_and_style())
    return (
        f"default-src 'self'; script-src 'self' {script}; style-src 'self' {style}; "
        "img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def own_names(host: str) -> frozenset[str]:
    """The names under which a server that listens at `host` may be called."""
    return frozenset({"localhost", host.lower(), socket.gethostname().lower()})


def is_own_host(header: str, names: Iterable[str]) -> bool:
    """Whether a Host header names this machine by one of these names or by an address.

    A page of another site that had its own name lead here (DNS rebinding) would send that name.
    """
    host = header.rpartition(":")[0] if header.rpartition(":")[2].isdecimal() else header
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        return True
    except ValueError:
        return host.lower() in names


class Guard:
    """Answers requests to this machine's own names only, with headers that keep browsers strict."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app, self._names = app, frozenset(names)
        self._headers = {
            "Content-Security-Policy": content_policy(),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
            "Cache-Control": "no-store",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI says."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        if is_own_host(Headers(scope=scope).get("host", ""), self._names):
            await self._app(scope, receive, send_strictly)
        else:
            refusal = PlainTextResponse("This server does not go by that name.\n", 403)
            await refusal(scope, receive, send_strictly)
