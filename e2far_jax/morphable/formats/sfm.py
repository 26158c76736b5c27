"""The Surrey Face Model, in the binary files of the eos library (versions 1 to 4).

Huber, Hu, Tena et al., "A multiresolution 3D morphable face model and fitting framework", VISAPP
2016. A file holds an orthonormal basis and variances, S = mean + B (sqrt(variance) z), in
millimetres; v of its texture coordinates points down. Expressions are blendshapes, in a file of
their own for version 1, or a second basis.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.morphable.formats.cereal import BinaryArchive
from e2far_jax.morphable.formats.outlines import lips_and_brows
from e2far_jax.morphable.formats.sfm_landmarks import sfm_landmarks
from e2far_jax.morphable.formats.validation import checked_model
from e2far_jax.morphable.model import MorphableModel

VERSIONS = range(1, 5)

# The fewest bytes of an item: a text's length, and a matrix's size or a number.
_SMALLEST_BLENDSHAPE, _SMALLEST_DEFINITION = 16, 12


@dataclasses.dataclass(frozen=True)
class _LinearModel:
    """A mean and a basis that is scaled to one standard deviation, mm; its triangles."""

    mean: Float[np.ndarray, "N 3"]
    basis: Float[np.ndarray, "N 3 K"]
    triangles: Int[np.ndarray, "F 3"]


@dataclasses.dataclass(frozen=True)
class _Expressions:
    """A basis in mm, what zero coefficients add to the face, the coefficients' names and prior."""

    basis: Float[np.ndarray, "N 3 E"]
    offset: Float[np.ndarray, "N 3"] | None = None
    names: tuple[str, ...] = ()
    prior: str = "unit"


@np.errstate(all="ignore")  # numbers that are not finite are found when all is there
def read_sfm(
    path: str | os.PathLike[str], expressions: str | os.PathLike[str] | None = None
) -> MorphableModel:
    """Read the shape model and its expressions.

    Args:
      path: the model, such as `sfm_shape_3448.bin`.
      expressions: a file of blendshapes. By default those that the model's file holds, or else
        `expression_blendshapes_N.bin` beside it, where N is the number of vertices; a model with
        neither has no expressions.
    Returns:
      The model: identities are whitened, blendshapes weights in 0..1. Where the expressions are a
      basis with a mean of their own, that is part of the model's mean.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: where one of them is damaged, or something else.
    """
    archive = BinaryArchive(path, _content(path))
    version = archive.integer("version", "<u4")
    if version not in VERSIONS:
        raise archive.wrong(
            "version", f"is {version}; this program reads {VERSIONS[0]} to {VERSIONS[-1]}"
        )
    shape = _linear_model(archive, "shape")
    _linear_model(archive, "colour")
    own = _expressions(archive, len(shape.mean)) if version >= 2 else None
    definitions = _definitions(archive) if version >= 3 else {}
    texture = _texture(archive, shape, version)
    archive.finish()
    landmarks = _landmarks(archive, definitions, len(shape.mean))
    moves = _chosen(path, expressions, own, len(shape.mean))
    mean = shape.mean if moves.offset is None else shape.mean + moves.offset
    return checked_model(
        path,
        mean=mean,
        identity_basis=shape.basis,
        expression_basis=moves.basis,
        triangles=shape.triangles,
        landmarks=landmarks,
        regions={"face": np.ones(len(mean), bool), **lips_and_brows(mean, landmarks)},
        name="Surrey Face Model",
        licence="free for non-commercial use, University of Surrey",
        expression_names=moves.names,
        expression_prior=moves.prior,
        **texture,
    )


def read_blendshapes(path: str | os.PathLike[str], vertices: int) -> _Expressions:
    """Read a file of blendshapes.

    Args:
      path: such as `expression_blendshapes_3448.bin`.
      vertices: how many the model has.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: where it is damaged, or of another model.
    """
    archive = BinaryArchive(path, _content(path))
    found = _blendshapes(archive, vertices)
    archive.finish()
    return found


def _content(path: str | os.PathLike[str]) -> bytes:
    if not os.path.isfile(path):
        raise FileNotFoundError(f"no such model file: {path}")
    return pathlib.Path(path).read_bytes()


