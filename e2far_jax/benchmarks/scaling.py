"""Weak scaling over devices that share the same processors: what pmap itself costs."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jax

from e2far_jax import settings as settings_io
from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.training.config import ExperimentConfig

DEVICES = (1, 2, 4, 8)
_CHILD = "from e2far_jax.benchmarks.scaling import main; main()"
_NUMBER_SIZES = {"f32": 4, "s32": 4, "u32": 4, "bf16": 2, "f16": 2, "pred": 1}


def scaling_suite(setting: Setting) -> Iterator[Row]:
    """Training steps over 1, 2, 4 and 8 host devices, each with the configuration's batch.

    The processors are the same for all, so the images a second would stay the same if pmap cost
    nothing. The bytes that a step reduces over the devices are read from the compiled program.
    """
    results = {count: _child(count, setting) for count in DEVICES}
    alone = tuple(results[1]["rates"])
    for count, result in results.items():
        values = tuple(result["rates"])
        name = f"train on {count} host device{'s' * (count > 1)}, same processors"
        yield Row(name, "images/s", values, peer="one device", peer_values=alone)
    reduced = results[DEVICES[-1]]["reduced"] / 1e6
    yield Row("reduced over devices, a step", "MB", (reduced,))


def all_reduced_bytes(program: str) -> int:
    """Bytes that enter the all-reduce operations of a compiled program's text."""
    total = 0
    for line in program.splitlines():
        made = re.match(r"\s*(?:ROOT )?%\S+ = (.*?) all-reduce(?:-start)?\(", line)
        for kind, sides in re.findall(r"(\w+)\[([\d,]*)\]", made[1]) if made else ():
            size = _NUMBER_SIZES[kind]
            for side in filter(None, sides.split(",")):
                size *= int(side)
            total += size
    return total


def main() -> None:
    """Measure in this process what standard input describes; print rates and reduced bytes."""
    asked = json.load(sys.stdin)
    jax.config.update("jax_num_cpu_devices", asked["devices"])
    from e2far_jax.benchmarks.experiment import parallel_program, random_batch, training_step
    from e2far_jax.benchmarks.timing import rates

    config = settings_io.from_dict(ExperimentConfig, asked["config"])
    batch, step = random_batch(config), training_step(config)
    measured = rates(lambda: step(batch), config.train.batch_size, asked["repeats"], 2.0)
    print(json.dumps({"rates": measured, "reduced": all_reduced_bytes(parallel_program(config))}))


def _child(devices: int, setting: Setting) -> dict[str, Any]:
    config = setting.config
    train = dataclasses.replace(config.train, batch_size=devices * config.train.batch_size)
    asked = {
        "devices": devices,
        "repeats": setting.repeats,
        "config": settings_io.to_dict(dataclasses.replace(config, train=train)),
    }
    command = [sys.executable, "-c", _CHILD]
    output = subprocess.run(
        command, input=json.dumps(asked), text=True, check=True, capture_output=True
    )
    return json.loads(output.stdout)
