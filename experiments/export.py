"""Take a network out of a training: a weights folder of the newest, the best or any checkpoint.

    python experiments/export.py --workdir=outputs/compact --checkpoint=best --out=outputs/weights

The training may be under way. `e2far reconstruct --weights=...` and `e2far_jax.load_weights()` take
the folder; float16 halves it and keeps three digits.
"""

from __future__ import annotations

from absl import flags

from e2far_jax import jobs
from e2far_jax.training.export import export_checkpoint

WORKDIR = jobs.define_folder("workdir", None, "Folder of the training.")
OUT = jobs.define_folder("out", None, "Folder for the weights.")
CHECKPOINT = flags.DEFINE_string("checkpoint", "best", "newest, best, or the number of a step.")
DTYPE = flags.DEFINE_enum("dtype", "float16", ["float16", "float32"], "Of the stored numbers.")
flags.mark_flags_as_required(["workdir", "out"])


def main() -> None:
    out = OUT.value
    step = export_checkpoint(WORKDIR.value, CHECKPOINT.value, out, DTYPE.value)
    size = sum(path.stat().st_size for path in out.glob("weights.*")) / 1e6
    print(f"step {step:,}: {out} ({size:.1f} MB)")


if __name__ == "__main__":
    jobs.run(main)
