"""The `e2far` command.

Every sub-command imports what it needs when it runs, so that `e2far --help` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from e2far_jax.errors import UsageError

USER_ERROR, INTERRUPTED = 2, 130

RECONSTRUCT = """\
Find the faces in photographs and write, for each one, NAME.json (coefficients, camera, landmarks),
NAME.obj (mm) and NAME.glb (metres), and one contact_sheet.png that shows them all. A picture with
several faces gives NAME_0, NAME_1, ..."""

MODEL_SPECS = "default, ict, a model's file, or KIND:FILE (docs/morphable_models.md)"

WEIGHTS_HELP = """\
a trained network's folder; by default the network that comes with the package for the face model"""

RECONSTRUCT_MODEL_HELP = f"""\
the face model: {MODEL_SPECS}. By default where --weights says; without --weights, ict once `e2far
model get ict` has stored it, before that default"""

BOXES_HELP = """\
JSON file that maps a picture's name (base name, or the path as given) to a list of
[x0, y0, x1, y1], each the tightest box around the 68 facial landmarks in pixels; the crop is the
square around its centre whose side is the box's diagonal. Pictures that it leaves out go through
face detection."""

RENDER = """\
Draw a labelled sheet of pictures, to see what a network is trained on: random scenes, or with one
of the flags something else. Scene number n of a seed is the same whatever --count is."""

COUNT_HELP = """\
how many: of random scenes (36), of pictures in a row of --factors (8), of random people on the
--turntable (3)"""

GET_ICT = """\
Fetch ICT-FaceKit (MIT licence; 100 identities, 53 named expressions) at the commit that this
program knows, 133 MB, check every file that is used against its SHA-256, and store the model
converted, in millimetres, with its licence. From then on it is the morphable model `ict`. It is
kept in $E2FAR_DATA, by default ~/.local/share/e2far_jax."""

FROM_HELP = """\
download nothing: take this .tar or .zip archive, or this folder, that has FaceXModel/ in it"""

MODEL_ACTIONS = {
    "info": "sizes, units, bases, names, memory and licence of a morphable model",
    "convert": "any morphable model as this package's own file, cut down if asked for",
    "sample": "random faces as meshes: .obj (mm), .glb (metres), coefficients (.json)",
    "sheet": "a labelled picture: mean face, first modes, every expression",
}

KINDS = {
    "factors": "a row for each family of factors: that one at its full range, the others easy "
    "or left out; a column shows one person",
    "turntable": "shapes alone from -90 to 90 degrees: the mean face and random people, neutral "
    "and with an expression",
    "expressions": "every expression at weight 1, seen from three quarters",
}


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
    _add_reconstruct(commands)
    _add_render(commands)
    _add_model(commands)
    return parser


def _add_reconstruct(commands: Any) -> None:
    reconstruct = commands.add_parser(
        "reconstruct",
        help="photographs to 3D faces",
        description=RECONSTRUCT,
        allow_abbrev=False,
    )
    reconstruct.add_argument("photographs", nargs="+", metavar="PHOTO", help="a picture file")
    reconstruct.add_argument("--out", required=True, metavar="DIR", help="where results go")
    reconstruct.add_argument("--weights", metavar="DIR", help=WEIGHTS_HELP)
    reconstruct.add_argument("--boxes", metavar="FILE.json", help=BOXES_HELP)
    reconstruct.add_argument("--model", metavar="SPEC", help=RECONSTRUCT_MODEL_HELP)
    reconstruct.set_defaults(run=_reconstruct, extra="reconstruct")


def _add_render(commands: Any) -> None:
    render = commands.add_parser(
        "render",
        help="pictures of random faces and scenes",
        description=RENDER,
        allow_abbrev=False,
    )
    render.add_argument("--out", required=True, metavar="SHEET.png", help="the picture to write")
    render.add_argument(
        "--model",
        default="default",
        metavar="SPEC",
        help=f"the morphable model: {MODEL_SPECS}",
    )
    render.add_argument("--count", metavar="N", help=COUNT_HELP)
    render.add_argument("--seed", default="0", metavar="N", help="of all that is random (0)")
    render.add_argument(
        "--level", metavar="0..3", help="of random scenes: from clean and easy to everything (3)"
    )
    render.add_argument("--size", default="180", metavar="PIXELS", help="of each picture (180)")
    kinds = render.add_mutually_exclusive_group()
    for kind, text in KINDS.items():
        kinds.add_argument(f"--{kind}", dest="kind", action="store_const", const=kind, help=text)
    render.set_defaults(run=_render, extra="reconstruct", kind="scenes")


def _add_model(commands: Any) -> None:
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
    _add_model_views(actions)


def _add_model_views(actions: Any) -> None:
    commands = {}
    for name, text in MODEL_ACTIONS.items():
        command = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
        command.add_argument("spec", metavar="SPEC", help=MODEL_SPECS)
        command.set_defaults(run=_MODEL_RUNNERS[name], extra="reconstruct", command=f"model {name}")
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


def _reconstruct(options: argparse.Namespace) -> int:
    from e2far_jax.reconstruction.command import reconstruct

    return reconstruct(
        options.photographs, options.out, options.weights, options.boxes, options.model
    )


def _render(options: argparse.Namespace) -> int:
    from e2far_jax.gallery.command import render

    return render(
        options.kind,
        options.model,
        options.out,
        options.count,
        options.seed,
        options.level,
        options.size,
    )


def _model_info(options: argparse.Namespace) -> int:
    from e2far_jax.model_commands.info import info

    return info(options.spec)


def _model_convert(options: argparse.Namespace) -> int:
    from e2far_jax.model_commands.convert import convert

    return convert(
        options.spec, options.out, options.region, options.modes, options.vertices, options.half
    )


def _model_sample(options: argparse.Namespace) -> int:
    from e2far_jax.model_commands.sample import sample

    return sample(options.spec, options.out, options.count, options.seed)


def _model_sheet(options: argparse.Namespace) -> int:
    from e2far_jax.model_commands.sheet import sheet

    return sheet(options.spec, options.out, options.size)


_MODEL_RUNNERS = {
    "info": _model_info,
    "convert": _model_convert,
    "sample": _model_sample,
    "sheet": _model_sheet,
}


def _get_ict(options: argparse.Namespace) -> int:
    from e2far_jax.model_commands.get_ict import get_ict

    return get_ict(options.source, options.url)
