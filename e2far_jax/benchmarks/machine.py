"""The machine that is measured, and the most that it reaches."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from e2far_jax.benchmarks.timing import rates

SIDE = 2_048  # of the matrices
STREAMED = 2**26  # float32 numbers that are read and written: far more than any cache holds


def describe() -> dict[str, Any]:
    """Processor, its number, the accelerator, versions."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "device": jax.devices()[0].device_kind,
        "devices": jax.device_count(),
        "python": platform.python_version(),
        "jax": jax.__version__,
    }


def peaks(repeats: int) -> dict[str, float]:
    """The best matrix-product rates in GFLOP/s, and the memory's bandwidth in GB/s."""
    return {
        "float32": max(_matrix_products(jnp.float32, repeats)),
        "bfloat16": max(_matrix_products(jnp.bfloat16, repeats)),
        "memory": max(_streaming(repeats)),
    }


def _matrix_products(dtype: jnp.dtype, repeats: int) -> tuple[float, ...]:
    """GFLOP/s of large square matrix products with float32 sums."""
    matrix = jax.random.normal(jax.random.key(0), (SIDE, SIDE), dtype)
    product = jax.jit(lambda a: jnp.dot(a, a, preferred_element_type=jnp.float32))
    work = 2 * SIDE**3 / 1e9
    return tuple(
        work * rate
        for rate in rates(lambda: jax.block_until_ready(product(matrix)), 1, repeats, 0.5)
    )


def _streaming(repeats: int) -> tuple[float, ...]:
    """GB/s of adding to an array in place: read once, written once."""
    numbers = jnp.zeros(STREAMED)
    add = jax.jit(lambda array: array + 1.0, donate_argnums=0)

    def stream() -> None:
        nonlocal numbers
        numbers = jax.block_until_ready(add(numbers))

    return tuple(2 * 4 * STREAMED / 1e9 * rate for rate in rates(stream, 1, repeats, 0.5))


def _processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
