"""Archives and folders like ICT-FaceKit's, of two tiny files."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

FILES = {"vertex_indices.json": b"{}", "generic_neutral_mesh.obj": b"v 1 2 3\n"}
MEMBERS = {f"ICT-FaceKit-1/FaceXModel/{name}": content for name, content in FILES.items()}
OTHERS = {"ICT-FaceKit-1/README.md": b"words", "ICT-FaceKit-1/FaceXModel/a.mtl": b"words"}


def write_tar(path: Path, members: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, f"w:{path.suffix[1:]}" if path.suffix != ".tar" else "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def write_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_folder(path: Path, members: Mapping[str, bytes]) -> Path:
    for name, content in members.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def write_checksums(path: Path) -> Path:
    """As if `FILES` were what is published."""
    lines = [f"{hashlib.sha256(text).hexdigest()}  {name}\n" for name, text in FILES.items()]
    path.write_text("".join(lines))
    return path
