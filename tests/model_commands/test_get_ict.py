"""`e2far model get ict` from a server on the loopback, a folder or an archive."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import jax
import numpy as np
import pytest

from e2far_jax.cli import main
from e2far_jax.model_commands import download as downloading
from e2far_jax.model_commands import get_ict as getting
from e2far_jax.morphable import MorphableModel, open_morphable_model
from e2far_jax.morphable.formats import ict_files
from e2far_jax.morphable.stored import stored_ict
from tests.ict_kit import (
    FILES,
    MEMBERS,
    OTHERS,
    write_checksums,
    write_folder,
    write_tar,
    write_zip,
)
from tests.model_commands.conftest import Server
from tests.reconstruction.conftest import dome


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of stored models, not there yet."""
    monkeypatch.setenv("E2FAR_DATA", str(tmp_path / "data"))
    return stored_ict().parent


@pytest.fixture
def conversions(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, bytes]]:
    """What was converted, where a model of `FILES` is published whose faces are domes."""
    files = []

    def convert(source: str, members: Iterator[tuple[str, bytes]]) -> MorphableModel:
        files.append(dict(members))
        return dome()

    monkeypatch.setattr(getting, "convert_ict", convert)
    monkeypatch.setattr(ict_files, "_CHECKSUMS", write_checksums(tmp_path / "checksums.txt"))
    return files


def packed(folder: Path, members: Mapping[str, bytes] = OTHERS | MEMBERS) -> bytes:
    return write_tar(folder / "kit.tar.gz", members).read_bytes()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def assert_same_model(first: MorphableModel, second: MorphableModel) -> None:
    assert jax.tree.structure(first) == jax.tree.structure(second)
    for one, other in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_a_downloaded_model_opens_by_its_name(
    server: Server, folder: Path, conversions: list, tmp_path: Path, capsys
) -> None:
    server.body = packed(tmp_path)
    assert main(["model", "get", "ict", f"--url={server.address}/kit.tar.gz"]) == 0
    assert conversions == [FILES]
    assert_same_model(open_morphable_model("ict"), dome())
    stem = stored_ict().stem
    assert sorted(contents(folder)) == [f"{stem}.LICENCE.txt", f"{stem}.npz"]
    notice = contents(folder)[f"{stem}.LICENCE.txt"].decode()
    assert "Copyright (c) 2020 USC Institute for Creative Technologies" in notice
    assert ict_files.COMMIT in notice
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        f"ICT-FaceKit is stored: {stored_ict()}; "
        "use it as --model=ict or open_morphable_model('ict')"
    ]


def test_a_second_call_finds_it_ready(
    server: Server, folder: Path, conversions: list, tmp_path: Path, capsys
) -> None:
    server.body = packed(tmp_path)
    for _ in range(2):
        assert main(["model", "get", "ict", f"--url={server.address}/kit"]) == 0
    assert main(["model", "get", "ict", "--from=nowhere"]) == 0
    assert len(conversions) == len(server.requests) == 1
    assert capsys.readouterr().out.splitlines()[1:] == 2 * [
        f"ICT-FaceKit is ready: {stored_ict()}; "
        "use it as --model=ict or open_morphable_model('ict')"
    ]


def test_a_damaged_model_is_fetched_again(
    server: Server, folder: Path, conversions: list, tmp_path: Path, capsys
) -> None:
    folder.mkdir(parents=True)
    stored_ict().write_bytes(b"damaged")
    server.body = packed(tmp_path)
    assert main(["model", "get", "ict", f"--url={server.address}/kit"]) == 0
    assert "not a .npz file, or cut off; getting it again" in capsys.readouterr().err
    assert_same_model(open_morphable_model("ict"), dome())


@pytest.mark.parametrize("name", ["kit.tar.xz", "kit.zip", "kit"])
def test_a_file_or_folder_instead(
    folder: Path, conversions: list, tmp_path: Path, name: str
) -> None:
    write = {".zip": write_zip, "": write_folder}.get(Path(name).suffix, write_tar)
    source = write(tmp_path / name, MEMBERS)
    assert main(["model", "get", "ict", f"--from={source}"]) == 0
    assert conversions == [FILES]
    assert_same_model(open_morphable_model("ict"), dome())


