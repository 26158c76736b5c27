from __future__ import annotations

import jax
import jax.numpy as jnp

from e2far_jax.benchmarks.scaling import all_reduced_bytes


def test_bytes_are_those_of_the_reduced_arrays() -> None:
    def step(numbers, halves):
        return jax.lax.psum(numbers, "devices"), jax.lax.pmean(halves.sum(), "devices")

    mapped = jax.pmap(step, axis_name="devices")
    devices = jax.device_count()
    program = mapped.lower(jnp.ones((devices, 5, 7)), jnp.ones((devices, 3))).compile().as_text()
    assert all_reduced_bytes(program) == 4 * (5 * 7 + 1)


def test_a_program_that_reduces_nothing() -> None:
    program = jax.jit(lambda numbers: numbers.sum()).lower(jnp.ones(8)).compile().as_text()
    assert all_reduced_bytes(program) == 0


def test_tuples_are_counted_part_by_part() -> None:
    line = "  %r = (f32[2,3]{1,0}, bf16[4]{0}, f32[]) all-reduce(%a, %b, %c), channel_id=1"
    assert all_reduced_bytes(line) == 24 + 8 + 4
