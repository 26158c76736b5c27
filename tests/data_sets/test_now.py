"""NoW's validation set, in a tree of the published form."""

import pickle

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.data_sets.errors import DataSetError
from e2far_jax.data_sets.now import read_now
from tests.data_sets.trees import OBJ, OBJ_VERTICES, picked_points, random_points, write

NAMES = [
    "FaMoS_180424_03335_TA/multiview_neutral/IMG_0051.jpg",
    "FaMoS_180424_03335_TA/selfie/IMG_0100.jpg",
    "FaMoS_180425_03336_TA/multiview_occlusions/IMG_0051.jpg",
]
SEVEN = random_points(7, 3)


def tree(folder, lines=NAMES):
    write(folder / "imagepathsvalidation.txt", "\n".join(lines) + "\n")
    box = np.array({"left": 10.0, "top": 20.0, "right": 110.0, "bottom": 150.0}, dtype=object)
    for name in NAMES:
        subject = name.split("/")[0]
        write(folder / "iphone_pictures" / name)
        path = write(folder / "detected_face" / name.replace(".jpg", ".npy"))
        np.save(path, box, allow_pickle=True)
        write(folder / "scans" / subject / "scan.000123.obj", OBJ)
        write(folder / "scans_lmks_onlypp" / subject / "scan_picked.pp", picked_points(SEVEN))
    return folder


def test_items_in_order_with_what_belongs_to_each(tmp_path):
    items = read_now(tree(tmp_path, lines=[*NAMES[::-1], ""]))
    assert [f"{item.name}.jpg" for item in items] == NAMES
    first, second, third = items
    assert first.subject == "FaMoS_180424_03335_TA"
    assert first.challenge == "multiview_neutral"
    assert first.picture == tmp_path / "iphone_pictures" / NAMES[0]
    assert first.scan == second.scan != third.scan
    np.testing.assert_array_equal(first.surface().vertices, OBJ_VERTICES)
    np.testing.assert_allclose(third.landmarks(), SEVEN)
    np.testing.assert_array_equal(second.box(), [10, 20, 110, 150])


def test_lines_may_say_where_the_pictures_are(tmp_path):
    lines = [f"/data/NoW/iphone_pictures/{name}" for name in NAMES]
    assert len(read_now(tree(tmp_path, lines))) == 3


@pytest.mark.parametrize(
    "folder", ["iphone_pictures", "detected_face", "scans", "scans_lmks_onlypp"]
)
def test_a_missing_folder_is_named(tmp_path, folder):
    (tree(tmp_path) / folder).rename(tmp_path / "elsewhere")
    with pytest.raises(DataSetError, match=f"{folder}: no folder; NoW is expected as: imagepaths"):
        read_now(tmp_path)


@pytest.mark.parametrize(
    ("path", "count"),
    [
        (f"iphone_pictures/{NAMES[1]}", 1),
        (f"detected_face/{NAMES[1][:-4]}.npy", 1),
        ("scans/FaMoS_180424_03335_TA/scan.000123.obj", 2),
        ("scans_lmks_onlypp/FaMoS_180424_03335_TA/scan_picked.pp", 2),
    ],
)
def test_missing_files_are_counted(tmp_path, path, count):
    (tree(tmp_path) / path).unlink()
    with pytest.raises(DataSetError, match=f"{count} of 3 items are incomplete"):
        read_now(tmp_path)
    assert len(read_now(tmp_path, skip_incomplete=True)) == 3 - count


def test_the_list_is_missing_or_the_folder(tmp_path):
    with pytest.raises(DataSetError, match=r"imagepathsvalidation\.txt: no file"):
        read_now(tmp_path)
    with pytest.raises(DataSetError, match="nowhere: no folder"):
        read_now(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("selfie/IMG_0051.jpg", "'selfie/IMG_0051.jpg' is not SUBJECT/CHALLENGE/PICTURE.jpg"),
        ("a/../IMG_0051.jpg", "is not SUBJECT/CHALLENGE"),
        ("/b/c.jpg", "is not SUBJECT/CHALLENGE"),
        ("a/b/c", "is not SUBJECT/CHALLENGE"),
        ("\x00\xff", "is not SUBJECT/CHALLENGE"),
        (f"  {NAMES[0]}", "IMG_0051 is in line 1 already"),
    ],
)
def test_damaged_lines_are_named(tmp_path, line, message):
    with pytest.raises(FormatError, match=rf"imagepathsvalidation\.txt: line 3: .*{message}"):
        read_now(tree(tmp_path, [NAMES[0], NAMES[1], line]))


def test_two_scans_of_a_person_are_refused(tmp_path):
    write(tree(tmp_path) / "scans" / "FaMoS_180424_03335_TA" / "second.obj", OBJ)
    with pytest.raises(DataSetError, match=r"2 files \*\.obj"):
        read_now(tmp_path)


def test_damaged_files_say_where(tmp_path):
    item = read_now(tree(tmp_path))[0]
    write(item.scan, "v 0 0 0\nv 1 0 x\n")
    with pytest.raises(FormatError, match="line 2"):
        item.surface()
    write(item.scan_landmarks, picked_points(SEVEN[:6]))
    with pytest.raises(FormatError, match=r"points: the shape is \(6, 3\), expected \(7, 3\)"):
        item.landmarks()
    write(item.scan_landmarks, picked_points(SEVEN).replace('x="', 'x="a', 1))
    with pytest.raises(FormatError, match="line 3"):
        item.landmarks()


def test_a_box_that_would_run_code_does_not(tmp_path):
    class Trap:
        def __reduce__(self):
            return (write, (tmp_path / "sprung",))

    item = read_now(tree(tmp_path))[0]
    write(item.box_file, pickle.dumps(Trap()))
    with pytest.raises(FormatError):
        item.box()
    np.save(item.box_file, np.array(Trap(), dtype=object), allow_pickle=True)
    with pytest.raises(FormatError):
        item.box()
    assert not (tmp_path / "sprung").exists()
