from __future__ import annotations

import json

import numpy as np
import pytest

from e2far_jax.studies.runs import Result
from e2far_jax.studies.tables import study_dictionary, study_table


def figures(neutral: float, rotation: float | None = 3.0) -> dict:
    def shapes(factor: float) -> dict:
        def interval(mean: float) -> dict:
            return {"mean": factor * mean, "low": 0.0, "high": 9.0}

        network = {"neutral": interval(neutral), "expressive": interval(2.0 * neutral)}
        mean_face = {"neutral": interval(3.5), "expressive": interval(4.5)}
        return {
            "shape_rmse_mm": {"errors": {"E2FAR": network, "mean face": mean_face}},
            "rotation_degrees": rotation,
            "landmark_percent": None if rotation is None else 4.25,
        }

    return {**shapes(1.0), "levels": {"0": shapes(0.5), "3": shapes(2.0)}}


def cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


@pytest.fixture
def results() -> list[Result]:
    errors = np.random.default_rng(0).uniform(3.0, 8.0, 25)
    photographs = {f"{number}.jpg": float(error) for number, error in enumerate(errors)}
    worse = {name: photographs[name] + 1.0 for name in reversed(photographs)}  # another order
    return [
        Result("everything", figures(2.5), photographs),
        Result("without hair", figures(2.75, rotation=None), worse),
    ]


def test_the_table_has_a_row_a_run_and_the_mean_face(results):
    header, rule, everything, hair, mean_face = cells(study_table(results))
    assert header[:3] == ["trained on", "photographs, NME %", "minus everything"]
    assert header[-2:] == ["level 0, mm", "level 3, mm"]
    assert len({len(row) for row in (header, rule, everything, hair, mean_face)}) == 1
    assert everything[0] == "everything"
    assert everything[2:] == ["-", "4.25", "3.00", "2.50", "5.00", "1.25 / 2.50", "5.00 / 10.00"]
    assert hair[0] == "without hair"
    assert hair[3:] == ["-", "-", "2.75", "5.50", "1.38 / 2.75", "5.50 / 11.00"]
    assert mean_face[1:] == ["-", "-", "-", "-", "3.50", "4.50", "1.75 / 2.25", "7.00 / 9.00"]


def test_photographs_are_compared_one_by_one(results):
    """The same difference on every photograph has no spread, whatever theirs is."""
    _, _, everything, hair, _ = cells(study_table(results))
    mean = np.mean(list(results[0].photographs.values()))
    assert everything[1].startswith(f"{mean:.2f} [")
    low, high = everything[1].split("[")[1].rstrip("]").split(", ")
    assert float(low) < mean - 0.2 < mean + 0.2 < float(high)
    assert hair[2] == "1.00 [1.00, 1.00]"


def test_without_photographs_there_are_none_in_the_table(results):
    bare = [Result(result.name, result.synthetic, None) for result in results]
    assert [row[1:3] for row in cells(study_table(bare))[2:]] == [["-", "-"]] * 3
    assert study_dictionary(bare)["runs"][0]["photographs"] is None


def test_a_test_set_without_levels_has_no_columns_of_them(results):
    plain = {name: value for name, value in figures(2.5).items() if name != "levels"}
    header = cells(study_table([Result("everything", plain, None)]))[0]
    assert header[-1] == "expressive, mm"


def test_everything_can_be_stored(results):
    stored = json.loads(json.dumps(study_dictionary(results)))
    everything, hair = stored["runs"]
    assert everything["photographs"]["minus_first"] is None
    assert hair["photographs"]["minus_first"]["low"] == pytest.approx(1.0)
    assert hair["photographs"]["each"] == results[1].photographs
    assert everything["synthetic"]["levels"]["3"]["rotation_degrees"] == 3.0
