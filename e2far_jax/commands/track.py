"""Arguments of `e2far track`."""

from __future__ import annotations

import argparse
from typing import Any

from e2far_jax.commands.words import NETWORK_MODEL_HELP, WEIGHTS_HELP

DESCRIPTION = """\
Follow the faces of a video and write, for each person, PERSON_1.csv (a row a frame: timecode,
expression weights by name, turn of the head), PERSON_1.glb (the head, animated) and PERSON_1.json
(who it is); overlay.mp4, the video with the meshes over it; and summary.json. A person keeps one
identity; expression and camera are smoothed without delay (docs/video.md). After a cut, everybody
is somebody new."""


def add(commands: Any) -> None:
    """Add the sub-command."""
    command = commands.add_parser(
        "track", help="the people of a video, animated", description=DESCRIPTION, allow_abbrev=False
    )
    command.add_argument("video", metavar="VIDEO", help="a file that ffmpeg reads")
    command.add_argument("--out", required=True, metavar="DIR", help="where results go")
    command.add_argument("--weights", metavar="DIR", help=WEIGHTS_HELP)
    command.add_argument("--model", metavar="SPEC", help=NETWORK_MODEL_HELP)
    command.add_argument(
        "--no_overlay", action="store_true", help="write no overlay.mp4, which takes longest"
    )
    command.set_defaults(run=_run, extra="reconstruct")


def _run(options: argparse.Namespace) -> int:
    from e2far_jax.video.command import track

    return track(options.video, options.out, options.weights, options.model, not options.no_overlay)
