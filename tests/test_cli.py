"""The command from end to end, on a small network with random weights."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from e2far_jax import weights
from e2far_jax.cli import main
from e2far_jax.models import E2FAR, NetworkSettings
from e2far_jax.morphable.formats.npz import write_npz
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from tests.faces.test_record import KEYS
from tests.outputs.read_back import read_obj, reproject
from tests.reconstruction.conftest import dome


def _write_weights(folder, face_model: FaceModelSettings) -> str:
    model = load_face_model(face_model)
    settings = NetworkSettings(
        image_size=64,
        identity_size=model.identity_size,
        expression_size=model.expression_size,
        backbone="compact",
        compact_widths=(8, 8, 8, 8),
        compact_depths=(1, 1, 1, 1),
        fusion_channels=8,
        head_widths=(16,),
        camera_head_widths=(),
        pixel_scale=64.0,
    )
    images = jnp.zeros((1, 64, 64, 3))
    shapes = jax.eval_shape(E2FAR(settings).init, jax.random.key(0), images)
    random = np.random.default_rng(0)
    variables = jax.tree.map(lambda leaf: np.float32(0.05 * random.normal(size=leaf.shape)), shapes)
    weights.save_weights(folder, variables, settings, face_model, "random numbers")
    return str(folder)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> str:
    """A weights folder on a morphable model in a file."""
    folder = tmp_path_factory.mktemp("trained")
    write_npz(folder / "dome.npz", dome())
    settings = FaceModelSettings(spec=str(folder / "dome.npz"), remove_similarity=False)
    return _write_weights(folder / "weights", settings)


@pytest.fixture(autouse=True)
def small_views(monkeypatch):
    monkeypatch.setattr("e2far_jax.reconstruction.views.VIEW_SIZE", 64)
    monkeypatch.setattr("e2far_jax.reconstruction.job.VIEW_SIZE", 64)


@pytest.fixture
def folder(tmp_path, photograph, monkeypatch):
    """The current folder, with a picture and a boxes file."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(np.uint8(photograph * 255)).save("face.png")
    (tmp_path / "boxes.json").write_text(json.dumps({"face.png": [[60, 40, 150, 150]]}))
    return tmp_path


@pytest.fixture(scope="module")
def photograph() -> np.ndarray:
    return np.random.default_rng(0).uniform(size=(200, 240, 3)).astype(np.float32)


def _check_outputs(folder, model) -> None:
    record = json.loads((folder / "face.json").read_text())
    vertices, _, _ = read_obj(folder / "face.obj")
    assert list(record) == KEYS
    landmarks = model.landmarks.on(vertices)
    np.testing.assert_allclose(reproject(record, landmarks), record["landmarks_2d"], atol=0.01)
    assert (folder / "face.glb").stat().st_size > 1000
    assert Image.open(folder / "contact_sheet.png").width > 250


def test_reconstruct(folder, trained, capsys):
    arguments = ["--out=out/deep", f"--weights={trained}", "--boxes=boxes.json"]
    assert main(["reconstruct", "face.png", "face.png", *arguments]) == 0
    _check_outputs(folder / "out" / "deep", dome())
    shown = capsys.readouterr()
    assert "1 face in out/deep, model dome:" in shown.out
    assert "contact_sheet.png" in shown.out
    record = json.loads((folder / "out" / "deep" / "face.json").read_text())
    assert record["weights"] == "random numbers"
    assert record["model"]["name"] == "dome"


@pytest.mark.slow
def test_reconstruct_with_the_default_model(folder):
    settings = FaceModelSettings()
    random = _write_weights(folder / "weights", settings)
    arguments = ["--out=out", f"--weights={random}", "--boxes=boxes.json"]
    assert main(["reconstruct", "face.png", *arguments]) == 0
    _check_outputs(folder / "out", load_face_model(settings))


