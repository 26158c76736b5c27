"""The `e2far` command.

Every sub-command imports what it needs when it runs, so that `e2far --help` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from e2far_jax.commands import edit, export, model, reconstruct, render, serve, track
from e2far_jax.errors import UsageError

COMMANDS = (reconstruct, track, edit, serve, export, render, model)
USER_ERROR, INTERRUPTED = 2, 130


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
    for command in COMMANDS:
        command.add(commands)
    return parser