def _linear_model(archive: BinaryArchive, name: str) -> _LinearModel:
    mean = archive.matrix(f"{name} mean")
    basis = archive.matrix(f"{name} basis")
    variances = archive.matrix(f"{name} variances")
    triangles = archive.triples(f"{name} triangles")
    modes = basis.shape[1]
    if mean.shape[1] != 1 or len(mean) % 3:
        raise archive.wrong(f"{name} mean", f"has shape {mean.shape}, expected (3 N, 1)")
    if len(basis) != len(mean):
        raise archive.wrong(f"{name} basis", f"has {len(basis)} rows for a mean of {len(mean)}")
    if variances.shape != (modes, 1):
        raise archive.wrong(f"{name} variances", f"has shape {variances.shape}, not ({modes}, 1)")
    if not (np.isfinite(variances) & (variances >= 0.0)).all():
        raise archive.wrong(f"{name} variances", "some are negative or not finite")
    scaled = (basis * np.sqrt(variances[:, 0])).reshape(len(mean) // 3, 3, modes)
    return _LinearModel(mean.reshape(-1, 3), scaled, triangles)


def _expressions(archive: BinaryArchive, vertices: int) -> _Expressions | None:
    """What versions 2 and later may hold: nothing, a second basis, or blendshapes."""
    if archive.flag("expressions: absent"):
        return None
    kind = archive.integer("expressions: kind", "<i4")
    if kind == 1:
        return _blendshapes(archive, vertices)
    if kind != 0:
        raise archive.wrong("expressions: kind", f"is {kind}, expected 0 (basis) or 1 (shapes)")
    basis = _linear_model(archive, "expression")
    if len(basis.mean) != vertices:
        raise archive.wrong("expression mean", f"has {len(basis.mean)} of {vertices} vertices")
    return _Expressions(basis.basis, basis.mean, prior="normal")


def _blendshapes(archive: BinaryArchive, vertices: int) -> _Expressions:
    names, columns = [], []
    for number in range(archive.count("blendshapes", _SMALLEST_BLENDSHAPE)):
        names.append(archive.text(f"name of blendshape {number}"))
        column = archive.matrix(f"blendshape {names[-1]!r}")
        if column.shape != (3 * vertices, 1):
            raise archive.wrong(
                f"blendshape {names[-1]!r}",
                f"has shape {column.shape}, expected ({3 * vertices}, 1)",
            )
        columns.append(column.reshape(vertices, 3))
    basis = np.stack(columns, axis=-1) if columns else np.zeros((vertices, 3, 0), np.float32)
    return _Expressions(basis, names=tuple(names))


def _definitions(archive: BinaryArchive) -> dict[str, int]:
    """What versions 3 and later may hold: names of vertices."""
    if archive.flag("landmarks: absent"):
        return {}
    return {
        archive.text(f"name of landmark {number}"): archive.integer(f"landmark {number}", "<i4")
        for number in range(archive.count("landmarks", _SMALLEST_DEFINITION))
    }


def _texture(archive: BinaryArchive, shape: _LinearModel, version: int) -> dict[str, np.ndarray]:
    """Texture coordinates, v up, and their triangles: the face's own up to version 3."""
    coordinates = archive.pairs("texture coordinates")
    triangles = archive.triples("texture triangles") if version >= 4 else np.zeros((0, 3), int)
    if not len(coordinates):
        return {}
    if not len(triangles):
        triangles = shape.triangles
        if len(coordinates) != len(shape.mean):
            raise archive.wrong(
                "texture coordinates", f"{len(coordinates)} for {len(shape.mean)} vertices"
            )
    upward = (coordinates * [1.0, -1.0] + [0.0, 1.0]).astype(np.float32)
    return {"texture_coordinates": upward, "texture_triangles": triangles}


def _landmarks(
    archive: BinaryArchive, definitions: dict[str, int], vertices: int
) -> Int[np.ndarray, "68"]:
    landmarks = sfm_landmarks(definitions)
    if not 0 <= landmarks.min() <= landmarks.max() < vertices:
        raise archive.wrong(
            "landmarks",
            f"are vertices {landmarks.min()} to {landmarks.max()} of {vertices}; known are those "
            "of the model of 3448 vertices, and what a file itself defines as 1 to 68",
        )
    return landmarks


def _chosen(
    path: str | os.PathLike[str],
    given: str | os.PathLike[str] | None,
    own: _Expressions | None,
    vertices: int,
) -> _Expressions:
    """The expressions that were asked for, the file's own, those beside it, or none."""
    beside = pathlib.Path(path).parent / f"expression_blendshapes_{vertices}.bin"
    if given is None and own is None and beside.is_file():
        given = beside
    if given is not None:
        return read_blendshapes(given, vertices)
    return own or _Expressions(np.zeros((vertices, 3, 0), np.float32))
