"""The optimiser and its learning rate."""

from __future__ import annotations

from typing import Any

import jax
import optax

from e2far_jax.training.plan import Plan
from e2far_jax.training.settings import TrainSettings

BACKBONE = "backbone"


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

    A backbone that is frozen at first has an Adam of its own, which begins when it thaws: moments
    of zero gradients would make its first steps too long.
    """
    schedule = learning_rate_schedule(settings, plan)
    clip = optax.clip_by_global_norm(settings.clip_norm)
    if not plan.backbone_frozen:
        return optax.chain(clip, _adam(schedule, settings))
    thawed = _adam(lambda step: schedule(step + plan.backbone_frozen), settings)
    frozen = optax.conditionally_mask(thawed, lambda step: step >= plan.backbone_frozen)
    parts = {"backbone": frozen, "rest": _adam(schedule, settings)}
    return optax.chain(clip, optax.partition(parts, _part_of_each))


def in_backbone(path: tuple[Any, ...]) -> bool:
    """Whether a parameter with this path in the tree belongs to the backbone."""
    return any(getattr(entry, "key", None) == BACKBONE for entry in path)


def _adam(schedule: optax.Schedule, settings: TrainSettings) -> optax.GradientTransformation:
    return optax.adamw(
        schedule,
        weight_decay=settings.weight_decay,
        mask=lambda parameters: jax.tree.map(lambda leaf: leaf.ndim > 1, parameters),
    )


def _part_of_each(parameters: Any) -> Any:
    """Which part of the optimiser each parameter is for."""
    return jax.tree_util.tree_map_with_path(
        lambda path, _: "backbone" if in_backbone(path) else "rest", parameters
    )
