from __future__ import annotations

import json

from e2far_jax.benchmarks.rows import Row


def test_ratio_is_the_median_over_repetitions() -> None:
    row = Row("train", "images/s", (2.0, 9.0, 4.0), peer="torch", peer_values=(1.0, 3.0, 4.0))
    assert row.ratio == 2.0
    assert "ratio 2.00" in row.text()
    assert "torch" in row.text()


def test_without_a_peer_there_is_no_ratio() -> None:
    row = Row("train", "images/s", (2.0,), peer="torch", note="torch is not installed")
    assert row.ratio is None
    assert "ratio" not in row.text()
    assert "torch is not installed" in row.text()


def test_every_value_goes_into_the_record() -> None:
    row = Row("infer", "images/s", (2.0, 3.0), share=0.5)
    record = json.loads(json.dumps(row.record()))
    assert record["values"] == [2.0, 3.0]
    assert record["share"] == 0.5
    assert "50% of the peak" in row.text()


def test_what_could_not_be_measured_says_why() -> None:
    row = Row("reconstruct", "s", (), note="scikit-image is not installed")
    assert row.text().endswith("scikit-image is not installed")
    assert row.ratio is None
