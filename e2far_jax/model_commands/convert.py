"""`e2far model convert`: any morphable model as the package's own file."""

from __future__ import annotations

from jaxtyping import Array, Bool

from e2far_jax.arguments import new_file, opened_model, whole_number
from e2far_jax.errors import UsageError
from e2far_jax.morphable.decimation import decimate
from e2far_jax.morphable.formats.npz import half_precision_error, write_npz
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.operations import crop, truncate, variance_kept

MOST = 10**7


def convert(
    spec: str,
    out: str,
    region: str | None = None,
    modes: str | None = None,
    vertices: str | None = None,
    half: bool = False,
) -> int:
    """Run the command; returns its exit status.

    Args:
      spec: as in `open_morphable_model`.
      out: the .npz file to write.
      region: the vertices to keep; None for all.
      modes: how many identity modes to keep, as the user wrote it; None for all.
      vertices: the most vertices that may be left, as the user wrote it; None for all.
      half: store bases as float16.
    Raises:
      UsageError: for a mistake in any of these.
    """
    path = new_file("", out, ".npz")
    model = _reduced(opened_model("", spec), region, modes, vertices)
    try:
        write_npz(path, model, "float16" if half else "float32")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    if half:
        error_mm = half_precision_error(model)
        print(f"float16: a coefficient of 1 misplaces a vertex by up to {error_mm:.2g} mm")
    size = path.stat().st_size / 2**20
    print(f"{model.name}, {len(model.mean):,} vertices, {size:.1f} MiB: {path}")
    return 0


def _reduced(
    model: MorphableModel, region: str | None, modes: str | None, vertices: str | None
) -> MorphableModel:
    try:
        if region is not None:
            model = crop(model, _region(model, region))
        if modes is not None:
            count = whole_number("--modes=", modes, 1, model.identity_size)
            share = variance_kept(model)[count - 1]
            print(f"{count} of {model.identity_size} identity modes hold {share:.1%} of variance")
            model = truncate(model, count)
        if vertices is not None:
            model = decimate(model, whole_number("--vertices=", vertices, 1, MOST))
    except ValueError as error:
        raise UsageError(str(error)) from error
    return model


def _region(model: MorphableModel, name: str) -> Bool[Array, "N"]:
    if name not in model.regions:
        choices = ", ".join(model.regions)
        raise UsageError(f"--region={name}: {model.name!r} has {choices}")
    return model.regions[name]
