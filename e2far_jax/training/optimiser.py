"""The optimiser and its learning rate."""

from __future__ import annotations

from typing import Any

import jax
import optax

from e2far_jax.training.plan import Plan
from e2far_jax.training.settings import TrainSettings


def learning_rate_schedule(settings: TrainSettings, plan: Plan) -> optax.Schedule:
    """Linear rise over the warm-up, then the cosine or the staircase."""
    highest = settings.learning_rate
    if settings.reference_batch_size is not None:
        highest *= settings.batch_size / settings.reference_batch_size
    if settings.schedule == "cosine":
        main = optax.cosine_decay_schedule(highest, plan.steps - plan.warmup)
    else:
        drops = {step - plan.warmup: 0.1 for step in plan.milestones}
        main = optax.piecewise_constant_schedule(highest, drops)
    if not plan.warmup:
        return main
    rise = optax.linear_schedule(0.0, highest, plan.warmup)
    return optax.join_schedules([rise, main], [plan.warmup])


def make_optimiser(settings: TrainSettings, plan: Plan) -> optax.GradientTransformation:
    """Adam with decoupled weight decay on everything but biases, after clipping the gradient.

    Parts that are frozen at first have an Adam of their own, which begins when they thaw: moments
    of zero gradients would make its first steps too long.
    """
    schedule = learning_rate_schedule(settings, plan)
    clip = optax.clip_by_global_norm(settings.clip_norm)
    if not plan.frozen:
        return optax.chain(clip, _adam(schedule, settings))
    thawed = _adam(lambda step: schedule(step + plan.frozen), settings)
    frozen = optax.conditionally_mask(thawed, lambda step: step >= plan.frozen)
    parts = {"frozen": frozen, "rest": _adam(schedule, settings)}

    def part_of_each(parameters: Any) -> Any:
        return jax.tree_util.tree_map_with_path(
            lambda path, _: "frozen" if within(path, settings.frozen_parts) else "rest", parameters
        )

    return optax.chain(clip, optax.partition(parts, part_of_each))


def within(path: tuple[Any, ...], names: tuple[str, ...]) -> bool:
    """Whether a variable with this path in the tree belongs to a part or collection of a name."""
    return any(getattr(entry, "key", None) in names for entry in path)


def _adam(schedule: optax.Schedule, settings: TrainSettings) -> optax.GradientTransformation:
    return optax.adamw(
        schedule,
        weight_decay=settings.weight_decay,
        mask=lambda variables: jax.tree.map(lambda leaf: leaf.ndim > 1, variables),
    )
