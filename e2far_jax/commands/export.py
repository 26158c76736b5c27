"""Arguments of `e2far export`."""

from __future__ import annotations

import argparse
from typing import Any

from e2far_jax.commands.words import MODEL_SPECS

DESCRIPTION = """\
Write a trained network as a program that runs elsewhere, for batches of any size, with its
normalisation and parameters inside; beside it a .json that says what goes in and what comes out,
and the morphable model as plain arrays. The program is compared with JAX before it is written."""

WEIGHTS_HELP = """\
a trained network's folder, or one that comes with the package: default, ict"""

FORMAT_HELP = """\
onnx, for ONNX Runtime and whatever else reads ONNX; stablehlo, for JAX (jax.export.deserialize) on
CPUs, NVIDIA GPUs and TPUs"""

MODEL_HELP = f"the face model, if it is not where the weights say: {MODEL_SPECS}"


def add(commands: Any) -> None:
    """Add the sub-command."""
    command = commands.add_parser(
        "export",
        help="a trained network for ONNX Runtime or StableHLO",
        description=DESCRIPTION,
        allow_abbrev=False,
    )
    command.add_argument("weights", metavar="WEIGHTS", help=WEIGHTS_HELP)
    command.add_argument("--format", required=True, metavar="onnx|stablehlo", help=FORMAT_HELP)
    command.add_argument("--out", required=True, metavar="DIR", help="where the files go")
    command.add_argument("--model", metavar="SPEC", help=MODEL_HELP)
    command.set_defaults(run=_run, extra="export")


def _run(options: argparse.Namespace) -> int:
    from e2far_jax.exporting.command import export

    return export(options.weights, options.format, options.out, options.model)
