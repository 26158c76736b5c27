"""Arguments of `e2far edit`."""

from __future__ import annotations

import argparse
from typing import Any

from e2far_jax.commands.words import MODEL_SPECS

DESCRIPTION = """\
Give a reconstructed face another expression, another person's shape, or another's motion, and write
its files again, with a picture of before and after."""

EXPRESSION_HELP = """\
NAME=NUMBER with commas between: expressions of the face's model, or what both sides of one are
called (smile=0.8 sets mouthSmileLeft and mouthSmileRight); those not named stay, after 'neutral'
they are 0"""

EXPRESSION_FROM_HELP = """\
another face, whose expression is taken over by its names; or a table of `e2far track`, whose motion
is: the .glb is then animated"""

OUT_HELP = "folder and stem of the results: edited/anna gives edited/anna.json and so on"


def add(commands: Any) -> None:
    """Add the sub-command."""
    command = commands.add_parser(
        "edit", help="other expressions, other shapes", description=DESCRIPTION, allow_abbrev=False
    )
    command.add_argument("face", metavar="FACE.json", help="of `e2far reconstruct` or track")
    command.add_argument("--out", required=True, metavar="STEM", help=OUT_HELP)
    command.add_argument("--expression", metavar="NAME=NUMBER,...", help=EXPRESSION_HELP)
    command.add_argument(
        "--expression-from", metavar="FACE.json|CLIP.csv", help=EXPRESSION_FROM_HELP
    )
    command.add_argument(
        "--identity-from", metavar="FACE.json", help="another face, whose neutral shape is taken"
    )
    command.add_argument(
        "--write", default="json,obj,glb", metavar="KINDS", help="kinds of files (json,obj,glb)"
    )
    command.add_argument(
        "--model", metavar="SPEC", help=f"where the faces' model is now: {MODEL_SPECS}"
    )
    command.set_defaults(run=_run, extra="reconstruct")


def _run(options: argparse.Namespace) -> int:
    from e2far_jax.editing.command import Request, edit

    return edit(
        Request(
            options.face,
            options.out,
            options.expression,
            options.expression_from,
            options.identity_from,
            options.write,
            options.model,
        )
    )
