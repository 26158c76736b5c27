"""How much the faces of a morphable model differ, part by part, beside those of another one.

    python experiments/face_statistics.py --model=default --against=ict:PATH --faces=100

Spread and spectrum follow from the models; crossings are counted on random faces whose
coefficients are standard normal, clipped at two standard deviations.
"""

from __future__ import annotations

from collections.abc import Callable

from absl import flags

from e2far_jax import jobs
from e2far_jax.morphable import MorphableModel, open_morphable_model
from e2far_jax.morphable.statistics import (
    crossing_faces,
    distance_deviations,
    part_spread,
    random_identities,
    spectrum,
)

MODEL = flags.DEFINE_string("model", "default", "The morphable model.")
AGAINST = flags.DEFINE_string("against", None, "Another one to compare it with.")
FACES = flags.DEFINE_integer("faces", 20, "How many random faces to search for crossings.")
SEED = flags.DEFINE_integer("seed", 0, "Of the random faces.")
MODES = (1, 2, 5, 10, 20, 40, 80, 160)


def main() -> None:
    specs = [MODEL.value, *([AGAINST.value] if AGAINST.value else [])]
    models = [open_morphable_model(spec) for spec in specs]
    names = [model.name for model in models]
    _table("spread after a similarity fit, mm", names, [part_spread(m) for m in models])
    _table("the first modes' spread together, mm", names, [_cumulated(m) for m in models])
    _table(
        "standard deviation of distances, mm", names,
        [{name: sd for name, (_, sd) in distance_deviations(m).items()} for m in models],
    )  # fmt: skip
    _table(f"of {FACES.value} faces at up to 2 deviations", names, [_crossings(m) for m in models])


def _cumulated(model: MorphableModel) -> dict[str, float]:
    values = spectrum(model)
    return {f"{count} modes": values[min(count, len(values)) - 1] for count in MODES} | {
        f"all {len(values)}": values[-1]
    }


def _crossings(model: MorphableModel) -> dict[str, float]:
    counts = crossing_faces(model, random_identities(model, FACES.value, SEED.value))
    return {"faces that cross themselves": (counts > 0).sum(), "pairs of triangles": counts.sum()}


def _table(title: str, names: list[str], columns: list[dict[str, float]]) -> None:
    """One row a figure, one column a model, and the ratio of two."""
    show: Callable[[float], str] = lambda value: f"{value:.2f}"  # noqa: E731
    print(f"\n| {title} | {' | '.join(names)} |{' ratio |' if len(names) == 2 else ''}")
    print("|---|" + "--:|" * (len(names) + (len(names) == 2)))
    for row in dict.fromkeys(row for column in columns for row in column):
        values = [column.get(row) for column in columns]
        cells = ["" if value is None else show(value) for value in values]
        if len(values) == 2:
            cells.append(show(values[0] / values[1]) if all(values) else "")
        print(f"| {row} | {' | '.join(cells)} |")


if __name__ == "__main__":
    jobs.run(main)
