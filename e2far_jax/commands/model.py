"""Arguments of `e2far model`."""

from __future__ import annotations

import argparse
from typing import Any

from e2far_jax.commands.words import MODEL_SPECS

GET_ICT = """\
Fetch ICT-FaceKit (MIT licence; 100 identities, 53 named expressions) at the commit that this
program knows, 133 MB, check every file that is used against its SHA-256, and store the model
converted, in millimetres, with its licence. From then on it is the morphable model `ict`. It is
kept in $E2FAR_DATA, by default ~/.local/share/e2far_jax."""

FROM_HELP = """\
download nothing: take this .tar or .zip archive, or this folder, that has FaceXModel/ in it"""

ACTIONS = {
    "info": "sizes, units, bases, names, memory and licence of a morphable model",
    "convert": "any morphable model as this package's own file, cut down if asked for",
    "sample": "random faces as meshes: .obj (mm), .glb (metres), coefficients (.json)",
    "sheet": "a labelled picture: mean face, first modes, every expression",
}


def add(commands: Any) -> None:
    """Add the sub-command."""
    model = commands.add_parser("model", help="morphable models", allow_abbrev=False)
    actions = model.add_subparsers(dest="action", metavar="ACTION", required=True)
    get = actions.add_parser("get", help="fetch a published model", allow_abbrev=False)
    models = get.add_subparsers(dest="model", metavar="MODEL", required=True)
    ict = models.add_parser(
        "ict", help="ICT-FaceKit, MIT licence", description=GET_ICT, allow_abbrev=False
    )
    source = ict.add_mutually_exclusive_group()
    source.add_argument("--from", dest="source", metavar="ARCHIVE_OR_DIR", help=FROM_HELP)
    source.add_argument(
        "--url", metavar="URL", help="fetch the archive from this address instead, as of a mirror"
    )
    ict.set_defaults(run=_get_ict, extra="reconstruct", command="model get ict")
    _add_views(actions)


def _add_views(actions: Any) -> None:
    commands = {}
    for name, text in ACTIONS.items():
        command = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
        command.add_argument("spec", metavar="SPEC", help=MODEL_SPECS)
        command.set_defaults(run=_RUNNERS[name], extra="reconstruct", command=f"model {name}")
        commands[name] = command
    convert, sample, sheet = (commands[name] for name in ("convert", "sample", "sheet"))
    convert.add_argument("out", metavar="OUT.npz", help="the file to write")
    convert.add_argument("--region", metavar="NAME", help="keep only these vertices, such as face")
    convert.add_argument("--modes", metavar="K", help="keep only the first K identity modes")
    convert.add_argument("--vertices", metavar="N", help="simplify the mesh to at most N vertices")
    convert.add_argument("--half", action="store_true", help="store bases as float16")
    sample.add_argument("--out", required=True, metavar="DIR", help="where the meshes go")
    sample.add_argument("--count", default="10", metavar="N", help="how many faces (10)")
    sample.add_argument("--seed", default="0", metavar="N", help="of all that is random (0)")
    sheet.add_argument("out", metavar="OUT.png", help="the picture to write")
    sheet.add_argument("--size", default="180", metavar="PIXELS", help="of each tile (180)")


def _info(options: argparse.Namespace) -> int:
    from e2far_jax.model_commands.info import info

    return info(options.spec)


def _convert(options: argparse.Namespace) -> int:
    from e2far_jax.model_commands.convert import convert

    return convert(
        options.spec, options.out, options.region, options.modes, options.vertices, options.half
    )


def _sample(options: argparse.Namespace) -> int:
    from e2far_jax.model_commands.sample import sample

    return sample(options.spec, options.out, options.count, options.seed)


def _sheet(options: argparse.Namespace) -> int:
    from e2far_jax.model_commands.sheet import sheet

    return sheet(options.spec, options.out, options.size)


_RUNNERS = {
    "info": _info,
    "convert": _convert,
    "sample": _sample,
    "sheet": _sheet,
}


def _get_ict(options: argparse.Namespace) -> int:
    from e2far_jax.model_commands.get_ict import get_ict

    return get_ict(options.source, options.url)
