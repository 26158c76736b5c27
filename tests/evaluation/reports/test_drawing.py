"""What plots and sheets are drawn with; pictures themselves are for eyes."""

from __future__ import annotations

import dataclasses
import io
import itertools

import numpy as np
import pytest
from PIL import Image, ImageColor

from e2far_jax.evaluation.reports.curve_plot import plot_curves
from e2far_jax.evaluation.reports.drawing import DARK, LIGHT, Theme, plain, styles
from e2far_jax.evaluation.reports.faces_sheet import TILE_SIZE, faces_sheet, square
from e2far_jax.evaluation.reports.stratum_plot import plot_stratum
from e2far_jax.evaluation.reports.summaries import summarise
from tests.evaluation.reports.made_up import NASTY, VIOLET, face, report


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_many_systems_look_different(theme: Theme) -> None:
    looks = list(itertools.islice(styles(theme), 28))
    assert len({(look.colour, look.dash) for look in looks}) == 28
    assert len({(look.colour, look.marker) for look in looks}) == 28
    assert len({look.dash for look in looks[:4]}) == 4
    assert len({look.marker for look in looks[:7]}) == 7


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_lines_stand_out_from_the_paper(theme: Theme) -> None:
    """A contrast of at least 2 to 1 for lines, 7 to 1 for letters (WCAG's formula)."""
    assert contrast(theme.ink, theme.paper) > 7.0
    assert min(contrast(colour, theme.paper) for colour in theme.colours) > 2.0


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted([luminance(first), luminance(second)])
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255.0
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_names_are_neither_formulas_nor_hidden() -> None:
    from matplotlib.cbook import is_math_text

    for text in ("a $b$ c", "$", r"\$a$", NASTY):
        assert not is_math_text(plain(text, 999))
        assert plain(text, 999).replace(r"\$", "$") == text
    assert plain("_a") == " _a"
    assert plain("x" * 100, 10) == "x" * 9 + "…"


def test_a_square_holds_the_whole_picture() -> None:
    wide = np.zeros((10, 20, 3), np.uint8)
    found = square(wide, 40)
    assert found.shape == (40, 40, 3)
    assert (found[10:30] == 0).all()
    assert (found[:10] == 255).all()
    assert (found[30:] == 255).all()


def test_groups_stand_side_by_side() -> None:
    one = faces_sheet([face("a")])
    both = faces_sheet([face("a", "worst"), face("b", "best"), face("c", "best")])
    assert both.width == 2 * one.width
    assert both.height > one.height + TILE_SIZE
    left, right = (np.asarray(both)[:, start : start + one.width] for start in (0, one.width))
    shades = [int((half == VIOLET).all(axis=-1).sum()) for half in (left, right)]  # of the meshes
    assert shades == [2 * TILE_SIZE**2, TILE_SIZE**2]


@pytest.mark.parametrize("draw", ["curves", "stratum"])
def test_a_system_keeps_its_colour_where_others_are_missing(draw: str) -> None:
    whole = report()
    ours, theirs = whole.systems
    without = dataclasses.replace(ours, measures={"rmse": ours.measures["rmse"]})
    partial = dataclasses.replace(whole, systems=(without, theirs))
    if draw == "curves":
        picture = plot_curves(partial, summarise(partial), "nme", LIGHT)
    else:
        picture = plot_stratum(partial, summarise(partial), "yaw", "nme", LIGHT)
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).reshape(-1, 3)
    first, second = (np.array(ImageColor.getrgb(colour)) for colour in LIGHT.colours[:2])
    assert (pixels == second).all(axis=1).sum() > 100
    assert not (pixels == first).all(axis=1).any()
