"""What the jobs in experiments/ share: flags for a configuration, one line for a user's mistake."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from e2far_jax.cache import keep_compiled_programs


def run(main: Callable[[], None]) -> None:
    """Parse absl's flags and run `main`; what the user did wrong ends in one line, status 1.

    Whoever wants to see where an error came from sets E2FAR_TRACEBACK=1.
    """
    from absl import app, logging

    logging.set_verbosity(logging.WARNING)  # Orbax tells of every checkpoint's settings
    keep_compiled_programs()

    def guarded(arguments: list[str]) -> None:
        if len(arguments) > 1:
            sys.exit(f"error: unexpected argument {arguments[1]!r}; settings are --flags")
        try:
            main()
        except (ValueError, OSError, ArithmeticError) as error:
            if os.environ.get("E2FAR_TRACEBACK"):
                raise
            sys.exit(_one_line(error))

    app.run(guarded, flags_parser=_parse_flags)


def _parse_flags(arguments: list[str]) -> Any:
    """absl's parser; a wrong name in `--config.*` is a line too, not a traceback."""
    from absl import flags

    try:
        return flags.FLAGS(arguments)
    except (flags.Error, AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        sys.exit(_one_line(error))


def _one_line(error: Exception) -> str:
    """The innermost message on one line; ml_collections wraps its errors in one another."""
    while error.args and isinstance(error.args[0], Exception):
        error = error.args[0]
    message = error.args[0] if isinstance(error, KeyError) and error.args else error
    if isinstance(error, OSError) and error.filename is not None:
        message = f"{error.filename}: {error.strerror}"
    return f"error: {' '.join(str(message).split())}"
