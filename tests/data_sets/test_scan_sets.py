"""Florence, REALY, Stirling/ESRC, BU-3DFE and FRGC v2, in trees of the published forms."""

import gzip

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.data_sets.bu3dfe import read_bu3dfe
from e2far_jax.data_sets.errors import DataSetError
from e2far_jax.data_sets.florence import read_florence
from e2far_jax.data_sets.frgc import read_frgc
from e2far_jax.data_sets.realy import REGIONS, read_realy
from e2far_jax.data_sets.stirling import read_stirling
from tests.data_sets.trees import OBJ, OBJ_VERTICES, random_points, rows, write

EIGHT = random_points(8, 3)
VRML = """#VRML V2.0 utf8
Shape { geometry IndexedFaceSet {
  coord Coordinate { point [ 0 0 0, 1 0 0.5, 0 1 0.25 ] }
  coordIndex [ 0, 1, 2, -1 ]
} }
"""
ABS = """2 rows
2 columns
pixels (flag X Y Z):
1 1 1 0
0 1 0 -999999
1 1 0 -999999
5 6 7 -999999
"""


def florence(folder):
    for subject, view in [("subject_02", "frontal1"), ("subject_01", "frontal2")]:
        scan = folder / subject / "Model" / view / "obj"
        write(scan / "110920150452.obj", OBJ)
        write(scan / "110920150452.bmp")
        write(folder / subject / "Video" / "PTZ-Indoor.mjpeg")
        write(folder / subject / "Video" / "PTZ-Indoor" / "0007.jpg")
    write(folder / "subject_02" / "Model" / "frontal2" / "obj" / "110920150558.obj", OBJ)
    write(folder / "subject_02" / "Video" / "Indoor-Cooperative" / "0001.PNG")
    write(folder / "subject_02" / "Video" / "Indoor-Cooperative" / "notes.txt")
    return folder


def test_florence(tmp_path):
    items = read_florence(florence(tmp_path))
    assert [item.name for item in items] == [
        "subject_01/Video/PTZ-Indoor/0007",
        "subject_02/Video/Indoor-Cooperative/0001",
        "subject_02/Video/PTZ-Indoor/0007",
    ]
    assert [len(item.scans) for item in items] == [1, 2, 2]
    assert items[0].scans[0].parts[-3] == "frontal2"
    assert [path.name for path in items[1].scans] == ["110920150452.obj", "110920150558.obj"]
    assert (items[1].subject, items[1].video) == ("subject_02", "Indoor-Cooperative")
    np.testing.assert_array_equal(items[1].surface(1).vertices, OBJ_VERTICES)
    with pytest.raises(DataSetError, match="0 files of landmarks"):
        items[1].landmarks()
    write(items[1].scans[1].with_suffix(".txt"), rows(EIGHT))
    np.testing.assert_allclose(items[1].landmarks(1), EIGHT[:7])
    np.testing.assert_allclose(items[1].nose_tip(1), EIGHT[7])


def test_florence_without_frames_or_scans(tmp_path):
    with pytest.raises(DataSetError, match="frames that you took from its videos"):
        read_florence(tmp_path)
    write(florence(tmp_path) / "subject_03" / "Video" / "PTZ-Outdoor" / "0001.jpg")
    with pytest.raises(DataSetError, match=r"1 of 4 .*no file [^;]*frontal1/obj/\*\.obj;"):
        read_florence(tmp_path)
    assert len(read_florence(tmp_path, skip_incomplete=True)) == 3


def realy(folder, scales="9.5\n8.25e+00\n7\n"):
    for subject in (1, 2):
        for region in REGIONS:
            write(folder / "REALY_scan_region" / str(subject) / f"{region}.obj", OBJ)
        points = rows(random_points(85, 3, seed=subject))
        keypoints = "".join(f"v {line}\n" for line in points.splitlines())
        write(folder / "REALY_HIFI3D_keypoints" / f"{subject}.obj", keypoints)
        write(folder / "REALY_image" / "crop_image_frontal_512x512" / f"{subject}.jpg")
    write(folder / "metrical_scale.txt", scales)
    return folder


