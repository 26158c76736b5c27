"""Trainings as users start them, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
TRAIN = [sys.executable, str(ROOT / "experiments" / "train.py")]
CONFIG = f"--config={Path(__file__).with_name('tiny.py')}"


def start(
    workdir: Path,
    data_dir: Path,
    *flags: str,
    devices: int = 1,
    command: list[str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """A process that trains on so many devices of its own."""
    told = [*(command or TRAIN), CONFIG, f"--workdir={workdir}", f"--data_dir={data_dir}", *flags]
    return subprocess.Popen(
        told,
        env={
            **os.environ,
            "JAX_NUM_CPU_DEVICES": str(devices),
            **(environment or {}),
        },
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(*processes: subprocess.Popen[str], status: int = 0) -> list[str]:
    """Wait for the processes, which end with this status, and give what they said on stderr."""
    said = [process.communicate(timeout=600)[1] for process in processes]
    for process, errors in zip(processes, said, strict=True):
        assert process.returncode == status, errors
    return said


def job_flags(count: int) -> list[list[str]]:
    """Flags for each of so many processes of one job."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    return [
        [f"--coordinator={address}", f"--process_count={count}", f"--process_index={index}"]
        for index in range(count)
    ]


def slurm_environments(count: int) -> list[dict[str, str]]:
    """What Slurm tells each of so many processes of one job on this machine."""
    job = {
        "SLURM_JOB_ID": str(os.getpid()),  # which also decides the port
        "SLURM_STEP_NODELIST": "localhost",
        "SLURM_STEP_NUM_NODES": "1",
        "SLURM_NTASKS": str(count),
    }
    numbers = map(str, range(count))
    return [{**job, "SLURM_PROCID": number, "SLURM_LOCALID": number} for number in numbers]


def figures(workdir: Path) -> list[dict[str, float]]:
    """The lines of metrics.jsonl that tell of steps."""
    path = workdir / "metrics.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [line for line in lines if "train/loss" in line]


def losses(workdir: Path) -> dict[int, float]:
    """The loss of each step."""
    return {int(line["step"]): line["train/loss"] for line in figures(workdir)}


def weights(workdir: Path) -> dict[str, np.ndarray]:
    """The parameters that a finished training left."""
    with np.load(workdir / "weights" / "weights.npz") as file:
        return {name: file[name] for name in file.files}


def checkpoints(workdir: Path) -> list[int]:
    """The steps of all checkpoints that are whole."""
    folders = (workdir / "checkpoints").glob("*")
    return sorted(int(folder.name) for folder in folders if folder.name.isdigit())


def terminate_after_steps(
    workdir: Path, count: int, *processes: subprocess.Popen[str], which: int = 0
) -> None:
    """Wait until so many steps were told of, then ask one of the processes to end."""
    deadline = time.monotonic() + 300
    while len(losses(workdir)) < count:
        assert time.monotonic() < deadline, "no steps were taken"
        assert all(process.poll() is None for process in processes)
        time.sleep(0.05)
    processes[which].send_signal(signal.SIGTERM)
