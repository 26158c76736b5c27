"""Which morphable model a job uses, and how much of it."""

from __future__ import annotations

import dataclasses

from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.open import open_morphable_model
from e2far_jax.morphable.operations import crop, truncate, without_similarity


@dataclasses.dataclass(frozen=True)
class FaceModelSettings:
    """A morphable model as a job sees it.

    Attributes:
      spec: what `open_morphable_model` takes.
      crop_to: name of a region to cut the model to; None keeps every vertex.
      remove_similarity: take what no picture shows, absolute size above all, out of the identity
        basis (ours).
      identity_size: how many identity modes to keep; None keeps all.
      expression_names: which expressions to keep; None keeps all.
    """

    spec: str = "default"
    crop_to: str | None = None
    remove_similarity: bool = True
    identity_size: int | None = None
    expression_names: tuple[str, ...] | None = None


def load_face_model(settings: FaceModelSettings) -> MorphableModel:
    """Open the model and cut it down as the settings say.

    Raises:
      ValueError: for an unknown spec, region or expression, or more modes than there are.
    """
    model = open_morphable_model(settings.spec)
    if settings.crop_to is not None:
        if settings.crop_to not in model.regions:
            raise ValueError(
                f"{model.name!r} has no region {settings.crop_to!r}; "
                f"it has {', '.join(sorted(model.regions))}"
            )
        model = crop(model, model.regions[settings.crop_to])
    if settings.remove_similarity:
        model = without_similarity(model)
    return truncate(model, settings.identity_size, settings.expression_names)
