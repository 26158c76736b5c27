"""Arguments of `e2far serve`."""

from __future__ import annotations

import argparse
from typing import Any

from e2far_jax.commands.words import NETWORK_MODEL_HELP, WEIGHTS_HELP

DESCRIPTION = """\
A page in the browser, from this machine: drop a picture or use the camera, and see the face from
all sides, with its files to download. Nothing is kept and nothing goes to the network."""

HOST_HELP = """\
where to listen (127.0.0.1: this machine only); another address lets other machines use it too"""

NAME_HELP = """\
a host name under which a proxy of yours offers the page; may be given more than once"""


def add(commands: Any) -> None:
    """Add the sub-command."""
    command = commands.add_parser(
        "serve", help="a local page to try it on", description=DESCRIPTION, allow_abbrev=False
    )
    command.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help=HOST_HELP)
    command.add_argument(
        "--port", default="8000", metavar="N", help="where to listen (8000); 0 takes a free one"
    )
    command.add_argument("--name", action="append", default=[], metavar="HOST", help=NAME_HELP)
    command.add_argument("--weights", metavar="DIR", help=WEIGHTS_HELP)
    command.add_argument("--model", metavar="SPEC", help=NETWORK_MODEL_HELP)
    command.set_defaults(run=_run, extra="serve")


def _run(options: argparse.Namespace) -> int:
    from e2far_jax.server.serving import serve

    return serve(options.host, options.port, options.weights, options.model, options.name)
