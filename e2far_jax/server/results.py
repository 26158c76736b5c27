"""Faces as the page takes them: a viewer and an archive each, made in memory."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from e2far_jax.faces.face import Face
from e2far_jax.reconstruction.names import FaceNames

Files = Callable[[Face, str], Mapping[str, bytes]]
PAGE = ".html"


def presented(faces: list[Face], name: str, files: Files, most: int) -> dict[str, Any]:
    """What the server answers.

    Args:
      faces: the largest first.
      name: of the picture.
      files: from a face and what its files are called to these by their suffixes; one is the
        page, ".html".
      most: faces to present.
    Returns:
      "faces", each with "name", "page" (HTML) and "archive" (a zip file in base 64), and
      "left_out", the number of others.
    """
    shown = faces[:most]
    names = FaceNames().for_photograph(name, len(shown))
    return {
        "faces": [
            _presented(files(face, stem), stem) for face, stem in zip(shown, names, strict=True)
        ],
        "left_out": len(faces) - len(shown),
    }


def _presented(contents: Mapping[str, bytes], stem: str) -> dict[str, str]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for suffix, content in contents.items():
            file.writestr(f"{stem}{suffix}", content)
    return {
        "name": stem,
        "page": contents[PAGE].decode(),
        "archive": base64.b64encode(archive.getvalue()).decode(),
    }
