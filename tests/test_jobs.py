"""The jobs as a user starts them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from e2far_jax.cli import main
from e2far_jax.weights import load_weights

EXPERIMENTS = Path(__file__).parents[1] / "experiments"
CONFIG = f"--config={EXPERIMENTS / 'configs' / 'demo.py'}"
COMPACT = f"--config={EXPERIMENTS / 'configs' / 'compact.py'}"
TINY = [
    "--config.scene.image_size=64",
    "--config.network.image_size=64",
    "--config.face_model.identity_size=5",
    "--config.data.train_examples=20",
    "--config.data.validation_examples=4",
    "--config.data.test_examples=4",
    "--config.train.duration=3 steps",
    "--config.train.warmup=1",
    "--config.train.batch_size=4",
    "--config.train.validate_every=3",
]


def run_job(name: str, workdir: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXPERIMENTS / f"{name}.py"), f"--workdir={workdir}", *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def assert_refused(job: subprocess.CompletedProcess[str], message: str) -> None:
    """It ended with status 1 and one line that says why."""
    assert job.returncode == 1
    assert len(job.stderr.strip().splitlines()) == 1, job.stderr
    assert message in job.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "config"),
        (["--config=nowhere.py"], "nowhere.py"),
        (
            [CONFIG, "--config.train.stepps=3"],
            "no setting train.stepps; the choices are accumulation",
        ),
        (
            [CONFIG, "--config.trin.duration=3"],
            "no setting trin; the choices are augmentation, data",
        ),
        ([CONFIG, "--config.train.duration=many"], "'many' is no duration; expected a number"),
        ([CONFIG, "--config.train.batch_size=many"], "many"),
        ([CONFIG, "--coordinator=localhost:1"], "--process_count"),
        ([CONFIG, "--profile_steps=7"], "7"),
        ([CONFIG, "--data_dir=gs://bucket/data"], "expected a folder; mount the bucket"),
        ([CONFIG, "--config.train.batch_size=0"], "batch_size is 0"),
        ([CONFIG, "--config.train.duration=50"], "train.warmup is '100 steps'"),
        ([CONFIG, "--config.network.backbone=vgg99"], "vgg99"),
        (
            [CONFIG, "--config.train.frozen_parts=('head',)", "--config.train.frozen=2"],
            "names head",
        ),
        ([COMPACT + ":moon"], "no stage 'moon'; the choices are first_reading, closer_look"),
        ([COMPACT + ":closer_look", "--config.init.wights=a"], "no setting init.wights"),
        ([CONFIG, "--config.init.weights=nowhere"], "nowhere: no weights here"),
        ([CONFIG, "--config.network.look_points=5"], "look_points is 5; expected 0, or at least"),
        ([CONFIG, "--config.network.look_points=68"], "given to the trained network by"),
        ([CONFIG, "--stepps=3"], "stepps"),
        ([CONFIG, "extra"], "extra"),
    ],
)
def test_a_wrong_flag_is_one_line(flags: list[str], message: str, tmp_path: Path) -> None:
    job = run_job("train", tmp_path / "run", *flags)
    assert_refused(job, message)
    assert not (tmp_path / "run" / "checkpoints").exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "config"),
        ([COMPACT], "network.look_points is 0; expected at least 68"),
        ([COMPACT + ":closer_look"], "init.weights is not given"),
        ([COMPACT + ":closer_look", "--config.init.weights=nowhere"], "nowhere: no weights here"),
        ([COMPACT + ":closer_look", "--config.network.look_channels=0"], "look_channels is 0"),
    ],
)
def test_what_no_closer_look_can_be_given_to_is_one_line(
    flags: list[str], message: str, tmp_path: Path
) -> None:
    job = run_job("closer_look", tmp_path / "run", *flags)
    assert_refused(job, message)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "give --config for a training's test split, or --dataset"),
        (["--dataset=moon"], "moon"),
        (["--dataset=now", "--out=out"], "--dataset=now needs --data=DIR"),
        (["--dataset=now", "--data=nowhere", "--out=out"], "nowhere"),
    ],
)
def test_what_is_missing_for_an_evaluation_is_one_line(
    flags: list[str], message: str, tmp_path: Path
) -> None:
    job = run_job("evaluate", tmp_path / "run", *flags)
    assert_refused(job, message)


def test_the_demos_photograph(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "astronaut.png"
    command = [sys.executable, str(EXPERIMENTS / "astronaut.py"), f"--out={path}"]
    subprocess.run(command, check=True)
    with Image.open(path) as picture:
        assert picture.size == (512, 512)


@pytest.mark.slow
def test_the_whole_journey(tmp_path: Path) -> None:
    """Render, train, evaluate, store, and reconstruct held-out pictures, all of it tiny."""
    trained = run_job("train", tmp_path, CONFIG, *TINY)
    assert trained.returncode == 0, trained.stderr
    assert f"weights: {tmp_path / 'weights'}" in trained.stdout

    evaluated = run_job("evaluate", tmp_path, CONFIG, *TINY)
    assert evaluated.returncode == 0, evaluated.stderr
    assert "mean face" in evaluated.stdout
    figures = json.loads((tmp_path / "evaluation.json").read_text())
    assert figures["shape_rmse_mm"]["count"] == 4

    looking = ["--config.network.look_points=68", f"--config.init.weights={tmp_path / 'weights'}"]
    looked = run_job("closer_look", tmp_path / "looked", CONFIG, *TINY, *looking)
    assert looked.returncode == 0, looked.stderr
    assert "mean face" in looked.stdout
    assert "closer looks: 1" in load_weights(tmp_path / "looked" / "weights").description

    stated = ["--hours=0.1", "--hardware=a CPU", "--least_slope=0.65", "--stretch_pictures=4"]
    stated += [f"--out={tmp_path / 'own'}", "--least_slope_of=eyeBlink=0.9,jawOpen=0.8"]
    stored = run_job("ship", tmp_path, CONFIG, *TINY, *stated)
    assert stored.returncode == 0, stored.stderr
    card = (tmp_path / "own" / "README.md").read_text()
    assert "(`--least_slope=0.65 --least_slope_of=eyeBlink=0.9,jawOpen=0.8`)" in card
    assert load_weights(tmp_path / "own").description.startswith("own, ")

    for named, message in (("jawOpen", "expected NAME=SLOPE"), ("grin=1", "no expression 'grin'")):
        refused = run_job("ship", tmp_path, CONFIG, *TINY, *stated, f"--least_slope_of={named}")
        assert_refused(refused, message)

    for job in (["ship", *stated], ["evaluate"]):
        refused = run_job(job[0], tmp_path, CONFIG, *TINY, *job[1:], "--config.network.looks=2")
        assert_refused(refused, "of another configuration: network.looks was 1, is 2")

    drawn = run_job("demo_pictures", tmp_path, CONFIG, *TINY)
    assert drawn.returncode == 0, drawn.stderr
    pictures = tmp_path / "pictures"
    status = main(
        [
            "reconstruct",
            *map(str, sorted(pictures.glob("rendering_*.png"))),
            f"--boxes={pictures / 'boxes.json'}",
            f"--weights={tmp_path / 'weights'}",
            f"--out={tmp_path / 'faces'}",
        ]
    )
    assert status == 0
    made = {path.name for path in (tmp_path / "faces").iterdir()}
    faces = {f"rendering_{i}.{end}" for i in range(6) for end in ("json", "obj", "glb")}
    assert made == faces | {"contact_sheet.png", "summary.json", "journal.jsonl"}


@pytest.mark.slow
def test_a_look_at_photographs(tmp_path: Path) -> None:
    """The package's network on two pictures of one woman, who does not close her eyes."""
    from skimage import data

    folder, out = tmp_path / "photographs", tmp_path / "out"
    folder.mkdir()
    corners = {"a.png": [180.0, 70.0, 270.0, 160.0], "b.png": [242.0, 70.0, 332.0, 160.0]}
    pictures = {"a.png": data.astronaut(), "b.png": data.astronaut()[:, ::-1]}
    index = {}
    for name, (x0, y0, x1, y1) in corners.items():
        Image.fromarray(pictures[name]).save(folder / name)
        index[name] = {"peer_landmarks_68": [[x0, y0], [x1, y1]] * 34}
    (folder / "landmarks.json").write_text(json.dumps(index))
    ratings = tmp_path / "ratings.json"
    ratings.write_text(json.dumps({name: {"smile": [2], "open mouth": [2]} for name in corners}))
    command = [sys.executable, str(EXPERIMENTS / "photographs.py")]
    flags = [f"--photos={folder}", f"--out={out}", f"--ratings={ratings}"]
    job = subprocess.run([*command, *flags], capture_output=True, text=True, check=False)
    assert job.returncode == 0, job.stderr
    report = (out / "report.md").read_text()
    assert "2 photographs" in report
    assert "| closed eyes | 0 of 2 | 0 of 0 | 0 of 0 | - |" in report
    assert (out / "contact_sheet.png").exists()


@pytest.mark.slow
def test_signs_of_a_folder(tmp_path: Path) -> None:
    """The package's network on a portrait of a woman who smiles, whose teeth and eyes are seen."""
    from skimage import data

    folder, out = tmp_path / "photographs", tmp_path / "out"
    folder.mkdir()
    Image.fromarray(data.astronaut()).save(folder / "a.png")

    def count(pictures: Path | str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(EXPERIMENTS / "signs.py"), f"--out={out}"]
        return subprocess.run([*command, f"--pictures={pictures}"], capture_output=True, text=True)

    job = count(folder)
    assert job.returncode == 0, job.stderr
    row = (out / "report.md").read_text().splitlines()[-1]
    assert row.startswith(f"| {folder} | 1 | 0 | 100.00")
    assert row.endswith("| 100.00 [100.00, 100.00] | 0.00 [0.00, 0.00] |")
    measured = json.loads((out / "signs.json").read_text())
    assert measured["default"][str(folder)]["measured"][str(folder / "a.png")]["smile"] > 0.5
    assert_refused(count(out), "no pictures in this folder")
    assert_refused(count(""), "--pictures is empty")
