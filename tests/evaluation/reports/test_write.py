"""Whole reports: the same numbers in all files, and a page that needs nothing else."""

from __future__ import annotations

import base64
import dataclasses
import inspect
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from e2far_jax.evaluation.reports.contents import Report
from e2far_jax.evaluation.reports.summaries import summarise
from e2far_jax.evaluation.reports.write import write_report
from e2far_jax.evaluation.statistics import bootstrap_mean
from tests.evaluation.reports.made_up import NASTY, errors, face, report
from tests.evaluation.reports.pages import Page


def with_pictures() -> Report:
    faces = (face("face_3"), face("face_4", "median"), face("face_5", "worst", NASTY))
    return dataclasses.replace(report(), pictures=faces, failures={"face_7": "it is damaged"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(with_pictures(), tmp_path_factory.mktemp("made") / "new").parent


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text())


def test_files(folder: Path) -> None:
    plots = ["by.yaw.nme.png", "by.yaw.rmse.png", "curve.nme.png", "curve.rmse.png", "faces.png"]
    assert sorted(path.name for path in folder.iterdir()) == [
        *plots, "report.html", "report.json", "report.md"
    ]  # fmt: skip
    for name in plots:
        picture = np.asarray(Image.open(folder / name).convert("L"))
        assert picture.shape[1] > 600
        assert picture.std() > 1.0  # there is something on it
        assert f"({name})" in (folder / "report.md").read_text()


def test_numbers_agree(folder: Path, page: Page) -> None:
    text = (folder / "report.md").read_text()
    summary = summarise(with_pictures())
    shown = [str(one.interval) for one in (*summary.averages, *summary.by_stratum)]
    shown += [str(one.difference) for one in summary.comparisons]
    shown += ["1.23 [1.10, 1.46] %", "paper: 2", "face_7", "it is damaged", "made up"]
    for number in shown:
        assert number in text
        assert number in page.text
    stored = json.loads((folder / "report.json").read_text())
    for average, one in zip(stored["averages"], summary.averages, strict=True):
        assert average["interval"] == dataclasses.asdict(one.interval)
    for comparison, one in zip(stored["comparisons"], summary.comparisons, strict=True):
        assert comparison["test"]["sign_flip"] == one.test.sign_flip


def test_tables_put_numbers_in_their_places(page: Page) -> None:
    header, *rows = page.tables["NME of landmarks, %"]
    values = errors(24, 0)
    ours = dict(zip(header, rows[0], strict=True))
    assert ours["system"] == "ours"
    assert ours["mean [95 % interval]"] == str(bootstrap_mean(values, np.random.default_rng(0)))
    assert ours["median"] == f"{np.median(values):.2f}"
    assert ours["above 3 % or missing"] == f"{100 * np.mean(values > 3):.1f} %"
    assert [row[-1] for row in rows] == ["0", "1"]
    header, *rows = page.tables["NME of landmarks by yaw, %"]
    half = str(bootstrap_mean(values[1::3], np.random.default_rng(0)))
    assert header == ["yaw", "ours", "theirs"]
    assert (rows[1][0], rows[1][1]) == ("half", f"{half} (8)")
    assert rows[1][2].endswith("(7)")
    header, *rows = page.tables["Every item"]
    assert rows[1][:2] == ["face_1", "half"]
    assert rows[1][header.index("theirs: NME of landmarks, %")] == "–"  # noqa: RUF001
    assert rows[4][header.index("ours: NME of landmarks, %")] == f"{values[4]:.3f}"


def test_json_alone_gives_all_values_back(folder: Path) -> None:
    stored = json.loads((folder / "report.json").read_text(), parse_constant=pytest.fail)
    made = with_pictures()
    assert "null where an item has no error" in stored["schema"]
    assert stored["items"] == list(made.items)
    assert stored["strata"] == {"yaw": list(made.strata["yaw"])}
    assert stored["failures"] == made.failures
    assert stored["command"] == made.command
    assert stored["versions"] == made.versions
    assert [one["item"] for one in stored["pictures"]] == ["face_3", "face_4", "face_5"]
    for one, own in zip(stored["systems"], made.systems, strict=True):
        assert (one["name"], one["description"]) == (own.name, own.description)
        assert one["figures"] == [dataclasses.asdict(figure) for figure in own.figures]
        for key, measure in own.measures.items():
            values = np.array(one["measures"][key]["values"], np.float64)  # None becomes NaN
            np.testing.assert_array_equal(values, measure.values)
            assert one["measures"][key]["unit"] == measure.unit
            assert one["measures"][key]["limit"] == measure.limit
    assert stored["systems"][1]["measures"]["nme"]["values"][1] is None


def test_the_page_needs_nothing_else(page: Page) -> None:
    for _, attributes in page.elements:
        for name in ("src", "href", "srcset", "action", "data"):
            assert (attributes.get(name) or "data:").startswith(("data:image/", "data:", "#"))
    identifiers = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    links = {attributes["href"][1:] for attributes in page.named("a")}
    assert links
    assert links <= identifiers
    assert page.named("link") == []
    policy = page.named("meta")[1]["content"]
    assert policy.startswith("default-src 'none'")
    assert page.named("html") == [{"lang": "en"}]


def test_pictures_decode_and_are_described(page: Page) -> None:
    pictures = page.named("img")
    assert len(pictures) == 4 + 6  # plots, and two of each face
    assert all(picture["alt"] for picture in pictures)
    assert "photograph of face_3" in {picture["alt"] for picture in pictures}
    sources = [picture["src"] for picture in pictures]
    sources += [source["srcset"] for source in page.named("source")]
    for source in sources:
        Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))).load()
    dark = Image.open(io.BytesIO(base64.b64decode(sources[-1].split(",")[1]))).convert("L")
    assert dark.getpixel((2, 2)) < 40
    assert all(
        one["media"] == "screen and (prefers-color-scheme: dark)" for one in page.named("source")
    )


def test_every_table_has_headers_and_a_caption(page: Page) -> None:
    assert len(page.tables) == len(page.named("table")) == len(page.named("caption"))
    scopes = [attributes["scope"] for attributes in page.named("th")]
    heads = sum(len(rows[0]) for rows in page.tables.values())
    assert scopes.count("col") == heads
    assert scopes.count("row") == sum(len(rows) - 1 for rows in page.tables.values())
    assert all(len(row) == len(rows[0]) for rows in page.tables.values() for row in rows)


def test_the_page_says_how_often_it_resampled(page: Page) -> None:
    resamples = inspect.signature(bootstrap_mean).parameters["resamples"].default
    assert f"{resamples} resamples" in page.text
