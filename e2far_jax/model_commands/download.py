"""Fetching over HTTP(S), with the standard library alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from e2far_jax.progress import watched

TIMEOUT = 30.0  # seconds in which nothing comes

_CHUNK = 2**20


class DownloadError(Exception):
    """What kept a file from coming whole; one line that begins with its address."""


def download(url: str, file: BinaryIO, usual_size: int) -> None:
    """Fetch a file, with a progress line.

    Args:
      url: an address that begins with https:// or http://.
      file: what comes is written here.
      usual_size: bytes to expect where the server does not say, for the time left.
    Raises:
      DownloadError: where not everything came, or a web page instead.
      OSError: where `file` cannot take it.
    """
    with _opened(url) as response:
        size, received = response.length, 0
        total = math.ceil((usual_size if size is None else size) / _CHUNK)
        for chunk in watched(_chunks(url, response), "downloading", " MiB", total):
            received += file.write(chunk)
    if size is not None and received < size:
        raise DownloadError(f"{url}: cut off after {received:,} of {size:,} bytes")


def _opened(url: str) -> HTTPResponse:
    if not url.startswith(("https://", "http://")):
        raise DownloadError(f"{url}: expected an address that begins with https:// or http://")
    try:
        response = urlopen(Request(url, headers={"User-Agent": "e2far-jax"}), timeout=TIMEOUT)
    except HTTPError as error:
        raise DownloadError(f"{url}: the server answers {error.code} ({error.reason})") from error
    except URLError as error:
        raise DownloadError(f"{url}: cannot be reached ({error.reason})") from error
    except (OSError, HTTPException, ValueError) as error:
        raise DownloadError(f"{url}: cannot be fetched ({error})") from error
    if response.headers.get_content_type() == "text/html":
        response.close()
        raise DownloadError(f"{url}: gives a web page, expected an archive")
    return response


def _chunks(url: str, response: HTTPResponse) -> Iterator[bytes]:
    try:
        while chunk := response.read(_CHUNK):
            yield chunk
    except (OSError, HTTPException) as error:
        raise DownloadError(f"{url}: the connection broke off ({error})") from error
