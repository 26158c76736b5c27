"""The suites by name."""

from __future__ import annotations

from e2far_jax.benchmarks.data import data_suite
from e2far_jax.benchmarks.fit import fit_suite
from e2far_jax.benchmarks.growth import growth_suite
from e2far_jax.benchmarks.infer import infer_suite
from e2far_jax.benchmarks.loss import loss_suite
from e2far_jax.benchmarks.memory import memory_suite
from e2far_jax.benchmarks.render import factors_suite, render_suite
from e2far_jax.benchmarks.scaling import scaling_suite
from e2far_jax.benchmarks.setting import Suite
from e2far_jax.benchmarks.startup import startup_suite
from e2far_jax.benchmarks.train import train_suite

SUITES: dict[str, Suite] = {
    "train": train_suite,
    "infer": infer_suite,
    "render": render_suite,
    "factors": factors_suite,
    "growth": growth_suite,
    "data": data_suite,
    "loss": loss_suite,
    "fit": fit_suite,
    "startup": startup_suite,
    "memory": memory_suite,
    "scaling": scaling_suite,
}
