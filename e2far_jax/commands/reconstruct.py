"""Arguments of `e2far reconstruct`."""

from __future__ import annotations

import argparse
from typing import Any

from e2far_jax.commands.words import NETWORK_MODEL_HELP, WEIGHTS_HELP

DESCRIPTION = """\
Find the faces in photographs and write, for each one, the files that --write names, called as the
photograph (NAME.json, ...), and contact sheets that show them all. A picture with several faces
gives NAME_0, NAME_1, ... Interrupted and called again, it goes on where it was."""

PHOTOGRAPHS_HELP = """\
a picture file, a folder of them (with the folders in it), or a pattern such as 'holiday/*.jpg'"""

BOXES_HELP = """\
JSON file that maps a picture's name (base name, or the path as given) to a list of
[x0, y0, x1, y1], each the tightest box around the 68 facial landmarks in pixels; the crop is the
square around its centre whose side is the box's diagonal. Pictures that it leaves out go through
face detection."""

LANDMARKS_HELP = """\
68 points of the face that is meant, for one picture a file (.pts, .txt, .npy, .json), for more a
folder with NAME.pts or another of these beside each NAME.jpg: the crop is cut around them, and the
camera is the one that fits them best; other pictures go through face detection"""

WRITE_HELP = """\
kinds of files, with commas between them, or all (json,obj,glb); docs/outputs.md lists them"""

CONFIDENCE_HELP = """\
leave out faces that the detector is less sure of, 0 to 1 (0.5); each face's .json has its score"""


def add(commands: Any) -> None:
    """Add the sub-command."""
    command = commands.add_parser(
        "reconstruct", help="photographs to 3D faces", description=DESCRIPTION, allow_abbrev=False
    )
    command.add_argument("photographs", nargs="+", metavar="PHOTO", help=PHOTOGRAPHS_HELP)
    command.add_argument("--out", required=True, metavar="DIR", help="where results go")
    command.add_argument("--weights", metavar="DIR", help=WEIGHTS_HELP)
    command.add_argument("--model", metavar="SPEC", help=NETWORK_MODEL_HELP)
    command.add_argument("--boxes", metavar="FILE.json", help=BOXES_HELP)
    command.add_argument("--landmarks", metavar="FILE_OR_DIR", help=LANDMARKS_HELP)
    command.add_argument("--write", default="json,obj,glb", metavar="KINDS", help=WRITE_HELP)
    command.add_argument("--min_confidence", default="0.5", metavar="P", help=CONFIDENCE_HELP)
    command.add_argument("--largest", action="store_true", help="of each picture the largest face")
    command.add_argument("--again", action="store_true", help="also what is done already")
    command.set_defaults(run=_run, extra="reconstruct")


def _run(options: argparse.Namespace) -> int:
    from e2far_jax.reconstruction.command import Request, reconstruct

    return reconstruct(
        Request(
            options.photographs,
            options.out,
            options.weights,
            options.model,
            options.boxes,
            options.landmarks,
            options.write,
            options.min_confidence,
            options.largest,
            options.again,
        )
    )
