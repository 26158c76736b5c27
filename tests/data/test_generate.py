from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.data import chunks
from e2far_jax.data.errors import DataError
from e2far_jax.data.generate import generate
from e2far_jax.data.settings import DataSettings
from e2far_jax.data.source import open_split
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.morphable.model import shape
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.settings import SceneConfig
from tests.data.conftest import COUNTS, SIZE
from tests.random_faces import random_model

SCENE = SceneConfig(image_size=SIZE)


def make(folder, data=COUNTS, scene=SCENE, face_model=None, **how):
    return generate(data, scene, face_model or FaceModelSettings(), folder, **how)


def digests(builder):
    files = sorted(Path(builder.data_dir).glob("*array_record*"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_round_trip(tmp_path, renderer):
    builder = make(tmp_path)
    for split, count in COUNTS.counts.items():
        source = open_split(builder, split)
        assert [source[i]["index"] for i in range(len(source))] == [*range(count)]
        example = source[count - 1]
        assert example["image"].shape == (SIZE, SIZE, 3)
        assert example["image"].dtype == np.uint8
        colour = 1.0 / (1.0 + np.exp(-example["identity"][:3]))
        np.testing.assert_allclose(example["image"].mean((0, 1)) / 255.0, colour, atol=0.02)
        shapes = {name: np.shape(value) for name, value in example.items()}
        assert shapes["rotation"] == (3, 3)
        assert shapes["landmarks"] == (68, 2)
        assert shapes["expression"] == (4,)
        assert shapes["scale"] == ()


def test_tfds_reads_the_same_by_its_own_description(tmp_path, renderer):
    builder = make(tmp_path)
    ours = open_split(builder, "test", with_factors=True)
    theirs = builder.as_data_source("test")
    for example, described in zip(ours, theirs, strict=True):
        assert example.keys() == described.keys()
        for name in example:
            np.testing.assert_array_equal(example[name], described[name])


def test_every_example_tells_what_was_drawn(tmp_path, renderer):
    builder = make(tmp_path)
    for split in COUNTS.counts:
        for example in open_split(builder, split, with_factors=True):
            assert sorted(example["factors"]) == ["pose.nearness", "pose.yaw"]
            assert all(value.dtype == np.float32 for value in example["factors"].values())
            yaw = 9.0 * example["identity"][0]
            assert example["factors"]["pose.yaw"] == pytest.approx(yaw, abs=1e-5)
        assert "factors" not in open_split(builder, split)[0]


def test_the_test_split_is_graded_and_the_others_are_not(tmp_path, renderer):
    data = dataclasses.replace(COUNTS, test_examples=7, test_levels=(3, 0))
    builder = make(tmp_path, data, scene=SceneConfig.at_level(1, SIZE))
    nearness = {level: SceneConfig.at_level(level).pose.nearness for level in (0, 1, 3)}
    assert len(set(nearness.values())) == 3
    for split, levels in (("train", [-1] * 20), ("test", [3, 0, 3, 0, 3, 0, 3])):
        examples = list(open_split(builder, split, with_factors=True))
        assert [example["level"] for example in examples] == levels
        for example, level in zip(examples, levels, strict=True):
            drawn = nearness[1 if level == -1 else level]
            assert example["factors"]["pose.nearness"] == pytest.approx(drawn)


def test_grading_changes_neither_people_nor_the_other_splits(tmp_path, renderer):
    graded = make(tmp_path / "graded")
    plain = make(tmp_path / "plain", dataclasses.replace(COUNTS, test_levels=()))
    levels = {len({e["level"] for e in open_split(b, "test")}) for b in (graded, plain)}
    assert levels == {4, 1}
    for one, other in zip(open_split(graded, "test"), open_split(plain, "test"), strict=True):
        np.testing.assert_array_equal(one["identity"], other["identity"])
    assert len(set(digests(graded).values()) & set(digests(plain).values())) == 2


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path, renderer):
    first, second = make(tmp_path / "a"), make(tmp_path / "b")
    assert len(digests(first)) == 3
    assert digests(first) == digests(second)
    other = make(tmp_path / "a", data=dataclasses.replace(COUNTS, seed=8))
    assert other.data_dir != first.data_dir
    assert not set(digests(first).values()) & set(digests(other).values())


@pytest.fixture
def many_shards(monkeypatch):
    """More than ten, of which the last is shorter."""
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 2)
    monkeypatch.setattr(chunks, "SHARD_CHUNKS", 1)
    return dataclasses.replace(COUNTS, train_examples=23)


