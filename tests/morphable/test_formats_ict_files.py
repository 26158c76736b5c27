"""Files out of folders and archives, whatever these hold; small ones, made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2far_jax.morphable.formats import ict_files
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.ict_files import ict_files as read_files
from e2far_jax.morphable.formats.ict_files import published_checksums, verified
from tests.ict_kit import (
    FILES,
    MEMBERS,
    OTHERS,
    write_checksums,
    write_folder,
    write_tar,
    write_zip,
)


@pytest.mark.parametrize("name", ["kit.tar", "kit.tar.gz", "kit.tar.xz", "kit.zip", "kit"])
def test_every_kind_of_source_gives_the_same_files(tmp_path: Path, name: str) -> None:
    write = {".zip": write_zip, "": write_folder}.get(Path(name).suffix, write_tar)
    path = write(tmp_path / name, OTHERS | MEMBERS)
    assert dict(read_files(path)) == FILES


@pytest.mark.parametrize("outside", ["../FaceXModel/jawOpen.obj", "/FaceXModel/jawOpen.obj"])
@pytest.mark.parametrize("name", ["kit.tar.gz", "kit.zip"])
def test_names_that_lead_out_of_an_archive_are_refused(
    tmp_path: Path, name: str, outside: str
) -> None:
    write = write_zip if name.endswith(".zip") else write_tar
    path = write(tmp_path / name, MEMBERS | {outside: b"v 1 2 3"})
    with pytest.raises(ModelFormatError, match=r"jawOpen\.obj: .*leads out of the archive"):
        dict(read_files(path))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["kit.tar.gz", "kit.zip"])
def test_a_damaged_archive_is_refused(tmp_path: Path, name: str) -> None:
    write = write_zip if name.endswith(".zip") else write_tar
    path = write(tmp_path / name, MEMBERS)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ModelFormatError, match=f"{name}: archive: damaged or not a"):
        dict(read_files(path))


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    content = bytearray(write_zip(tmp_path / "kit.zip", MEMBERS).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the directory's flag of encryption
    content[6] |= 1
    (tmp_path / "kit.zip").write_bytes(content)
    with pytest.raises(ModelFormatError, match="encrypted"):
        dict(read_files(tmp_path / "kit.zip"))


@pytest.fixture
def checksums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ict_files, "_CHECKSUMS", write_checksums(tmp_path / "checksums.txt"))


@pytest.mark.usefixtures("checksums")
def test_what_is_published_passes_and_nothing_else() -> None:
    files = [("cheekRaiser_L.obj", b"unused"), *FILES.items(), *dict.fromkeys(FILES, b"").items()]
    assert list(verified("kit", iter(files))) == list(FILES.items())


@pytest.mark.usefixtures("checksums")
def test_other_content_and_missing_files_are_refused() -> None:
    with pytest.raises(ModelFormatError, match=r"kit: vertex_indices\.json: has SHA-256 4f53"):
        list(verified("kit", iter((FILES | {"vertex_indices.json": b"[]"}).items())))
    with pytest.raises(ModelFormatError, match=r"FaceXModel/gen.*: missing, one of 2 of the 2"):
        list(verified("kit", iter([])))


def test_the_checksums_are_of_every_file_that_is_used() -> None:
    names = set(published_checksums())
    assert len(names) == 1 + 1 + 100 + 53
    assert names >= {f"identity{mode:03d}.obj" for mode in range(100)} | set(FILES)
    assert {len(digest) for digest in published_checksums().values()} == {64}
