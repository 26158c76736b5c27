"""How long it takes until something happens."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import jax

from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.models import E2FAR
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.training.config import ExperimentConfig, network_settings
from e2far_jax.weights import save_weights

_E2FAR = "import sys; from e2far_jax.cli import main; sys.exit(main())"


def startup_suite(setting: Setting) -> Iterator[Row]:
    """Fresh interpreters: the package's import, and `e2far reconstruct` on one photograph."""
    values = tuple(
        1000 * (_seconds(["-c", "import e2far_jax"]) - _seconds(["-c", ""]))
        for _ in range(setting.repeats)
    )
    yield Row("import e2far_jax", "ms", values)
    yield from _reconstruction(setting)


def _reconstruction(setting: Setting) -> Iterator[Row]:
    """The first time ever, with the face model in the cache folder, and the next time."""
    names = ("first of all", "to be compiled", "compiled before")
    if importlib.util.find_spec("skimage") is None:
        yield from (
            Row(f"reconstruct, {name}", "s", (), note="scikit-image is not installed")
            for name in names
        )
        return
    turns: list[tuple[float, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        photograph = _write_photograph(Path(folder))
        _write_weights(setting.config, Path(folder) / "weights")
        for _ in range(setting.repeats):
            turns.append(_reconstructions(Path(folder), photograph))
    for name, values in zip(names, zip(*turns, strict=True), strict=True):
        yield Row(f"reconstruct, {name}", "s", values)


def _reconstructions(folder: Path, photograph: Path) -> tuple[float, float, float]:
    """Seconds that each of three takes, the whole command, from an empty cache folder on."""
    cache = folder / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    command = ["-c", _E2FAR, "reconstruct", str(photograph)]
    command += [f"--weights={folder / 'weights'}", f"--out={folder / 'faces'}"]
    first = _seconds(command, cache)
    for compiled in cache.glob("compiled-*"):
        shutil.rmtree(compiled)
    return first, _seconds(command, cache), _seconds(command, cache)


def _seconds(arguments: Sequence[str], cache: Path | None = None) -> float:
    """How long an interpreter takes."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("JAX_COMPIL")}
    environment = own if cache is None else {**own, "E2FAR_CACHE": str(cache)}
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
    return time.perf_counter() - started


def _write_photograph(folder: Path) -> Path:
    import skimage.data
    from PIL import Image

    path = folder / "photograph.png"
    Image.fromarray(skimage.data.astronaut()).save(path)
    return path


def _write_weights(config: ExperimentConfig, folder: Path) -> None:
    """Of the experiment's network, untrained."""
    face_model = load_face_model(config.face_model)
    network = network_settings(config, face_model)
    images = jax.numpy.zeros((1, network.image_size, network.image_size, 3))
    variables = E2FAR(network).init(jax.random.key(0), images)
    save_weights(folder, variables, network, config.face_model, "untrained")