def test_realy(tmp_path):
    views = realy(tmp_path) / "REALY_image" / "views"
    for name in ("2_10", "2_9", "1_3"):
        write(views / f"{name}.png")
    first, second = read_realy(tmp_path)
    assert (first.name, first.subject, first.metrical_scale) == ("1", 1, 9.5)
    assert (second.name, second.subject, second.metrical_scale) == ("2", 2, 8.25)
    assert list(first.regions()) == ["nose", "mouth", "forehead", "cheek"]
    np.testing.assert_array_equal(first.regions()["cheek"].vertices, OBJ_VERTICES)
    np.testing.assert_allclose(second.keypoints(), random_points(85, 3, seed=2))
    items = read_realy(tmp_path, pictures="REALY_image/views")
    assert [item.name for item in items] == ["1_3", "2_9", "2_10"]
    assert items[2].keypoints_file == second.keypoints_file


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("metrical_scale.txt", r"metrical_scale\.txt: no file; REALY is expected as"),
        ("REALY_scan_region", "REALY_scan_region: no folder"),
        ("REALY_HIFI3D_keypoints", "REALY_HIFI3D_keypoints: no folder"),
        ("REALY_image", "crop_image_frontal_512x512: no folder"),
        ("REALY_scan_region/2/mouth.obj", r"1 of 2 .* first of them 2: no file .*2/mouth\.obj"),
        ("REALY_HIFI3D_keypoints/1.obj", "1 of 2 items are incomplete, the first of them 1"),
    ],
)
def test_what_realy_lacks_is_named(tmp_path, path, message):
    (realy(tmp_path) / path).rename(tmp_path / "elsewhere")
    with pytest.raises(DataSetError, match=message):
        read_realy(tmp_path)


@pytest.mark.parametrize(
    ("scales", "message"),
    [
        ("9.5\n\nx\n", r"metrical_scale\.txt: line 3: 'x'"),
        ("9.5\n0\n", "line 2: a scale of 0.0"),
        ("9.5\n8 8\n", "line 2: has 2 numbers"),
        ("9.5\n", "there are 1, and none of subject 2"),
        ("nan\n", "line 1"),
        ("", "is empty"),
    ],
)
def test_damaged_scales(tmp_path, scales, message):
    with pytest.raises(FormatError, match=message):
        read_realy(realy(tmp_path, scales))


def test_realy_pictures_with_other_names_and_other_keypoints(tmp_path):
    folder = realy(tmp_path) / "REALY_image" / "crop_image_frontal_512x512"
    write(tmp_path / "REALY_HIFI3D_keypoints" / "1.obj", OBJ)
    with pytest.raises(FormatError, match=r"1\.obj: vertices: there are 3, expected 85"):
        read_realy(tmp_path)[0].keypoints()
    write(folder / "face.jpg")
    with pytest.raises(DataSetError, match=r"face\.jpg: is not called SUBJECT"):
        read_realy(tmp_path)


def stirling(folder):
    for path in ("HQ/M1000_A.jpg", "HQ/F1001_B.jpg", "LQ/F1001_C.jpg"):
        write(folder / "Subset_2D_FG2018" / path)
    write(folder / "F_3D_N" / "f1001_N.obj", OBJ)
    write(folder / "F_3D_N" / "f1001_S.obj", OBJ)
    write(folder / "F_3D_N" / "f1001_N.bmp")
    write(folder / "M_3D_N" / "m1000_N.obj", OBJ)
    write(folder / "annotations" / "F_3D_N" / "F1001_N.lnd", rows(EIGHT[:7], "{} "))
    write(folder / "annotations" / "M_3D_N" / "M1000_N.lnd", rows(-EIGHT[:7], "{} "))
    return folder


def test_stirling(tmp_path):
    items = read_stirling(stirling(tmp_path))
    assert [item.name for item in items] == ["HQ/F1001_B", "HQ/M1000_A", "LQ/F1001_C"]
    assert [item.subject for item in items] == ["f1001", "m1000", "f1001"]
    assert [item.quality for item in items] == ["HQ", "HQ", "LQ"]
    assert items[0].scan == items[2].scan == tmp_path / "F_3D_N" / "f1001_N.obj"
    np.testing.assert_allclose(items[1].landmarks(), -EIGHT[:7])
    np.testing.assert_array_equal(items[1].surface().vertices, OBJ_VERTICES)


