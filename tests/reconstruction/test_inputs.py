from __future__ import annotations

import os

import pytest

from e2far_jax.reconstruction.inputs import InputsError, picture_files


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Pictures and other things; the test runs within."""
    for name in ("b.JPG", "a.png", "note.txt", "clip.mp4", ".hidden.png", "deep/c.webp",
                 "deep/er/d.tiff", ".git/e.png", "empty/readme", "out/faces/f.png"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"content")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_stay_in_their_order_and_may_be_missing(tree):
    assert picture_files(["b.JPG", "none.png", "a.png"]) == ["b.JPG", "none.png", "a.png"]


def test_a_file_of_another_ending_is_taken_at_its_word(tree):
    assert picture_files(["note.txt"]) == ["note.txt"]


def test_each_picture_is_there_once_by_its_first_name(tree):
    os.symlink("a.png", "link.png")
    named = ["./a.png", "a.png", str(tree / "a.png"), "link.png", "b.JPG", "b.JPG", "*.png"]
    assert picture_files(named) == ["./a.png", "b.JPG"]


def test_folders_stand_for_the_pictures_in_them_and_below(tree):
    assert picture_files(["."]) == [
        "./a.png", "./b.JPG", "./deep/c.webp", "./deep/er/d.tiff", "./out/faces/f.png",
    ]  # fmt: skip
    assert picture_files(["deep", "a.png"]) == ["deep/c.webp", "deep/er/d.tiff", "a.png"]


def test_a_link_that_leads_back_is_not_followed(tree):
    os.symlink(tree, tree / "deep" / "loop")
    assert picture_files(["deep"]) == ["deep/c.webp", "deep/er/d.tiff"]


def test_results_of_an_earlier_run_are_passed_over(tree):
    assert "./out/faces/f.png" not in picture_files(["."], results="out")
    for named in (["*.png", "out"], ["**/*.png"]):
        assert picture_files(named, results="out") == ["a.png"]
    assert picture_files(["out/faces/*", "de*"], results=".")[0] == "out/faces/f.png"


def test_the_folder_for_the_results_alone_is_refused(tree):
    with pytest.raises(InputsError, match=r"out: the folder for the results, too"):
        picture_files(["out"], results="out")


def test_patterns_that_the_shell_left(tree):
    assert picture_files(["*.[pJ]*G"]) == ["b.JPG"]
    assert picture_files(["deep/*"]) == ["deep/c.webp", "deep/er/d.tiff"]
    assert picture_files(["**/*.*"])[:3] == ["a.png", "b.JPG", "deep/c.webp"]


def test_a_file_may_be_called_like_a_pattern(tree):
    (tree / "what[1].png").write_bytes(b"content")
    assert picture_files(["what[1].png"]) == ["what[1].png"]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ([], "no picture is named"),
        (["empty"], r"empty: no pictures in this folder or below \(\.jpg, "),
        (["*.xyz"], r"\*\.xyz: nothing matches"),
        (["**/readme"], "no pictures match"),
        (["emp*"], "no pictures match"),
        (["a.png", "clip.mp4"], "clip.mp4: a video; `e2far track`"),
        (["none.MOV"], "none.MOV: a video"),
        (["cl*"], "clip.mp4: a video"),
    ],
)
def test_what_names_no_picture_is_said_on_one_line(tree, named, message):
    with pytest.raises(InputsError, match=message) as caught:
        picture_files(named)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_read_is_named(tree, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputsError, match="deep: Permission denied"):
        picture_files(["deep"])
