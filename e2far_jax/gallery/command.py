"""`e2far render`: checks what the user gave, draws a sheet, says where it is."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable
from typing import TypeVar

from tqdm import tqdm

from e2far_jax.arguments import new_file, opened_model, whole_number
from e2far_jax.cache import keep_compiled_programs
from e2far_jax.errors import UsageError
from e2far_jax.gallery.scenes import family_rows, scene_tiles
from e2far_jax.gallery.sheet import Row, draw_sheet, near_square, write_sheet
from e2far_jax.gallery.turntable import YAWS, expression_names, expression_tiles, turntable_rows
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.settings import FAMILIES, SceneConfig

SIZES, SEEDS = (32, 1024), (0, 2**31 - 1)

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Request:
    """What to draw.

    Attributes:
      model: whose faces.
      count: how many pictures, pictures in a row or faces; as the kind of sheet says.
      seed: of all that is random.
      level: of difficulty.
      size: of a picture, pixels.
    """

    model: MorphableModel
    count: int
    seed: int
    level: int
    size: int


@dataclasses.dataclass(frozen=True)
class Sheet:
    """What `draw_sheet` takes."""

    rows: list[Row]
    title: str
    headings: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of sheet.

    Attributes:
      draw: makes it.
      count: the number that is drawn by default, None where it can't be chosen.
      most: the largest number.
      graded: whether it has a level.
    """

    draw: Callable[[Request], Sheet]
    count: int | None = None
    most: int = 0
    graded: bool = False


def render(
    kind: str, model: str, out: str, count: str | None, seed: str, level: str | None, size: str
) -> int:
    """Run the command; returns its exit status.

    Args:
      kind: one of `KINDS`.
      model: a morphable model's spec.
      out: the picture's path.
      count, seed, level, size: numbers as the user wrote them, None where left out.
    Raises:
      UsageError: for a mistake in any of these.
    """
    path = new_file("--out=", out, ".png")
    number = _count(kind, count)
    graded = _level(kind, level)
    pixels, start = whole_number("--size=", size, *SIZES), whole_number("--seed=", seed, *SEEDS)
    keep_compiled_programs()
    request = Request(opened_model("--model=", model), number, start, graded, pixels)
    print(f"e2far: drawing {kind}; compiling comes first", file=sys.stderr)
    sheet = KINDS[kind].draw(request)
    title = f"{request.model.name}: {sheet.title}"
    try:
        write_sheet(path, draw_sheet(sheet.rows, sheet.headings, title))
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    print(f"{title}\n{path}")
    return 0


def _scenes(request: Request) -> Sheet:
    config = SceneConfig.at_level(request.level, request.size)
    tiles = scene_tiles(request.model, config, request.seed, request.count)
    rows = near_square(_watched(tiles, request.count, "scene"))
    return Sheet(rows, f"random scenes, level {request.level}, seed {request.seed}")


def _factors(request: Request) -> Sheet:
    rows = family_rows(request.model, request.seed, request.count, request.size)
    title = f"one family of factors at a time, seed {request.seed}"
    return Sheet(_watched(rows, len(FAMILIES), "family"), title)


def _turntable(request: Request) -> Sheet:
    rows = turntable_rows(request.model, request.count, request.seed, request.size)
    title = f"mean and random faces, seed {request.seed}"
    headings = tuple(f"{yaw}°" for yaw in YAWS)
    return Sheet(_watched(rows, 2 * (request.count + 1), "row"), title, headings)


def _expressions(request: Request) -> Sheet:
    total = len(expression_names(request.model))
    tiles = expression_tiles(request.model, request.size)
    rows = near_square(_watched(tiles, total + 1, "expression"))
    return Sheet(rows, f"{total} expressions, each at weight 1")


KINDS = {
    "scenes": Kind(_scenes, count=36, most=400, graded=True),
    "factors": Kind(_factors, count=8, most=24),
    "turntable": Kind(_turntable, count=3, most=24),
    "expressions": Kind(_expressions),
}


def _watched(pictures: Iterable[T], total: int, unit: str) -> list[T]:
    """All of them, with a progress line where a person watches for more than two seconds."""
    return [*tqdm(pictures, "rendering", total, unit=unit, delay=2.0, disable=None)]


def _count(kind: str, text: str | None) -> int:
    default, most = KINDS[kind].count, KINDS[kind].most
    if default is None:
        if text is not None:
            raise UsageError(f"--count does not go with --{kind}, which shows everything")
        return 0
    return default if text is None else whole_number("--count=", text, 1, most)


def _level(kind: str, text: str | None) -> int:
    if text is not None and not KINDS[kind].graded:
        raise UsageError(f"--level does not go with --{kind}; only random scenes have a level")
    return LEVELS[-1] if text is None else whole_number("--level=", text, LEVELS[0], LEVELS[-1])