WRONG = MEMBERS | {"ICT-FaceKit-1/FaceXModel/generic_neutral_mesh.obj": b"v 1 2 4\n"}
FEWER = dict(list(MEMBERS.items())[:1])
OUTSIDE = {"../../FaceXModel/jawOpen.obj": b"v 1 2 3"}
PAGE = b"<!DOCTYPE html><html><body>Sign in first</body></html>"


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(
    ("members", "answer", "message"),
    [
        (MEMBERS, {"sent": 100}, "cut off after 100 of"),
        (MEMBERS, {"sent": 100, "chunked": True}, "the connection broke off"),
        (MEMBERS, {"status": 404}, "the server answers 404"),
        (None, {"body": PAGE, "content_type": "text/html"}, "gives a web page"),
        (None, {"body": PAGE}, "damaged or not a .tar or .zip archive"),
        (None, {"body": b""}, "damaged or not a .tar or .zip archive"),
        (WRONG, {}, "generic_neutral_mesh.obj: has SHA-256 "),
        (FEWER, {}, "FaceXModel/generic_neutral_mesh.obj: missing"),
        (MEMBERS | OUTSIDE, {}, "this name leads out of the archive"),
    ],
)
def test_a_wrong_download_changes_nothing(
    server: Server,
    folder: Path,
    conversions: list,
    tmp_path: Path,
    capsys,
    members: Mapping[str, bytes] | None,
    answer: dict[str, object],
    message: str,
    before: bool,
) -> None:
    if before:
        folder.mkdir(parents=True)
        stored_ict().write_bytes(b"damaged")
    body = b"" if members is None else packed(tmp_path, members)
    vars(server).update({"body": body} | answer)
    kept, around = contents(folder), sorted(tmp_path.iterdir())
    assert main(["model", "get", "ict", f"--url={server.address}/kit"]) == 2
    assert conversions == []
    assert contents(folder) == kept
    assert set(tmp_path.iterdir()) - set(around) <= {tmp_path / "data"}
    *others, line = capsys.readouterr().err.splitlines()
    assert line.startswith(f"e2far model get ict: {server.address}/kit: ")
    assert message in line
    assert all(other.startswith("e2far: ") for other in others)


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """What a process writes beyond that fails as on a full disk."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.parametrize("full", ["downloading", "storing"])
def test_a_full_disk_changes_nothing(
    server: Server, folder: Path, conversions: list, tmp_path: Path, capfd, full: str
) -> None:
    server.body = packed(tmp_path)
    limit = 5000  # the archive and the licence are smaller, the model is larger
    if full == "downloading":
        server.body += bytes(2 * downloading._CHUNK)
        limit = downloading._CHUNK
    with largest_file(limit):
        assert main(["model", "get", "ict", f"--url={server.address}/kit"]) == 2
    assert len(conversions) == (full == "storing")
    assert contents(folder) == {}
    errors = capfd.readouterr().err.splitlines()
    assert errors[-1] == f"e2far model get ict: {folder}: File too large"
    assert all(line.startswith("e2far: ") for line in errors[:-1])


def test_a_folder_that_cannot_be_made_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("E2FAR_DATA", str(tmp_path / "file"))
    assert main(["model", "get", "ict", "--url=http://127.0.0.1:1/"]) == 2
    assert f"{tmp_path}/file/morphable: Not a directory" in capsys.readouterr().err


def test_an_interruption_changes_nothing(
    server: Server,
    folder: Path,
    conversions: list,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys,
) -> None:
    def interrupted(*_: object) -> None:
        assert "" not in contents(folder)
        raise KeyboardInterrupt

    server.body = packed(tmp_path)
    for moment in ("download", "convert_ict", "write_npz"):
        with monkeypatch.context() as patch:
            patch.setattr(getting, moment, interrupted)
            assert main(["model", "get", "ict", f"--url={server.address}/kit"]) == 130
        assert contents(folder) == {}
        assert capsys.readouterr().err.endswith("e2far model get ict: interrupted\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from=nowhere"], "--from=nowhere: no such file or folder"),
        (["--from=EMPTY"], "missing, one of 155 of the 155 files"),
        (["--url=nowhere"], "nowhere: expected an address that begins with https:// or http://"),
    ],
)
def test_mistakes_end_in_one_line(
    folder: Path, tmp_path: Path, capsys, arguments: list[str], message: str
) -> None:
    arguments = [argument.replace("EMPTY", str(tmp_path)) for argument in arguments]
    assert main(["model", "get", "ict", *arguments]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("e2far model get ict: ")
    assert message in line
    assert contents(folder) == {}


@pytest.mark.parametrize(
    "arguments", [[], ["get"], ["get", "flame"], ["get", "ict", "--from=a", "--url=b"]]
)
def test_wrong_calls_print_the_usage(arguments: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["model", *arguments])
    assert caught.value.code == 2
    assert "usage: e2far model" in capsys.readouterr().err


def test_only_the_core_is_needed(folder: Path, tmp_path: Path) -> None:
    """Without tqdm there is no progress line, and that is all."""
    code = """
import sys
sys.modules["tqdm"] = None
from e2far_jax.cli import main
sys.exit(main(["model", "get", "ict", "--from=" + sys.argv[1]]))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ)
    assert "missing, one of 155 of the 155 files" in done.stderr
    assert done.returncode == 2


@pytest.mark.slow
def test_the_published_archive_gives_the_model_of_its_path(
    real_data: Path, server: Server, folder: Path
) -> None:
    archive = real_data / "ict_facekit" / "ict_facekit.tar.xz"
    server.body = archive.read_bytes()
    assert main(["model", "get", "ict", f"--url={server.address}/ict_facekit.tar.xz"]) == 0
    assert_same_model(open_morphable_model("ict"), open_morphable_model(f"ict:{archive}"))
    assert len(contents(folder)) == 2
