"""Kill a training at random moments, start it again each time, and compare with one left in peace.

    python -m tests.training.kills --kills=20 --seed=0

The state after the last step, the moments of the optimiser among it, has to be the same to the
last bit, and so has every figure on the way.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from tests.training.killed import EVENTS
from tests.training.runs import figures, finish, start, weights

KILLED = [sys.executable, "-m", "tests.training.killed"]
MOST_DELAY = 0.3  # seconds, longer than any event here takes
SPEED = {"train/images_per_second", "train/input_wait_share", "time"}  # differ from run to run


def moment(generator: random.Random, number: int) -> str:
    """A time to be killed at; every kind of event has its turn."""
    event = EVENTS[number % len(EVENTS)]
    most = {"reading": 120, "step": 15, "logging": 15, "evaluation": 3, "save": 7}.get(event, 1)
    delay = generator.uniform(2.0, 8.0) if event == "start" else generator.uniform(0.0, MOST_DELAY)
    return f"{event},{generator.randint(1, most)},{delay}"


def disturbed(
    workdir: Path, data_dir: Path, flags: list[str], kills: int, seed: int
) -> Counter[str]:
    """Train to the end, killed so many times; how often by which event."""
    generator, met = random.Random(seed), Counter[str]()
    for number in range(kills):
        at = moment(generator, number)
        process = start(workdir, data_dir, *flags, command=KILLED, environment={"KILL_AT": at})
        _, said = process.communicate(timeout=600)
        assert process.returncode in (0, -signal.SIGKILL), said
        if process.returncode:
            met[at.split(",")[0]] += 1
        step = max((int(line["step"]) for line in figures(workdir)), default=0)
        ended = "killed" if process.returncode else "finished before"
        print(f"{number + 1:3} of {kills}: {at}: {ended}; the last step told of is {step}")
    finish(start(workdir, data_dir, *flags, command=KILLED))
    return met


def last_digest(workdir: Path) -> tuple[int, int]:
    """The last checkpoint's step, and the checksum of its whole state."""
    folders = [path for path in (workdir / "checkpoints").iterdir() if path.name.isdigit()]
    last = max(folders, key=lambda path: int(path.name))
    about = json.loads((last / "about" / "metadata").read_text())
    return int(last.name), about["digest"]


def compare(peaceful: Path, workdir: Path) -> None:
    """Raise an AssertionError where two trainings do not agree in everything."""
    assert last_digest(peaceful) == last_digest(workdir)
    expected, found = weights(peaceful), weights(workdir)
    assert expected.keys() == found.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)
    for told, again in zip(figures(peaceful), figures(workdir), strict=True):
        assert {k: v for k, v in told.items() if k not in SPEED} == {
            k: v for k, v in again.items() if k not in SPEED
        }


def run(folder: Path, data_dir: Path, steps: int, kills: int, seed: int) -> Counter[str]:
    """The whole comparison; how often each kind of event was met by a kill."""
    flags = [
        f"--config.train.duration={steps}",
        "--config.train.checkpoint_every=3",
        "--config.train.validate_every=10",
        "--config.train.average_decay=0.9",
        "--config.augmentation.mirror=0.5",
        "--config.network.head_dropout=0.2",
    ]
    finish(start(folder / "peaceful", data_dir, *flags))
    met = disturbed(folder / "disturbed", data_dir, flags, kills, seed)
    compare(folder / "peaceful", folder / "disturbed")
    return met


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--steps", type=int, default=240)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        met = run(folder, folder / "data", arguments.steps, arguments.kills, arguments.seed)
    told = ", ".join(f"{count} at {event}" for event, count in sorted(met.items()))
    print(f"the same to the last bit; {met.total()} kills: {told}")


if __name__ == "__main__":
    main()
