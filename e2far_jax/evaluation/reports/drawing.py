"""What plots of a report have in common: colours for light and dark pages, sizes, plain texts.

Systems differ by colour, dash and marker, so that no one has to tell colours apart. The colours are
those of Okabe and Ito, "Color universal design" (2008), some of them lighter on dark pages.
"""

from __future__ import annotations

import dataclasses
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from e2far_jax.evaluation.reports.wording import printable

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (8.0, 4.6)  # inches
_LEGEND_LINE = 0.24  # inches
_RESOLUTION = 150  # pixels an inch
LONGEST = 60  # letters of a name in a legend
_DASHES = ("-", (0, (6.0, 2.0)), (0, (2.0, 1.5)), (0, (6.0, 2.0, 1.0, 2.0)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


@dataclasses.dataclass(frozen=True)
class Theme:
    """Colours of a page.

    Attributes:
      paper: behind everything.
      ink: of letters and axes.
      grid: of lines behind the data.
      colours: of systems, in turn.
    """

    paper: str
    ink: str
    grid: str
    colours: tuple[str, ...]


LIGHT = Theme(
    "#ffffff",
    "#1f2328",
    "#d8dde3",
    ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"),
)
DARK = Theme(
    "#16191d",
    "#e3e6ea",
    "#3a4048",
    ("#56b4e9", "#e69f00", "#2fbf91", "#cc79a7", "#f0e442", "#f0753b", "#ffffff"),
)


@dataclasses.dataclass(frozen=True)
class Style:
    """How one system is drawn."""

    colour: str
    dash: str | tuple[int, tuple[float, ...]]
    marker: str


def styles(theme: Theme) -> Iterator[Style]:
    """One style a system, without end; all of the first 28 differ, also without dashes."""
    for number in itertools.count():
        turn, place = divmod(number, len(theme.colours))
        dash = _DASHES[(place + turn) % len(_DASHES)]
        yield Style(theme.colours[place], dash, _MARKERS[(place + turn) % 7])


def system_styles(names: Iterable[str], theme: Theme) -> dict[str, Style]:
    """The systems' styles by their names: the same in all plots, whichever systems are in one."""
    return dict(zip(names, styles(theme), strict=False))


def new_panel(theme: Theme, title: str, across: str, up: str) -> tuple[Figure, Axes]:
    """An empty plot of the page's width in the theme's colours.

    Args:
      theme: its colours.
      title: above it.
      across: what the horizontal axis shows, with its unit.
      up: what the vertical one shows.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained", facecolor=theme.paper)
    panel = figure.subplots()
    panel.set_facecolor(theme.paper)
    panel.set_title(plain(title, 2 * LONGEST), color=theme.ink, loc="left", fontsize=12)
    panel.set_xlabel(plain(across), color=theme.ink)
    panel.set_ylabel(plain(up), color=theme.ink)
    panel.tick_params(colors=theme.ink)
    panel.spines[["top", "right"]].set_visible(False)
    panel.spines[["left", "bottom"]].set_color(theme.ink)
    panel.grid(color=theme.grid, linewidth=0.8)
    panel.set_axisbelow(True)
    return figure, panel


def add_legend(
    figure: Figure, theme: Theme, handles: Sequence[Artist], names: Sequence[str]
) -> None:
    """The systems' names below a plot, where they cover nothing."""
    columns = 1 if len(names) > 4 or max(map(len, names)) > 34 else 2
    figure.set_figheight(SIZE[1] + _LEGEND_LINE * -(-len(names) // columns))
    figure.legend(
        handles,
        [plain(name, 2 * LONGEST) for name in names],
        loc="outside lower left",
        ncols=columns,
        frameon=False,
        labelcolor=theme.ink,
    )


def plain(text: str, longest: int = LONGEST) -> str:
    """One line that matplotlib shows as it is: no formulas, no names that it takes for hidden."""
    text = shortened(printable(text), longest)
    text = f" {text}" if text.startswith("_") else text
    return text.replace("$", r"\$")


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text, or as much of it as there is room for."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def png(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_RESOLUTION)
    return file.getvalue()
