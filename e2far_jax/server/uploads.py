"""Pictures out of requests: limited in bytes, seconds and pixels, never on a disk."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Collection
from pathlib import PurePath
from urllib.parse import urlsplit

import numpy as np
from jaxtyping import Float
from starlette.requests import ClientDisconnect, Request

from e2far_jax.reconstruction.errors import PhotographError, TooManyPixelsError
from e2far_jax.reconstruction.photographs import decode_photograph
from e2far_jax.server.limits import Limits
from e2far_jax.server.refusals import RefusalError

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "TIFF", "BMP", "GIF")
DISCARD_SECONDS = 10.0  # that the rest of a refused upload is read for
_LONGEST_NAME = 60


def check_request(request: Request, limits: Limits, public_names: Collection[str]) -> None:
    """Refuse what other pages' forms can send, and what says that it is too large.

    A page of another origin can't send these types of content unless it asks first, which no
    answer of this server allows. A proxy may have put another Host in place of a public name.
    """
    origin = request.headers.get("origin")
    site = urlsplit(origin or "")
    own = site.netloc == request.headers.get("host") or site.hostname in public_names
    if origin is not None and not own:
        raise RefusalError(403, "pictures are taken from this server's own page only")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (kind.startswith("image/") or kind == "application/octet-stream"):
        raise RefusalError(
            415, f"expected a picture file as the request's body, got {kind or 'none'}"
        )
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limits.upload_bytes:
        raise _too_large(limits)


async def read_upload(request: Request, limits: Limits) -> bytes:
    """The body of a request, given up at the first byte or second too many."""
    content, chunks = bytearray(), request.stream()
    try:
        async with asyncio.timeout(limits.upload_seconds):
            async for chunk in chunks:
                content += chunk
                if len(content) > limits.upload_bytes:
                    await discard(chunks, limits)
                    raise _too_large(limits)
    except TimeoutError:
        raise RefusalError(408, f"the upload took more than {limits.upload_seconds:g} s") from None
    except ClientDisconnect:
        raise RefusalError(400, "the upload was broken off") from None
    if not content:
        raise RefusalError(422, "the file is empty")
    return bytes(content)


async def discard(chunks: AsyncIterator[bytes], limits: Limits) -> None:
    """Read what is still sent of a refused upload: a client that is cut off sees no answer.

    Not for ever: up to twice the bytes of an upload, and `DISCARD_SECONDS`.
    """
    left = 2 * limits.upload_bytes
    with contextlib.suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(DISCARD_SECONDS):
            async for chunk in chunks:
                left -= len(chunk)
                if left < 0:
                    return


def upload_name(text: str) -> str:
    """What the picture is called: the last part of a path, of harmless characters."""
    name = PurePath(text.replace("\\", "/")).name
    kept = "".join(letter if letter.isalnum() or letter in " ._-()" else "_" for letter in name)
    stem, dot, ending = kept.rpartition(".")
    stem = (stem if dot else ending)[:_LONGEST_NAME].strip(" .") or "picture"
    return f"{stem}.{ending[:8]}" if dot else stem


def decoded(content: bytes, name: str, limits: Limits) -> Float[np.ndarray, "H W 3"]:
    """A picture file's pixels, upright, RGB in [0, 1]; transparent parts are white."""
    try:
        return decode_photograph(io.BytesIO(content), name, limits.pixels, FORMATS)
    except TooManyPixelsError as error:
        raise RefusalError(413, str(error)) from None
    except PhotographError as error:
        raise RefusalError(422, str(error)) from None


def _too_large(limits: Limits) -> RefusalError:
    return RefusalError(
        413, f"the file is too large: at most {limits.upload_bytes / 1e6:g} MB are taken"
    )