def test_two_processes_give_the_same_bytes_as_one(tmp_path, renderer, many_shards):
    one = make(tmp_path / "one", many_shards)
    renderer.calls = 0
    two = make(tmp_path / "two", many_shards, processes=2)
    assert renderer.calls == 0  # here
    assert len(digests(one)) == 12 + 2 + 3
    assert digests(one) == digests(two)


def test_beam_gives_the_same_bytes(tmp_path, renderer, many_shards):
    pytest.importorskip("apache_beam", reason="Apache Beam is not installed")
    one = make(tmp_path / "one", many_shards)
    options = ["--runner=DirectRunner", "--direct_running_mode=in_memory"]
    beam = make(tmp_path / "beam", many_shards, beam_options=options)
    assert digests(one) == digests(beam)
    for split, count in many_shards.counts.items():
        indices = [example["index"] for example in open_split(beam, split)]
        assert indices == [*range(count)]
    assert [path.name for path in (tmp_path / "beam").iterdir()] == ["synthetic_faces"]
    names = [{path.name for path in Path(made.data_dir).iterdir()} for made in (one, beam)]
    assert names[0] == names[1]


def test_beam_goes_on_where_another_generation_was(tmp_path, renderer, many_shards):
    pytest.importorskip("apache_beam", reason="Apache Beam is not installed")
    expected = digests(make(tmp_path / "whole", many_shards))
    renderer.calls, renderer.fail_at = 0, 5
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "halved", many_shards)
    assert [*(tmp_path / "halved").glob("*.unfinished/*.npz")]
    renderer.calls, renderer.fail_at = 0, 10**9
    beam = make(tmp_path / "halved", many_shards, beam_options=["--runner=DirectRunner"])
    assert digests(beam) == expected


