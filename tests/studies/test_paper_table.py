"""The table and the plot of the paper's ablation, on made-up results."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from e2far_jax.studies.paper import METHOD
from e2far_jax.studies.paper_plot import plot_paper
from e2far_jax.studies.paper_table import paper_table
from e2far_jax.studies.runs import Result
from e2far_jax.studies.seeds import run_name

NAMES = [METHOD, "single task", "last map alone", "wider aggregation"]


def result(name: str, neutral: float, expressive: float, nme: float | None = None) -> Result:
    def shapes(first: float, second: float) -> dict:
        return {"neutral": {"mean": first}, "expressive": {"mean": second}}

    errors = {"E2FAR": shapes(neutral, expressive), "mean face": shapes(4.0, 5.0)}
    photographs = None if nme is None else {"a.jpg": nme - 1.0, "b.jpg": nme + 1.0}
    return Result(name, {"shape_rmse_mm": {"errors": errors}}, photographs)


def made_up(photographed: bool = False) -> list[Result]:
    """Three seeds; variants differ by the numbers given, and by noise that cancels."""
    noise = 0.02 * np.array([[-1.0, 0.0, 1.0, 0.5], [0.0, 1.0, -1.0, -1.0], [1.0, -1.0, 0.0, 0.5]])
    differences = np.array([[0.0, 0.0], [0.3, 0.4], [0.0, 0.1], [-0.3, 0.0]])
    values = np.array([2.5, 3.0]) + differences + noise[..., None]
    return [
        result(run_name(name, seed), *values[seed, k], nme=4.0 + k if photographed else None)
        for seed in range(3)
        for k, name in enumerate(NAMES)
    ]


def cells(table: str) -> list[list[str]]:
    lines = table.split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_says_what_is_not_told_from_chance() -> None:
    rows = cells(paper_table(made_up()))
    assert len({len(row) for row in rows}) == 1
    header, _, method, single, last, wider, mean_face = rows
    assert header[2:5] == ["neutral, mm", "share", f"minus {METHOD}, mm"]
    assert [row[0] for row in (method, single, last, wider)] == NAMES
    assert method[1:] == ["3", "2.500 ± 0.020", "0.625", "-", "3.000 ± 0.020", "0.600", "-"]
    # Differences 0.02, 0.02, -0.04 and 0.3: their deviation is 0.0346, Student's t is 4.303.
    assert single[2:5] == ["2.800 ± 0.020", "0.700", "+0.300 [+0.214, +0.386], worse"]
    verdicts = [[row[k].rpartition(", ")[2] for k in (4, 7)] for row in (single, last, wider)]
    chance = "not told from chance"
    assert verdicts == [["worse", "worse"], [chance, "worse"], ["better", chance]]
    assert mean_face == ["(mean face)", "-", "4.000", "1.000", "-", "5.000", "1.000", "-"]


def test_the_table_of_a_study_that_is_not_finished() -> None:
    rows = cells(paper_table(made_up()[:5]))
    assert [row[1] for row in rows[2:]] == ["2", "1", "1", "1", "-"]
    assert [row[4] for row in rows[2:]] == ["-"] * 5
    assert "±" in rows[2][2]
    assert "±" not in rows[3][2]


def test_photographs_are_a_column_where_there_are_any() -> None:
    rows = cells(paper_table(made_up(photographed=True)))
    assert rows[0][-1] == "photographs, NME %"
    assert [row[-1] for row in rows[2:]] == [f"{4 + k}.000 ± 0.000" for k in range(4)] + ["-"]


@pytest.mark.parametrize("count", [1, 5, 12])
def test_the_plot_shows_every_run(tmp_path, monkeypatch, count: int) -> None:
    figures = []

    def remembered(figure: Figure, file: object, **options: object) -> None:
        figures.append(figure)
        save(figure, file, **options)

    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", remembered)
    results = made_up()[:count]
    plot_paper(results, tmp_path / "paper.png")
    for shape, panel in zip(("neutral", "expressive"), figures[0].axes[:2], strict=True):
        points = [group.get_offsets() for group in panel.collections]
        shown = {round(float(x), 9) for x in np.concatenate(points)[:, 0]}
        for run in results:
            error = run.synthetic["shape_rmse_mm"]["errors"]["E2FAR"][shape]["mean"]
            assert round(float(error), 9) in shown
        assert panel.get_title() == f"{shape} shape"
    with Image.open(tmp_path / "paper.png") as picture:
        assert picture.size == (1100, 660)
