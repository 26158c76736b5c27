"""The `e2far` command.

Every sub-command imports what it needs when it runs, so that `e2far --help` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from e2far_jax.reconstruction.errors import UsageError

USER_ERROR, INTERRUPTED = 2, 130

RECONSTRUCT = """\
Find the faces in photographs and write, for each one, NAME.json (coefficients, camera, landmarks),
NAME.obj (mm) and NAME.glb (metres), and one contact_sheet.png that shows them all. A picture with
several faces gives NAME_0, NAME_1, ..."""

BOXES_HELP = """\
JSON file that maps a picture's name (base name, or the path as given) to a list of
[x0, y0, x1, y1], each the tightest box around the 68 facial landmarks in pixels; the crop is the
square around its centre whose side is the box's diagonal. Pictures that it leaves out go through
face detection."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status.

    Args:
      arguments: the command line without the program's name; None takes it from `sys.argv`.
    Returns:
      0 for success, 1 where some input failed, 2 for a mistake in the call.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except UsageError as error:
        print(f"e2far {options.command}: {error}", file=sys.stderr)
        return USER_ERROR
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("e2far_jax"):
            raise
        needed = f"needs the package {error.name}: pip install 'e2far-jax[{options.extra}]'"
        print(f"e2far {options.command}: {needed}", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        print(f"e2far {options.command}: interrupted", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="e2far", description="3D faces from single photographs.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    reconstruct = commands.add_parser(
        "reconstruct",
        help="photographs to 3D faces",
        description=RECONSTRUCT,
        allow_abbrev=False,
    )
    reconstruct.add_argument("photographs", nargs="+", metavar="PHOTO", help="a picture file")
    reconstruct.add_argument("--out", required=True, metavar="DIR", help="where results go")
    reconstruct.add_argument("--weights", metavar="DIR", help="a trained network's folder")
    reconstruct.add_argument("--boxes", metavar="FILE.json", help=BOXES_HELP)
    reconstruct.add_argument(
        "--model",
        metavar="SPEC",
        help="the morphable model, where it is not where the weights expect it: "
        "default, ict:PATH or a .npz file",
    )
    reconstruct.set_defaults(run=_reconstruct, extra="reconstruct")
    return parser


def _reconstruct(options: argparse.Namespace) -> int:
    from e2far_jax.reconstruction.command import reconstruct

    return reconstruct(
        options.photographs, options.out, options.weights, options.boxes, options.model
    )
