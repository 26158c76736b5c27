"""`e2far model sheet`: a picture of everything that a morphable model can do."""

from __future__ import annotations

import sys

from tqdm import tqdm

from e2far_jax.arguments import new_file, opened_model, whole_number
from e2far_jax.cache import keep_compiled_programs
from e2far_jax.errors import UsageError
from e2far_jax.gallery.model_sheet import model_rows, row_count
from e2far_jax.gallery.sheet import draw_sheet, write_sheet

SIZES = (32, 1024)


def sheet(spec: str, out: str, size: str) -> int:
    """Run the command; returns its exit status.

    Args:
      spec: as in `open_morphable_model`.
      out: the .png file to write.
      size: of a picture, pixels, as the user wrote it.
    Raises:
      UsageError: for a mistake in any of these.
    """
    path, pixels = new_file("", out, ".png"), whole_number("--size=", size, *SIZES)
    keep_compiled_programs()
    model = opened_model("", spec)
    print("e2far: drawing; compiling comes first", file=sys.stderr)
    rows = model_rows(model, pixels)
    total = row_count(model)
    shown = [*tqdm(rows, "rendering", total, unit="row", delay=2.0, disable=None)]
    title = f"{model.name}: {len(model.mean):,} vertices, {model.identity_size} identity modes"
    try:
        write_sheet(path, draw_sheet(shown, title=title))
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    print(f"{title}\n{path}")
    return 0
