"""Tables: the numbers in them, their verdicts, and that they can be stored."""

import json

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.evaluation.metrics.coefficients import CoefficientStatistics
from e2far_jax.evaluation.report import (
    ShapeErrors,
    coefficient_rows,
    coefficient_table,
    report_dictionary,
    shape_report,
    shape_table,
)


@pytest.fixture
def errors():
    """E2FAR better in neutral shape, unclear in expressive shape; "broken" worse in both."""
    rng = np.random.default_rng(0)
    neutral, expressive = rng.gamma(9.0, 0.5, (2, 400))
    noise = rng.normal(0.0, 0.3, (2, 400))
    return {
        "mean face": ShapeErrors(neutral, expressive),
        "E2FAR": ShapeErrors(neutral - 0.5 + noise[0], expressive + noise[1] - noise[1].mean()),
        "broken": ShapeErrors(neutral + 1.0, expressive + 1.0),
    }


def test_report_holds_the_means(errors):
    report = shape_report(errors)
    assert report.count == 400
    assert list(report.errors) == ["mean face", "E2FAR", "broken"]
    assert list(report.differences) == ["E2FAR", "broken"]
    for name, system in errors.items():
        assert report.errors[name]["neutral"].mean == pytest.approx(system.neutral.mean())
        assert report.errors[name]["expressive"].mean == pytest.approx(system.expressive.mean())
    difference = report.differences["E2FAR"]["neutral"]
    expected = np.mean(errors["E2FAR"].neutral - errors["mean face"].neutral)
    assert difference.mean == pytest.approx(expected)
    assert difference.low < expected < difference.high < 0.0
    assert not report.differences["E2FAR"]["expressive"].excludes_zero


def test_table_shows_rows_and_verdicts(errors):
    report = shape_report(errors)
    lines = shape_table(report).splitlines()
    assert lines[0].split()[-3:] == ["neutral", "expressive", "faces"]
    assert lines[1].startswith("mean face")
    assert str(report.errors["mean face"]["expressive"]) in lines[1]
    assert lines[2].startswith("E2FAR")
    assert lines[2].endswith("400")
    assert len({len(line) for line in lines[:4]}) == 1  # flush columns
    verdicts = {line.split(":")[0]: line.split(", ")[-1] for line in lines[4:]}
    assert verdicts == {
        "E2FAR minus mean face, neutral": "better",
        "E2FAR minus mean face, expressive": "no clear difference",
        "broken minus mean face, neutral": "worse",
        "broken minus mean face, expressive": "worse",
    }


def test_interval_text_has_two_decimals(errors):
    text = str(shape_report(errors).errors["mean face"]["neutral"])
    mean, low, high = text.replace("[", "").replace("]", "").replace(",", "").split()
    assert float(low) < float(mean) < float(high)
    assert all(len(number.split(".")[1]) == 2 for number in (mean, low, high))


def test_bad_errors_are_refused(errors):
    with pytest.raises(ValueError, match="no system 'oracle'; there are mean face, E2FAR, broken"):
        shape_report(errors, baseline="oracle")
    short = ShapeErrors(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="3 values against 400"):
        shape_report(errors | {"short": short})
    with pytest.raises(ValueError, match="not finite"):
        shape_report(errors | {"broken": ShapeErrors(np.full(400, np.nan), np.ones(400))})


def statistics(count):
    return CoefficientStatistics(
        correlation=jnp.linspace(1.0, 0.0, count), slope=jnp.linspace(0.5, -0.5, count)
    )


def test_rows_carry_names():
    rows = coefficient_rows(statistics(3), ["jawOpen", "smile", "blink"])
    assert [(row.name, row.correlation, row.slope) for row in rows] == [
        ("jawOpen", 1.0, 0.5),
        ("smile", 0.5, 0.0),
        ("blink", 0.0, -0.5),
    ]
    assert coefficient_rows(statistics(2), kind="identity")[1].name == "identity 2"
    assert coefficient_rows(statistics(0)) == []
    with pytest.raises(ValueError, match="2 names for 3 coefficients"):
        coefficient_rows(statistics(3), ["a", "b"])


def test_table_shows_ten_identities_every_expression_and_the_means():
    identity = coefficient_rows(statistics(40), kind="identity")
    expression = coefficient_rows(statistics(3), ["jawOpen", "smile", "blink"])
    lines = coefficient_table(identity, expression).splitlines()
    names = [line.rsplit(maxsplit=2)[0] for line in lines]
    assert names == [
        "coefficient",
        *(f"identity {number}" for number in range(1, 11)),
        "mean of 40 identity coefficients",
        "jawOpen",
        "smile",
        "blink",
        "mean of 3 expression coefficients",
    ]
    assert lines[11].split()[-2:] == ["0.50", "0.00"]  # over all 40, not the ten shown
    assert lines[12].split() == ["jawOpen", "1.00", "0.50"]
    assert coefficient_table(identity, []).splitlines()[-1].startswith("mean of 40 identity")


def test_everything_can_be_stored(errors):
    identity = coefficient_rows(statistics(2), kind="identity")
    expression = coefficient_rows(statistics(1), ["jawOpen"])
    report = shape_report(errors)
    stored = json.loads(json.dumps(report_dictionary(report, identity, expression)))
    neutral = stored["shape_rmse_mm"]["errors"]["E2FAR"]["neutral"]
    assert neutral["mean"] == report.errors["E2FAR"]["neutral"].mean
    assert set(neutral) == {"mean", "low", "high"}
    assert stored["shape_rmse_mm"]["count"] == 400
    assert stored["identity"][0] == {"name": "identity 1", "correlation": 1.0, "slope": 0.5}
    assert stored["expression"][0]["name"] == "jawOpen"
