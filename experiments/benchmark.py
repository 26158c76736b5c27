"""Measure speed and memory, beside peers that do the same in the same run.

    python experiments/benchmark.py --config=experiments/configs/demo.py --repeats=5
    python experiments/benchmark.py --config=experiments/configs/paper.py --suite=train,infer \\
        --against=torch,onnxruntime --json=paper.json
    python experiments/benchmark.py --config=experiments/configs/demo.py --suite=render \\
        --model=ict:FaceXModel --crop_to=face

Contestants take turns. A line shows the median and the range of the repetitions, the median ratio
to the peer (above 1 ours is faster), and how much of the machine's measured peak is reached. Run it
on an otherwise idle machine. PyTorch and ONNX Runtime come with the extra "benchmark".
"""

from __future__ import annotations

import json
from pathlib import Path

from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.benchmarks import machine
from e2far_jax.benchmarks.peers import PEERS
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.benchmarks.suites import SUITES
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.training.config import from_config_dict

CONFIG = config_flags.DEFINE_config_file("config", None, "The experiment that is measured.")
flags.mark_flag_as_required("config")
SUITE = flags.DEFINE_list("suite", "train,infer,render,data,startup", "What to measure.")
AGAINST = flags.DEFINE_list("against", "", f"Peers to compare with: {', '.join(PEERS)}.")
REPEATS = flags.DEFINE_integer("repeats", 5, "Repetitions of each measurement.", lower_bound=1)
MODEL = flags.DEFINE_string("model", "default", "Morphable model that is rendered.")
CROP_TO = flags.DEFINE_string("crop_to", None, "Region of it that is rendered.")
PLOT = flags.DEFINE_string("plot", None, "Where the suite growth draws its plot.")
JSON = flags.DEFINE_string("json", None, "Where to write every value too.")


def main() -> None:
    config = from_config_dict(CONFIG.value)
    _check("suite", SUITE.value, tuple(SUITES))
    _check("peer", AGAINST.value, PEERS)
    described, peaks = machine.describe(), machine.peaks(REPEATS.value)
    print(", ".join(f"{name} {value}" for name, value in described.items()))
    print(
        f"peak: {peaks['float32']:.0f} GFLOP/s in float32, {peaks['bfloat16']:.0f} in bfloat16; "
        f"memory {peaks['memory']:.1f} GB/s",
        flush=True,
    )
    rendered = FaceModelSettings(MODEL.value, CROP_TO.value)
    setting = Setting(config, REPEATS.value, tuple(AGAINST.value), rendered, peaks, PLOT.value)
    rows = []
    for suite in SUITE.value:
        for row in SUITES[suite](setting):
            print(row.text(), flush=True)
            rows.append(row.record())
    if JSON.value:
        result = {"machine": described, "peaks": peaks, "rows": rows}
        Path(JSON.value).write_text(json.dumps(result, indent=2))
        print(f"every value is in {JSON.value}")


def _check(kind: str, asked: list[str], choices: tuple[str, ...]) -> None:
    unknown = [name for name in asked if name not in choices]
    if unknown:
        raise ValueError(f"no {kind} {', '.join(unknown)}; the choices are {', '.join(choices)}")


if __name__ == "__main__":
    jobs.run(main)
