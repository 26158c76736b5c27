"""`e2far export`: a trained network as a program, compared with JAX before it is written."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from e2far_jax.arguments import new_folder
from e2far_jax.cache import keep_compiled_programs
from e2far_jax.errors import UsageError
from e2far_jax.exporting.description import description
from e2far_jax.exporting.function import ExportError, parameter_bytes
from e2far_jax.exporting.parity import BATCHES, BOUND, Program, largest_differences
from e2far_jax.files import replacing
from e2far_jax.morphable.formats.npz import write_npz
from e2far_jax.networks import weights_folder
from e2far_jax.weights import TrainedNetwork, load_weights

FORMATS = ("onnx", "stablehlo")
LARGEST = 2**31 - 2**20  # bytes of parameters; either format's files end at 2 GiB
FAILED = 1


def export(weights: str, kind: str, out: str, model: str | None = None) -> int:
    """Run the command; returns its exit status, 1 where the program is not the same function.

    Args:
      weights: a weights folder, or the name of a network that comes with the package.
      kind: one of `FORMATS`.
      out: the folder for the files.
      model: the morphable model, if it is not where the weights say.
    Raises:
      UsageError: for a mistake in any of these.
    """
    if kind not in FORMATS:
        raise UsageError(f"--format={kind}: the choices are {', '.join(FORMATS)}")
    make, read = _exporter(kind)
    keep_compiled_programs()
    network = _opened(weights, model)
    folder = new_folder("--out=", out)
    program = make(network)
    try:
        differences = largest_differences(network, read(program))
    except ExportError as error:
        print(f"e2far export: {weights}: {error}; nothing was written", file=sys.stderr)
        return FAILED
    _write(folder, network, kind, program, differences)
    _report(folder, kind, differences)
    return 0


def _exporter(kind: str) -> tuple[Callable[[TrainedNetwork], bytes], Callable[[bytes], Program]]:
    """How a program is made, and how it is called; what that needs is imported here."""
    if kind == "onnx":
        from e2far_jax.exporting.onnx_program import onnx_function, onnx_program

        return onnx_program, onnx_function
    import flatbuffers  # noqa: F401  jax.export needs it when it writes

    from e2far_jax.exporting.stablehlo import stablehlo_function, stablehlo_program

    return stablehlo_program, stablehlo_function


def _opened(weights: str, model: str | None) -> TrainedNetwork:
    try:
        network = load_weights(weights_folder(weights), model)
    except (ValueError, OSError) as error:
        raise UsageError(" ".join(str(error).split())) from error
    if not network.network.camera:
        raise UsageError(
            f"{weights}: no camera head, so no face could be placed in a photograph; expected "
            "weights of a network with camera=True"
        )
    if parameter_bytes(network) > LARGEST:
        raise UsageError(f"{weights}: more than 2 GiB of parameters, the most that a file holds")
    return network


def _write(
    folder: Path, network: TrainedNetwork, kind: str, program: bytes, differences: dict[str, float]
) -> None:
    """The description goes first and comes last: where it is, the others are."""
    name, described, model = _files(kind)
    text = description(network, kind, name, model, differences)
    try:
        (folder / described).unlink(missing_ok=True)
        write_npz(folder / model, network.face_model)
        for path, content in (
            (folder / name, program),
            (folder / described, json.dumps(text, indent=1, allow_nan=False).encode()),
        ):
            with replacing(path) as file:
                file.write(content)
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror or error}") from error


def _report(folder: Path, kind: str, differences: dict[str, float]) -> None:
    worst = max(differences, key=lambda name: differences[name])
    sizes = ", ".join(map(str, BATCHES))
    print(
        f"compared with JAX on batches of {sizes}: largest difference {differences[worst]:.1e} "
        f"({worst}), at most {BOUND:g} allowed"
    )
    for name in _files(kind):
        print(f"{folder / name} ({(folder / name).stat().st_size / 1e3:,.0f} kB)")


def _files(kind: str) -> tuple[str, str, str]:
    """What the program, its description and its morphable model are called.

    Each format has its own three: two exports into one folder may be of different networks.
    """
    name = f"network.{kind}"
    return name, f"{name}.json", f"{name}.morphable_model.npz"
