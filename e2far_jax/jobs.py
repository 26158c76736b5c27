"""What the jobs in experiments/ share: flags for a configuration, one line for a user's mistake."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from e2far_jax.cache import keep_compiled_programs
from e2far_jax.errors import PreemptedError

PREEMPTED_STATUS = 75  # EX_TEMPFAIL of sysexits.h: "try again"


def define_folder(name: str, default: str | None, about: str) -> Any:
    """A flag that names a folder; the value is a Path, or None.

    An address such as gs://bucket/run is refused: it would quietly become a folder called "gs:".
    """
    from absl import flags

    class FolderParser(flags.ArgumentParser):
        def parse(self, argument: str | Path) -> Path:
            if "://" in str(argument):
                raise ValueError("expected a folder; mount the bucket, and name it by its path")
            return Path(argument)

    return flags.DEFINE(FolderParser(), name, default, about, serializer=flags.ArgumentSerializer())


def run(main: Callable[[], None]) -> None:
    """Parse absl's flags and run `main`; what the user did wrong ends in one line, status 1.

    A job that a scheduler asked to end ends with PREEMPTED_STATUS: start it again.

    Whoever wants to see where an error came from sets E2FAR_TRACEBACK=1.
    """
    from absl import app, logging

    # Orbax warns of its own defaults, and logs the traceback of what it raises, again and again.
    logging.set_verbosity(logging.FATAL)
    keep_compiled_programs()

    def guarded(arguments: list[str]) -> None:
        if len(arguments) > 1:
            sys.exit(f"error: unexpected argument {arguments[1]!r}; settings are --flags")
        try:
            main()
        except PreemptedError as preempted:
            print(f"{preempted}; saved: run it again to go on", file=sys.stderr)
            sys.exit(PREEMPTED_STATUS)
        except (ValueError, OSError, ArithmeticError) as error:
            if os.environ.get("E2FAR_TRACEBACK"):
                raise
            sys.exit(_one_line(error))

    app.run(guarded, flags_parser=_parse_flags)


def _parse_flags(arguments: list[str]) -> Any:
    """absl's parser; a wrong name in `--config.*` is a line with the right ones, no traceback."""
    from absl import flags

    try:
        return flags.FLAGS(arguments)
    except (flags.Error, AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        sys.exit(_unknown_setting(arguments) or _one_line(error))


def _unknown_setting(arguments: Sequence[str]) -> str | None:
    """What to say of the first `--config.NAME` that the configuration does not have, if any."""
    from ml_collections import ConfigDict

    files = [text.partition("=")[2] for text in arguments if text.startswith("--config=")]
    path, *stage = files[-1].split(":", 1) if files else ("",)
    if not os.path.isfile(path):
        return None
    try:
        config = runpy.run_path(path)["get_config"](*stage)
    except ValueError as error:
        return _one_line(error)
    for text in arguments:
        if text.startswith("--config."):
            part, names = config, []
            for name in text.partition("=")[0].split(".")[1:]:
                names.append(name)
                if not isinstance(part, ConfigDict) or name not in part:
                    choices = ", ".join(part) if isinstance(part, ConfigDict) else "none below it"
                    return f"error: no setting {'.'.join(names)}; the choices are {choices}"
                part = part[name]
    return None


def _one_line(error: Exception) -> str:
    """The innermost message on one line; ml_collections wraps its errors in one another."""
    while error.args and isinstance(error.args[0], Exception):
        error = error.args[0]
    message = error.args[0] if isinstance(error, KeyError) and error.args else error
    if isinstance(error, OSError) and error.filename is not None:
        message = f"{error.filename}: {error.strerror}"
    return f"error: {' '.join(str(message).split())}"
