"""Arguments of `e2far render`."""

from __future__ import annotations

import argparse
from typing import Any

from e2far_jax.commands.words import MODEL_SPECS

DESCRIPTION = """\
Draw a labelled sheet of pictures, to see what a network is trained on: random scenes, or with one
of the flags something else. Scene number n of a seed is the same whatever --count is."""

COUNT_HELP = """\
how many: of random scenes (36), of pictures in a row of --factors (8), of random people on the
--turntable (3)"""

KINDS = {
    "factors": "a row for each family of factors: that one at its full range, the others easy "
    "or left out; a column shows one person",
    "turntable": "shapes alone from -90 to 90 degrees: the mean face and random people, neutral "
    "and with an expression",
    "expressions": "every expression at weight 1, seen from three quarters",
}


def add(commands: Any) -> None:
    """Add the sub-command."""
    render = commands.add_parser(
        "render",
        help="pictures of random faces and scenes",
        description=DESCRIPTION,
        allow_abbrev=False,
    )
    render.add_argument("--out", required=True, metavar="SHEET.png", help="the picture to write")
    render.add_argument(
        "--model",
        default="default",
        metavar="SPEC",
        help=f"the morphable model: {MODEL_SPECS}",
    )
    render.add_argument("--count", metavar="N", help=COUNT_HELP)
    render.add_argument("--seed", default="0", metavar="N", help="of all that is random (0)")
    render.add_argument(
        "--level", metavar="0..3", help="of random scenes: from clean and easy to everything (3)"
    )
    render.add_argument("--size", default="180", metavar="PIXELS", help="of each picture (180)")
    kinds = render.add_mutually_exclusive_group()
    for kind, text in KINDS.items():
        kinds.add_argument(f"--{kind}", dest="kind", action="store_const", const=kind, help=text)
    render.set_defaults(run=_run, extra="reconstruct", kind="scenes")


def _run(options: argparse.Namespace) -> int:
    from e2far_jax.gallery.command import render

    return render(
        options.kind,
        options.model,
        options.out,
        options.count,
        options.seed,
        options.level,
        options.size,
    )