def test_failures_are_named_and_the_others_done(folder, trained, capsys):
    (folder / "words.jpg").write_text("words")
    Image.new("RGB", (40, 40)).save("black.png")
    photographs = ["words.jpg", "missing.jpg", "face.png", "black.png"]
    arguments = ["--out=out", f"--weights={trained}", "--boxes=boxes.json"]
    assert main(["reconstruct", *photographs, *arguments]) == 1
    _check_outputs(folder / "out", dome())
    shown = capsys.readouterr().err
    for name in ("words.jpg: not", "missing.jpg: no such", "black.png: no face"):
        assert shown.count(f"e2far: {name}") == 1
    assert "2 of 4 pictures: not usable" in shown
    assert "1 of 4 pictures: no face found" in shown
    summary = json.loads((folder / "out" / "summary.json").read_text())
    assert (summary["pictures"], summary["faces"]) == (4, 1)
    assert summary["failures"] == {"not usable": 2, "no face found": 1}
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out=out", "--weights=nowhere"], "nowhere: no weights here"),
        (["--out=out", "--weights=face.png"], "face.png"),
        (["--out=out", "--weights=TRAINED", "--boxes=nowhere.json"], "nowhere.json: No such"),
        (["--out=out", "--weights=TRAINED", "--boxes=face.png"], "face.png: not valid JSON"),
        (["--out=out", "--weights=TRAINED", "--boxes=other.json"], "matches none"),
        (["--out=face.png", "--weights=TRAINED"], "--out=face.png"),
        (["--out=out", "--weights=TRAINED", "--model=nonsense"], "unknown morphable model"),
        (["--out=out", "--weights=TRAINED", "--model=nowhere.npz"], "nowhere.npz"),
        (["--out=out", "--weights=TRAINED", "--model=other.npz"], "another morphable model"),
    ],
)
def test_mistakes_end_in_one_line(folder, trained, capsys, arguments, message):
    (folder / "other.json").write_text('{"other.png": [[0, 0, 9, 9]]}')
    moved = dataclasses.replace(dome(), mean=dome().mean + 1.0)
    write_npz(folder / "other.npz", moved)
    arguments = [argument.replace("TRAINED", trained) for argument in arguments]
    assert main(["reconstruct", "face.png", *arguments]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("e2far: loading ") for line in lines[:-1])
    assert lines[-1].startswith("e2far reconstruct: ")
    assert message in lines[-1]
    assert not (folder / "out").exists()


@pytest.mark.parametrize("picture", ["face.png", "contact_sheet.png"])
def test_results_never_replace_what_was_read(folder, trained, capsys, picture):
    if picture != "face.png":
        (folder / "face.png").rename(picture)
    boxes = folder / "face.json"
    boxes.write_text(json.dumps({picture: [[60, 40, 150, 150]]}))
    before = {path: path.read_bytes() for path in folder.iterdir()}
    arguments = ["--out=.", f"--weights={trained}", "--boxes=face.json"]
    assert main(["reconstruct", picture, *arguments]) == 2
    assert "might be overwritten" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("name", ["face.pts", "face.json"])
def test_landmarks_are_not_replaced_either(folder, trained, capsys, name):
    points = np.linspace(40.0, 150.0, 136).reshape(68, 2)
    if name.endswith("json"):
        (folder / name).write_text(json.dumps(points.tolist()))
    else:
        rows = "\n".join(f"{x} {y}" for x, y in points)
        (folder / name).write_text(f"version: 1\nn_points: 68\n{{\n{rows}\n}}\n")
    before = (folder / name).read_bytes()
    arguments = [f"--weights={trained}", "--landmarks=.", "--write=json,landmarks"]
    assert main(["reconstruct", "face.png", "--out=.", *arguments]) == 2
    assert f"{name} might be overwritten" in capsys.readouterr().err
    assert (folder / name).read_bytes() == before
    assert main(["reconstruct", "face.png", "--out=out", *arguments]) == 0


def test_other_weights_begin_anew(folder, trained, capsys):
    """Also where they lie in the same folder and are called the same."""
    shutil.copytree(trained, "weights")
    arguments = ["face.png", "--out=out", "--weights=weights", "--boxes=boxes.json"]
    assert main(["reconstruct", *arguments]) == 0
    assert main(["reconstruct", *arguments]) == 0
    assert "1 picture was done before" in capsys.readouterr().out
    with np.load("weights/weights.npz") as file:
        arrays = {name: 1.01 * file[name] for name in file.files}
    np.savez("weights/weights.npz", **arrays)
    assert main(["reconstruct", *arguments]) == 0
    assert "done before" not in capsys.readouterr().out


def test_an_interrupted_run_says_so(folder, trained, capsys, monkeypatch):
    def interrupted(path):
        raise KeyboardInterrupt

    monkeypatch.setattr("e2far_jax.reconstruction.regions.read_photograph", interrupted)
    assert main(["reconstruct", "face.png", "--out=out", f"--weights={trained}"]) == 130
    assert "interrupted; out has what is done" in capsys.readouterr().err