@pytest.mark.parametrize("folder", ["F_3D_N", "M_3D_N", "annotations", "Subset_2D_FG2018"])
def test_a_missing_folder_of_stirling_is_named(tmp_path, folder):
    (stirling(tmp_path) / folder).rename(tmp_path / "elsewhere")
    with pytest.raises(DataSetError, match=f"{folder}.*: no folder; Stirling/ESRC is expected"):
        read_stirling(tmp_path)


def test_people_of_stirling_without_scan_or_landmarks_are_counted(tmp_path):
    write(stirling(tmp_path) / "Subset_2D_FG2018" / "LQ" / "F1099_A.jpg")
    with pytest.raises(DataSetError, match=r"1 of 4 .* LQ/F1099_A: no file .*F_3D_N/f1099_n\.obj"):
        read_stirling(tmp_path)
    (tmp_path / "annotations" / "M_3D_N" / "M1000_N.lnd").unlink()
    with pytest.raises(DataSetError, match=r"2 of 4 .* HQ/M1000_A: no file .*m1000_n\.lnd"):
        read_stirling(tmp_path)
    kept = read_stirling(tmp_path, skip_incomplete=True)
    assert [item.name for item in kept] == ["HQ/F1001_B", "LQ/F1001_C"]


def test_scans_that_differ_in_letters_only_are_refused(tmp_path):
    write(stirling(tmp_path) / "F_3D_N" / "F1001_N.obj", OBJ)
    if len(list((tmp_path / "F_3D_N").glob("*_N.obj"))) == 1:
        pytest.skip("this file system does not tell large from small letters")
    with pytest.raises(DataSetError, match="differ in letters only"):
        read_stirling(tmp_path)


def bu3dfe(folder, codes=("M0044_SU04IN", "F0001_NE00WH", "F0001_AN01WH")):
    for code in codes:
        subject = folder / code[:5]
        write(subject / f"{code}_F3D.wrl", VRML)
        write(subject / f"{code}_F3D.bnd", rows(random_points(83, 3), "{}\t\t"))
        write(subject / f"{code}_F2D.bmp")
        write(subject / f"{code}_RAW.wrl")
    return folder


def test_bu3dfe(tmp_path):
    items = read_bu3dfe(bu3dfe(tmp_path))
    names = ["F0001/F0001_AN01WH", "F0001/F0001_NE00WH", "M0044/M0044_SU04IN"]
    assert [item.name for item in items] == names
    last = items[-1]
    assert (last.sex, last.subject, last.expression) == ("M", "M0044", "SU")
    assert (last.intensity, last.ethnicity) == (4, "IN")
    assert last.picture.name == "M0044_SU04IN_F2D.bmp"
    np.testing.assert_array_equal(last.surface().vertices, OBJ_VERTICES)
    np.testing.assert_allclose(last.contours(), random_points(83, 3))
    write(last.scan.with_suffix(".txt"), rows(EIGHT))
    np.testing.assert_allclose(last.landmarks(), EIGHT[:7])
    np.testing.assert_allclose(last.nose_tip(), EIGHT[7])
    (one, _) = read_bu3dfe(tmp_path / "F0001")
    assert (one.name, one.subject) == ("F0001_AN01WH", "F0001")


@pytest.mark.parametrize(
    "code", ["F0001_XX01WH", "F0001_AN05WH", "X0001_AN01WH", "F001_AN01WH", "F0001_AN01ZZ"]
)
def test_other_names_in_bu3dfe_are_refused(tmp_path, code):
    with pytest.raises(DataSetError, match=f"{code}_F3D.wrl: is called like no scan of the set"):
        read_bu3dfe(bu3dfe(tmp_path, [code]))


@pytest.mark.parametrize("ending", ["F2D.bmp", "F3D.bnd"])
def test_what_bu3dfe_lacks_is_counted(tmp_path, ending):
    (bu3dfe(tmp_path) / "F0001" / f"F0001_AN01WH_{ending}").unlink()
    with pytest.raises(DataSetError, match=rf"1 of 3 items .*F0001_AN01WH_{ending}; BU-3DFE"):
        read_bu3dfe(tmp_path)
    assert len(read_bu3dfe(tmp_path, skip_incomplete=True)) == 2


