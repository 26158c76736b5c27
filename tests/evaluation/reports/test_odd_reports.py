"""Texts that look like markup, nothing measured, files that can't be written."""

from __future__ import annotations

import itertools
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from e2far_jax.evaluation.reports.markdown import escaped
from e2far_jax.evaluation.reports.write import write_report
from tests.evaluation.reports.made_up import NASTY, errors, face, report, system
from tests.evaluation.reports.pages import Page


@pytest.fixture
def no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what has nothing to do with them: drawing takes long."""
    monkeypatch.setattr("e2far_jax.evaluation.reports.write.draw_plots", lambda *_: ())


def test_text_stays_text(tmp_path: Path) -> None:
    names = (NASTY, *report().items[1:])
    systems = system(NASTY, errors(24, 0)), system("_hidden", errors(24, 1))
    made = report(
        title=NASTY, data_set=NASTY, protocol_text=NASTY, items=names, command=f"{NASTY}\n```",
        systems=systems, strata={"yaw": (NASTY,) * 24}, versions={NASTY: NASTY},
        failures={NASTY: NASTY}, pictures=(face(NASTY, caption=NASTY),),
    )  # fmt: skip
    path = write_report(made, tmp_path)
    page = Page(path.read_text())
    assert len(page.named("script")) == 1  # our own
    assert page.named("title") == [{}]
    assert page.text.count(NASTY) > 10
    assert f"photograph of {NASTY}" in [picture["alt"] for picture in page.named("img")]
    assert [row[0] for row in page.tables["Every item"]][1] == NASTY
    text = path.with_name("report.md").read_text()
    outside = text[: text.index("````")] + text[text.rindex("````") :]
    assert "<" not in outside
    assert not re.search(r"(?<!\\)\]\(http", outside)
    rows = [line.replace("\\|", "") for line in outside.splitlines()]
    below = [pair for pair in itertools.pairwise(rows) if all(row[:1] == "|" for row in pair)]
    assert len(below) > 10
    assert all(above.count("|") == row.count("|") for above, row in below)
    assert json.loads(path.with_name("report.json").read_text())["title"] == NASTY


@pytest.mark.usefixtures("no_plots")
def test_what_no_file_can_hold_becomes_spaces(tmp_path: Path) -> None:
    made = report(strata={}, title="a\0b\udc80c\u202ed\ne")
    path = write_report(made, tmp_path)
    assert "<h1>a b c d e</h1>" in path.read_text()
    assert path.with_name("report.md").read_text().startswith("# a b c d e\n")
    assert json.loads(path.with_name("report.json").read_text())["title"] == made.title


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("file_name_1", "file_name_1"),
        ("_a_", "\\_a\\_"),
        ("1.00 [0.50, 2.00]", "1.00 [0.50, 2.00]"),
        ("[a](b) [c][d] [e]: f", "[a\\](b) [c\\][d] [e\\]: f"),
        ("a | b", "a \\| b"),
        ("# a # b", "\\# a # b"),
        ("<b> & `c`", "&lt;b&gt; &amp; \\`c\\`"),
    ],
)
def test_markdown_marks_lose_their_meaning(text: str, shown: str) -> None:
    assert escaped(text) == shown


@pytest.mark.parametrize("count", [0, 1])
def test_no_item_and_one_item(tmp_path: Path, count: int) -> None:
    path = write_report(report(count), tmp_path)
    page = Page(path.read_text())
    assert len(page.named("img")) == 4 * count
    assert len(list(tmp_path.glob("*.png"))) == 4 * count
    assert page.tables["NME of landmarks, %"][1][-2:] == [str(count), "0"]
    assert json.loads(path.with_name("report.json").read_text())["averages"][0]["count"] == count


def test_no_error_at_all(tmp_path: Path) -> None:
    nothing = np.full(24, math.nan)
    path = write_report(report(systems=(system("x", nothing), system("y", nothing))), tmp_path)
    page = Page(path.read_text())
    assert page.tables["NME of landmarks, %"][1][1:] == ["–"] * 5 + ["0", "24"]  # noqa: RUF001
    assert "x: 24, y: 24" in path.with_name("report.md").read_text()
    assert list(tmp_path.glob("*.png")) == []


def test_a_system_without_any_error_among_others(tmp_path: Path) -> None:
    systems = system("x", errors(24, 0)), system("y", np.full(24, math.nan))
    page = Page(write_report(report(systems=systems), tmp_path).read_text())
    assert "Holm's allows for 0 comparisons" in page.text
    assert page.tables["Paired differences"][1][2:4] == ["–", "0"]  # noqa: RUF001
    assert [row[2] for row in page.tables["NME of landmarks by yaw, %"]][1] == "– (0)"  # noqa: RUF001
    assert len(page.named("img")) == 4


def test_errors_of_zero_and_nothing_but_a_title(tmp_path: Path) -> None:
    perfect = (system("x", np.zeros(24)), system("y", np.zeros(24)))
    page = Page(write_report(report(systems=perfect, strata={}), tmp_path / "a").read_text())
    assert page.tables["Paired differences"][1][-1] == "no clear difference"
    bare = report(systems=(), strata={}, items=(), command="", versions={})
    assert Page(write_report(bare, tmp_path / "b").read_text()).text.count("None.") == 4


@pytest.mark.usefixtures("no_plots")
def test_a_seed_repeats_a_report(tmp_path: Path) -> None:
    first, again, other = (
        write_report(report(strata={}), tmp_path / str(number), seed=seed).with_name("report.json")
        for number, seed in enumerate((0, 0, 1))
    )
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def refuse(*_: object) -> None:
    raise OSError("no space left")


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("place", ["evaluation.reports.write.page", "files.os.replace"])
def test_what_fails_leaves_the_old_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = write_report(report(1, strata={}), tmp_path)
    before = path.read_bytes()
    monkeypatch.setattr(f"e2far_jax.{place}", refuse)
    with pytest.raises(OSError, match="no space left"):
        write_report(report(2, strata={}), tmp_path)
    assert path.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [
        path,
        *(path.with_suffix(end) for end in (".json", ".md")),
    ]
