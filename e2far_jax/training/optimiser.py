"""The optimiser and its learning rate."""

from __future__ import annotations

import jax
import optax

from e2far_jax.training.config import TrainSettings


def learning_rate_schedule(settings: TrainSettings) -> optax.Schedule:
    """Linear rise over the warm-up, then the cosine or the staircase."""
    rest = settings.steps - settings.warmup_steps
    if settings.schedule == "cosine":
        main = optax.cosine_decay_schedule(settings.learning_rate, rest)
    else:
        drops = {step - settings.warmup_steps: 0.1 for step in settings.milestones}
        main = optax.piecewise_constant_schedule(settings.learning_rate, drops)
    if not settings.warmup_steps:
        return main
    rise = optax.linear_schedule(0.0, settings.learning_rate, settings.warmup_steps)
    return optax.join_schedules([rise, main], [settings.warmup_steps])


def make_optimiser(settings: TrainSettings) -> optax.GradientTransformation:
    """Adam with decoupled weight decay on everything but biases, after clipping the gradient."""
    return optax.chain(
        optax.clip_by_global_norm(settings.clip_norm),
        optax.adamw(
            learning_rate_schedule(settings),
            weight_decay=settings.weight_decay,
            mask=lambda parameters: jax.tree.map(lambda leaf: leaf.ndim > 1, parameters),
        ),
    )