def test_beam_is_asked_for_where_it_is_missing(tmp_path, renderer, monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam.options", None)
    with pytest.raises(ValueError, match=r"pip install 'e2far-jax\[beam\]'"):
        make(tmp_path, beam_options=[])


@pytest.mark.slow
def test_of_two_generations_one_waits_for_the_other(tmp_path, renderer):
    program = f"""
from tests.data.conftest import Renderer
from tests.data.test_generate import make
from e2far_jax.data.synthetic_faces import synthetic_faces_dataset_builder as builder_module
renderer = Renderer()
builder_module.SceneRenderer = renderer.of
print(len(make({str(tmp_path / "two")!r}).info.splits), renderer.calls)
"""
    root = Path(__file__).parents[2]
    two = [
        subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    told = sorted(process.communicate()[0] for process in two)
    assert told == [b"3 0\n", b"3 6\n"]
    assert [path.name for path in (tmp_path / "two").iterdir()] == ["synthetic_faces"]
    renderer.calls = 0
    made_elsewhere = make(tmp_path / "two")
    assert renderer.calls == 0
    assert digests(made_elsewhere) == digests(make(tmp_path / "here"))


def test_every_picture_has_an_identity_of_its_own(tmp_path, renderer):
    builder = make(tmp_path)
    identities = [
        tuple(example["identity"])
        for split in COUNTS.counts
        for example in open_split(builder, split)
    ]
    assert len(set(identities)) == len(identities) == 28


def test_a_finished_data_set_is_used_again(tmp_path, renderer, monkeypatch):
    make(tmp_path)
    calls = renderer.calls
    assert calls == 6  # train, validation, and four levels of test
    monkeypatch.setattr(type(renderer), "__call__", None)  # not even its shapes are asked for
    assert len(open_split(make(tmp_path), "train")) == 20
    assert renderer.calls == calls


@pytest.mark.parametrize(
    "change",
    [
        {"data": dataclasses.replace(COUNTS, test_examples=6)},
        {"data": dataclasses.replace(COUNTS, test_levels=(0, 1))},
        {"scene": SceneConfig(image_size=SIZE).without("pose")},
        {"face_model": FaceModelSettings(identity_size=5)},
    ],
)
def test_other_settings_never_share_a_folder(tmp_path, renderer, change):
    assert make(tmp_path).data_dir != make(tmp_path, **change).data_dir


def test_an_interrupted_generation_goes_on(tmp_path, renderer, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 8)
    expected = digests(make(tmp_path / "whole"))
    calls, renderer.calls, renderer.fail_at = renderer.calls, 0, 3
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "halved")
    kept = len([*(tmp_path / "halved").glob("*.unfinished/*.npz")])
    assert kept >= 1
    renderer.calls, renderer.fail_at = 0, 10**9
    assert digests(make(tmp_path / "halved")) == expected
    assert renderer.calls == calls - kept


def test_nothing_is_left_beside_the_data_set(tmp_path, renderer):
    builder = make(tmp_path)
    finished = Path(builder.data_dir)
    killed = finished.with_name(f"{finished.name}.incompleteABC_synthetic_faces")
    killed.mkdir()
    builder.chunk_renderer.folder.mkdir()
    make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["synthetic_faces"]
    assert [path.name for path in finished.parent.iterdir()] == [finished.name]


@pytest.mark.parametrize("basis", ["identity_basis", "expression_basis"])
@pytest.mark.parametrize("factor", [-1.0, 1.02])
def test_a_data_set_of_another_face_model_of_the_same_name_is_refused(
    tmp_path, renderer, basis, factor
):
    folder = make(tmp_path).data_dir
    model = random_model()
    renderer.model = dataclasses.replace(model, **{basis: factor * getattr(model, basis)})
    with pytest.raises(DataError, match=r"another version of the face model 'default'") as error:
        make(tmp_path)
    assert folder in str(error.value)


def test_rounding_makes_no_other_face_model(tmp_path, renderer):
    make(tmp_path)
    model = random_model()
    noise = 1e-5 * np.random.default_rng(0).standard_normal(model.identity_basis.shape)
    renderer.model = dataclasses.replace(
        model, identity_basis=model.identity_basis + jnp.asarray(noise, jnp.float32)
    )
    assert len(open_split(make(tmp_path), "train")) == 20


def test_the_settings_are_told_in_the_data_set(tmp_path, renderer):
    description = (Path(make(tmp_path).data_dir) / "dataset_info.json").read_text()
    assert "validation_examples" in description
    assert "Pictures of faces that nobody has" in description
    assert "Dou" in description


def test_an_unknown_split_is_told_with_the_choices(tmp_path, renderer):
    with pytest.raises(ValueError, match="no split 'dev'; there are train, validation, test"):
        open_split(make(tmp_path), "dev")


@pytest.mark.parametrize("index", [-1, 5])
def test_there_is_nothing_before_the_first_and_behind_the_last_example(tmp_path, renderer, index):
    with pytest.raises(IndexError, match=f"no example {index}; there are 5"):
        open_split(make(tmp_path), "test")[index]


def test_a_damaged_file_is_named(tmp_path, renderer):
    builder = make(tmp_path)
    path = next(Path(builder.data_dir).glob("*train.array_record*"))
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", whole[:40] + bytes(len(whole) - 40)):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=path.name):
            open_split(builder, "train")[3]
    path.unlink()
    with pytest.raises(DataError, match=path.name):
        open_split(builder, "train")[3]


@pytest.mark.slow
def test_real_faces_lie_where_their_camera_says(tmp_path):
    # Drawn as tests/test_networks.py draws, so that one program does.
    settings, scene = DataSettings(3, 1, 1), SceneConfig.at_level(0, 112)
    face_model = FaceModelSettings(identity_size=80)
    builder = make(tmp_path, settings, scene, face_model)
    for example in open_split(builder, "train"):
        identity, expression = jnp.asarray(example["identity"]), jnp.asarray(example["expression"])
        camera = Camera(*(jnp.asarray(example[n]) for n in ("rotation", "scale", "translation")))
        points = builder.model.landmarks.on(shape(builder.model, identity, expression))
        np.testing.assert_allclose(project(camera, points)[:, :2], example["landmarks"], atol=0.01)
        assert example["image"].std() > 5.0
        assert (len(identity), len(expression)) == (80, builder.model.expression_size)


def test_generation_says_nothing_on_stdout_and_loads_no_tensorflow(tmp_path):
    program = f"""
import sys
from tests.data.conftest import COUNTS, Renderer
from tests.data.test_generate import make
from e2far_jax.data.synthetic_faces import synthetic_faces_dataset_builder as builder_module
builder_module.SceneRenderer = Renderer().of
make({str(tmp_path)!r})
assert "tensorflow" not in sys.modules
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "28/28" in done.stderr.replace(" ", "")
    assert "WARNING" not in done.stderr
    assert "tensorflow" not in done.stderr.lower()