def test_what_is_done_is_not_done_again(folder, trained, capsys):
    Image.open("face.png").save("other.png")
    arguments = [f"--weights={trained}", "--boxes=both.json", "--out=out"]
    box = [[60, 40, 150, 150]]
    (folder / "both.json").write_text(json.dumps({"face.png": box, "other.png": box}))
    assert main(["reconstruct", "face.png", "other.png", *arguments]) == 0
    (folder / "out" / "face.json").unlink()
    lines = (folder / "out" / "journal.jsonl").read_text().splitlines()
    (folder / "out" / "journal.jsonl").write_text("\n".join(lines[:2]))  # as if killed
    (folder / "out" / "other.json").unlink()
    assert main(["reconstruct", "face.png", "other.png", *arguments]) == 0
    assert "1 picture was done before" in capsys.readouterr().out
    assert not (folder / "out" / "face.json").exists()
    assert (folder / "out" / "other.json").exists()
    assert (folder / "out" / "contact_sheet_2.png").exists()
    assert main(["reconstruct", "face.png", "other.png", *arguments, "--again"]) == 0
    assert (folder / "out" / "face.json").exists()


def test_an_older_ict_is_not_passed_over_in_silence(folder, capsys, monkeypatch):
    monkeypatch.setenv("E2FAR_DATA", str(folder / "data"))
    (folder / "data" / "morphable").mkdir(parents=True)
    (folder / "data" / "morphable" / "ict-0000000-1.npz").write_bytes(b"older")
    Image.new("RGB", (40, 40)).save("black.png")
    assert main(["reconstruct", "black.png", "--out=out"]) == 1
    assert "run `e2far model get ict` again" in capsys.readouterr().err


def test_kinds_of_files_are_chosen(folder, trained, capsys):
    arguments = ["face.png", f"--weights={trained}", "--boxes=boxes.json", "--out=out"]
    assert main(["reconstruct", *arguments, "--write=json"]) == 0
    assert not (folder / "out" / "face.obj").exists()
    assert main(["reconstruct", *arguments, "--write=json,stl"]) == 2
    assert "no kind 'stl'; the choices are json, obj" in capsys.readouterr().err
    assert main(["reconstruct", *arguments, "--min_confidence=2"]) == 2
    assert "expected a number from 0 to 1" in capsys.readouterr().err


def test_a_full_disk_ends_in_one_line(folder, trained, capsys, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("e2far_jax.outputs.kinds.replacing", full)
    arguments = ["--out=out", f"--weights={trained}", "--boxes=boxes.json"]
    assert main(["reconstruct", "face.png", *arguments]) == 2
    assert "cannot write to out: " in capsys.readouterr().err.splitlines()[-1]


def test_damaged_weights_end_in_one_line(folder, trained, capsys):
    for name, content in [("weights.json", "{}"), ("weights.npz", "words")]:
        damaged = folder / f"damaged-{name}"
        shutil.copytree(trained, damaged)
        (damaged / name).write_text(content)
        assert main(["reconstruct", "face.png", "--out=out", f"--weights={damaged}"]) == 2
        assert name in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["reconstrut"],
        ["reconstruct", "--out=out"],
        ["reconstruct", "face.png"],
        ["reconstruct", "face.png", "--out=out", "--wieghts=there"],
        ["reconstruct", "face.png", "--out=out", "--box=there"],
    ],
)
def test_wrong_calls_print_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: e2far" in capsys.readouterr().err


def test_help_needs_no_heavy_package():
    program = (
        "import sys\n"
        "from e2far_jax.cli import main\n"
        "try: main(['reconstruct', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'jax', 'numpy', 'cv2', 'PIL', 'scipy', 'matplotlib', 'trimesh'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "usage: e2far reconstruct" in done.stdout
    assert "68" in done.stdout


def test_a_missing_package_is_named(folder, trained, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "e2far_jax.reconstruction.command", None)
    with pytest.raises(ModuleNotFoundError):
        main(["reconstruct", "face.png", "--out=out"])
    monkeypatch.delitem(sys.modules, "e2far_jax.reconstruction.command")
    monkeypatch.delitem(sys.modules, "e2far_jax.reconstruction.job", raising=False)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert main(["reconstruct", "face.png", "--out=out", f"--weights={trained}"]) == 2
    assert "pip install 'e2far-jax[reconstruct]'" in capsys.readouterr().err