def test_damaged_files_of_bu3dfe_say_where(tmp_path):
    item = read_bu3dfe(bu3dfe(tmp_path))[0]
    write(item.contours_file, rows(random_points(82, 3), "{} "))
    with pytest.raises(FormatError, match="line 82"):
        item.contours()
    write(item.scan, VRML.replace("0 1 0.25", "0 x 0.25"))
    with pytest.raises(FormatError, match="line 3"):
        item.surface()


def frgc(folder):
    write(folder / "nd1" / "Spring2004range" / "04200d75.abs", ABS)
    write(folder / "nd1" / "Spring2004range" / "04200d77.jpg")
    write(folder / "nd1" / "Spring2004range" / "04200d75.jpg")
    write(folder / "nd1" / "Fall2003range" / "02463d452.abs.gz", gzip.compress(ABS.encode()))
    write(folder / "nd1" / "Fall2003range" / "02463d453.ppm")
    write(folder / "nd1" / "Fall2003range" / "02463d452.ppm")
    write(folder / "nd1" / "Fall2003range" / "readme.txt")
    return folder


def test_frgc(tmp_path):
    """A picture has the next number; only where none has it, the same."""
    items = read_frgc(frgc(tmp_path))
    assert [item.name for item in items] == [
        "nd1/Fall2003range/02463d452",
        "nd1/Spring2004range/04200d75",
    ]
    first, second = items
    assert first.subject == "02463"
    assert (first.picture.name, second.picture.name) == ("02463d453.ppm", "04200d75.jpg")
    for item in items:
        np.testing.assert_array_equal(item.surface().vertices, [[0, 1, 5], [1, 1, 6], [0, 0, 7]])
        assert item.range_image().numbers.tolist() == [[0, 1], [2, -1]]
    write(first.scan.with_name("02463d452.txt"), rows(EIGHT))
    np.testing.assert_allclose(first.landmarks(), EIGHT[:7])
    np.testing.assert_allclose(first.nose_tip(), EIGHT[7])


def test_numbers_of_frgc_keep_their_zeros(tmp_path):
    write(tmp_path / "02463d098.abs", ABS)
    write(tmp_path / "02463d099.ppm")
    write(tmp_path / "02463d9.abs", ABS)
    write(tmp_path / "02463d10.JPG")
    write(tmp_path / "02463d100.jpg")
    found = {item.name: item.picture.name for item in read_frgc(tmp_path)}
    assert found == {"02463d098": "02463d099.ppm", "02463d9": "02463d10.JPG"}


def test_what_frgc_lacks_is_counted(tmp_path):
    (frgc(tmp_path) / "nd1" / "Spring2004range" / "04200d75.jpg").unlink()
    with pytest.raises(DataSetError, match=r"1 of 2 items .*04200d76\.ppm; FRGC v2 is expected"):
        read_frgc(tmp_path)
    assert len(read_frgc(tmp_path, skip_incomplete=True)) == 1
    with pytest.raises(DataSetError, match="no picture or scan"):
        read_frgc(write(tmp_path / "empty" / "x").parent)


def test_a_scan_of_frgc_that_is_there_twice_is_refused(tmp_path):
    write(frgc(tmp_path) / "nd1" / "Fall2003range" / "02463d452.abs", ABS)
    with pytest.raises(DataSetError, match=r"is there as 02463d452\.abs, too; keep one"):
        read_frgc(tmp_path)


def test_a_damaged_range_image_says_where(tmp_path):
    item = read_frgc(frgc(tmp_path))[1]
    write(item.scan, ABS.replace("5 6", "5 x"))
    with pytest.raises(FormatError, match=r"04200d75\.abs: line 7"):
        item.surface()


@pytest.mark.parametrize("read", [read_florence, read_realy, read_stirling, read_bu3dfe, read_frgc])
def test_no_folder(tmp_path, read):
    with pytest.raises(DataSetError, match=r"nowhere: no folder; .* is expected as: "):
        read(tmp_path / "nowhere")
