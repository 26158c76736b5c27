"""What plates make: a hand, a cup, a microphone, a telephone, paper, a scarf, strands of hair.

Millimetres, x pointing from where the thing is held into the face, y across. Sizes are those of
ordinary things (ours).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from e2far_jax.rendering.plates import EMPTY, PLATES, Plates

THINGS = ("hand", "cup", "microphone", "phone", "paper", "scarf", "strands")
_Number = Float[Array, ""] | float
_Colour = tuple[_Number, _Number, _Number]
_Plate = tuple[_Number, ...]
_QUARTER = math.pi / 2.0

# Places: two landmarks to take the mean of, and from where things come there, right and up.
_MOUTH, _CHIN, _RIGHT_CHEEK, _LEFT_CHEEK = (62, 66), (8, 57), (2, 31), (14, 35)
_RIGHT_EYE, _LEFT_EYE, _FOREHEAD = (37, 19), (44, 24), (21, 22)
_BELOW, _LOW_LEFT, _LOW_RIGHT = (0.0, -1.0), (-0.7, -0.7), (0.7, -0.7)
_LEFT, _RIGHT, _ABOVE = (-1.0, -0.1), (1.0, -0.1), (0.0, 1.0)
_PLACES = {
    "hand": (
        (_MOUTH, _BELOW),
        (_CHIN, _LOW_LEFT),
        (_RIGHT_CHEEK, _LOW_LEFT),
        (_LEFT_CHEEK, _LOW_RIGHT),
        (_FOREHEAD, _LEFT),
        (_LEFT_EYE, _RIGHT),
    ),
    "cup": ((_MOUTH, _BELOW),) * 6,
    "microphone": ((_CHIN, _BELOW), (_MOUTH, _LOW_LEFT), (_MOUTH, _LOW_RIGHT)) * 2,
    "phone": (
        (_RIGHT_CHEEK, _BELOW),
        (_LEFT_CHEEK, _BELOW),
        (_MOUTH, _BELOW),
        (_RIGHT_EYE, _LOW_LEFT),
        (_LEFT_EYE, _LOW_RIGHT),
        (_CHIN, _BELOW),
    ),
    "paper": ((_CHIN, _BELOW), (_MOUTH, _BELOW)) * 3,
    "scarf": ((_CHIN, _BELOW), (_MOUTH, _BELOW), (_CHIN, _BELOW)) * 2,
    "strands": ((_FOREHEAD, _ABOVE), (_RIGHT_EYE, _ABOVE), (_LEFT_EYE, _ABOVE)) * 2,
}


def random_things(
    numbers: Float[Array, "60"],
    kind: Int[Array, ""],
    landmarks: Float[Array, "68 2"],
    skin_colour: Float[Array, "3"],
) -> tuple[Plates, Float[Array, "2"], Float[Array, "2"]]:
    """One thing, and where it goes.

    Args:
      numbers: uniform in [0, 1].
      kind: index into `THINGS`.
      landmarks: of the face, pixels.
      skin_colour: of hands, display RGB.
    Returns:
      The plates in mm; in the picture, the direction in which things point, and where their
      origin goes.
    """
    makers = (_hand, _cup, _microphone, _phone, _paper, _scarf, _strands)
    skin = tuple(skin_colour)
    rows = jnp.stack([maker(numbers[4:], skin) for maker in makers])[kind]
    angles = rows[:, 2:3]
    rows = jnp.concatenate([rows[:, :2], jnp.cos(angles), jnp.sin(angles), rows[:, 3:]], axis=-1)
    sizes = (2, 2, 2, 1, 1, 1, 1, 1, 3, 1, 1, 1, 1)  # of the fields of Plates
    starts = [sum(sizes[:field]) for field in range(len(sizes))]
    fields = (
        rows[:, start] if size == 1 else rows[:, start : start + size]
        for start, size in zip(starts, sizes, strict=True)
    )
    return Plates(*fields), *_place(numbers[:4], kind, landmarks)


def _place(
    numbers: Float[Array, "4"], kind: Int[Array, ""], landmarks: Float[Array, "68 2"]
) -> tuple[Float[Array, "2"], Float[Array, "2"]]:
    option = jnp.floor(6.0 * numbers[0]).astype(jnp.int32)
    marks = jnp.array([[mark for mark, _ in _PLACES[thing]] for thing in THINGS])[kind, option]
    come = jnp.array([[side for _, side in _PLACES[thing]] for thing in THINGS])[kind, option]
    up = landmarks[27] - landmarks[8]
    up = up / jnp.maximum(jnp.linalg.norm(up), 1e-3)
    right = jnp.stack([-up[1], up[0]])
    turn = 0.7 * (numbers[1] - 0.5)
    towards = -(come[0] * right + come[1] * up)
    towards = towards / jnp.linalg.norm(towards)
    towards = jnp.cos(turn) * towards + jnp.sin(turn) * jnp.stack([-towards[1], towards[0]])
    shift = 0.1 * (2.0 * numbers[2:4] - 1.0) * jnp.linalg.norm(landmarks[27] - landmarks[8])
    return towards, landmarks[marks].mean(axis=0) + shift


def _hand(numbers: Float[Array, "56"], skin: _Colour) -> Float[Array, "P K"]:
    """The back of a hand with its fingers and sleeve."""
    side = jnp.where(numbers[0] < 0.5, -1.0, 1.0)
    spread, curl, reach = 0.2 * numbers[1] ** 2, 1.0 - 0.35 * numbers[2], 10.0 + 30.0 * numbers[3]
    knuckles = reach - 80.0 * curl
    rows = [
        _plate(
            knuckles - 190.0, 0.0, 105.0, 40.0, 0.0, _colour(numbers[4:8]), edge=34.0, lines=0.1
        ),
        _plate(knuckles - 42.0, 0.0, 55.0, 40.0, 0.0, skin, corner=30.0, edge=24.0, taper=0.08),
        _finger(knuckles - 22.0, 44.0 * side, 36.0, 11.0, 0.55 * side, skin, bend=-5.0 * side),
    ]
    for index, length in enumerate((72.0, 82.0, 78.0, 62.0)):
        offset = (index - 1.5) * side
        angle = spread * offset + 0.08 * (numbers[8 + index] - 0.5)
        half = 0.5 * length * curl + 6.0
        middle = knuckles - 6.0 + half * jnp.cos(angle)
        across = 18.5 * offset + half * jnp.sin(angle)
        rows.append(_finger(middle, across, half, 9.2 - 0.5 * index, angle, skin))
    return _table(rows)


def _cup(numbers: Float[Array, "56"], skin: _Colour) -> Float[Array, "P K"]:
    """A cup with the fingers around it."""
    look, wide = numbers[4:8], 32.0 + 12.0 * numbers[1]
    long = 40.0 + 20.0 * numbers[2]
    body = _plate(
        -long,
        0.0,
        long,
        wide,
        0.0,
        _colour(look),
        corner=9.0,
        edge=2.0,
        taper=0.12,
        barrel=0.9,
        shine=0.2,
    )
    rim = _plate(0.0, 0.0, 8.0, 1.12 * wide, 0.0, _colour(look, 0.75, 0.25), corner=8.0, edge=2.0)
    inside = _plate(0.0, 0.0, 5.5, 1.05 * wide, 0.0, _colour(look, 0.35), corner=5.5, edge=1.0)
    return _table([body, rim, inside, *_grip(numbers, skin, -0.55 * long, wide)])


def _microphone(numbers: Float[Array, "56"], skin: _Colour) -> Float[Array, "P K"]:
    """A ball of wire on a handle, and the fist around it."""
    black, wire = _colour(numbers[4:8], 0.3), (0.3 + 0.3 * numbers[8],) * 3
    handle = _plate(-95.0, 0.0, 85.0, 12.0, 0.0, black, edge=2.0, taper=0.3, barrel=0.9, shine=0.3)
    head = _plate(0.0, 0.0, 27.0, 25.0, 0.0, wire, edge=25.0, lines=0.45, period=4.5, shine=0.3)
    ring = _plate(-22.0, 0.0, 5.0, 19.0, 0.0, wire, corner=3.0, edge=1.0, barrel=0.9)
    return _table([handle, head, ring, *_grip(numbers, skin, -85.0, 13.0)])


def _phone(numbers: Float[Array, "56"], skin: _Colour) -> Float[Array, "P K"]:
    """The back of a telephone, its lens, and the fingers that hold it."""
    look, bright = numbers[4:8], jnp.where(numbers[8] < 0.6, 0.15, 1.0)
    side = jnp.where(numbers[9] < 0.5, -1.0, 1.0)
    body = _plate(
        -30.0, 0.0, 74.0, 37.0, 0.0, _colour(look, bright), corner=9.0, edge=3.0, shine=0.25
    )
    mount = _plate(
        22.0, 16.0 * side, 15.0, 13.0, 0.0, _colour(look, 0.7 * bright), corner=6.0, edge=2.0
    )
    lens = _plate(22.0, 16.0 * side, 7.0, 7.0, 0.0, (0.06, 0.06, 0.06), edge=5.0, shine=0.8)
    return _table([body, mount, lens, *_grip(numbers, skin, -40.0, 37.0)])


def _paper(numbers: Float[Array, "56"], skin: _Colour) -> Float[Array, "P K"]:
    """A printed sheet, or a book's cover, and two thumbs."""
    printed = numbers[8] < 0.6
    colour = _colour(numbers[4:8], jnp.where(printed, 0.1, 1.0), jnp.where(printed, 0.9, 0.0))
    wide = 60.0 + 30.0 * numbers[1]
    sheet = _plate(
        -85.0, 0.0, 105.0, wide, 0.0, colour, corner=1.0, edge=1.0, bend=10.0 * (numbers[2] - 0.5),
        lines=jnp.where(printed, 0.4, 0.0), period=9.0, barrel=0.2
    )  # fmt: skip
    thumbs = [_finger(-95.0, side * wide, 24.0, 11.0, -side * 1.2, skin) for side in (-1.0, 1.0)]
    return _table([sheet, *thumbs])


def _scarf(numbers: Float[Array, "56"], skin: _Colour) -> Float[Array, "P K"]:
    """Folds of cloth, one above the other."""
    del skin
    colour, height = _colour(numbers[4:8]), 10.0 * numbers[1]
    shared = {"edge": 11.0, "lines": 0.3 * numbers[2], "period": 4.0 + 6.0 * numbers[3]}
    rows = []
    for fold in range(4):
        turn, bow = 0.2 * (numbers[8 + fold] - 0.5), -25.0 - 30.0 * numbers[12 + fold]
        middle = height - 95.0 + 27.0 * fold
        rows.append(_plate(middle, 0.0, 150.0, 22.0, _QUARTER + turn, colour, bend=bow, **shared))
    return _table(rows)


def _strands(numbers: Float[Array, "56"], skin: _Colour) -> Float[Array, "P K"]:
    """Locks of hair from above."""
    del skin
    dark = jnp.exp(-(0.3 + 2.2 * jnp.sqrt(numbers[4])) * jnp.array([0.7, 1.0, 1.4]))
    rows = []
    for lock in range(PLATES):
        along, across, turn, bow, wide = numbers[8 + 5 * lock : 13 + 5 * lock]
        half = 0.4 + 1.8 * wide**3
        rows.append(
            _plate(
                25.0 * along,
                90.0 * (across - 0.5),
                45.0 + 25.0 * along,
                half,
                0.4 * (turn - 0.5),
                tuple((0.8 + 0.4 * turn) * dark),
                edge=half,
                taper=-0.7,
                bend=30.0 * (bow - 0.5),
                lines=-0.35,
                period=1.7,
                shine=0.04,
            )
        )
    return _table(rows)


def _grip(numbers: Float[Array, "56"], skin: _Colour, top: _Number, wide: _Number) -> list[_Plate]:
    """Four fingers that come around something from one side."""
    side = jnp.where(numbers[0] < 0.5, -1.0, 1.0)
    rows = []
    for finger, half in enumerate((30.0, 33.0, 31.0, 25.0)):
        turn = 0.25 * (numbers[10 + finger] - 0.5) + 0.1
        across = (wide + 10.0 - 0.5 * half - 8.0 * numbers[3]) * side
        angle = -side * (_QUARTER + turn)
        rows.append(_finger(top - 19.0 * finger, across, half, 9.3, angle, skin, bend=3.0 * side))
    return rows


def _finger(
    x: _Number, y: _Number, length: _Number, width: _Number, angle: _Number,
    skin: _Colour, bend: _Number = 0.0
) -> _Plate:  # fmt: skip
    return _plate(
        x, y, length, width, angle, skin, edge=width, taper=-0.12, bend=bend, shine=0.07,
        lines=0.05, period=0.66 * length, nail=0.8
    )  # fmt: skip


def _plate(
    x: _Number, y: _Number, length: _Number, width: _Number, angle: _Number,
    colour: _Colour, corner: _Number = 1e3, edge: _Number = 1.0, taper: _Number = 0.0,
    bend: _Number = 0.0, barrel: _Number = 0.0, shine: _Number = 0.04, lines: _Number = 0.0,
    period: _Number = 10.0, nail: _Number = 0.0
) -> _Plate:  # fmt: skip
    """The numbers of one plate in the order of the fields of `Plates`, but for the angle."""
    before = (x, y, angle, length, width, corner, taper, bend, edge, barrel)
    return (*before, *colour, shine, lines, period, nail)


def _table(rows: Sequence[_Plate]) -> Float[Array, "P K"]:
    """Plates of one thing, empty ones up to the number that all have.

    What is known beforehand is one constant, because XLA takes long to compile many small parts.
    """
    nothing = _plate(0.0, 0.0, EMPTY, EMPTY, 0.0, (0.0, 0.0, 0.0))
    entries = [entry for row in [*rows, *[nothing] * (PLATES - len(rows))] for entry in row]
    drawn = [place for place, entry in enumerate(entries) if isinstance(entry, Array)]
    known = np.array([0.0 if isinstance(e, Array) else e for e in entries], np.float32)
    table = jnp.asarray(known).at[np.array(drawn)].set(jnp.stack([entries[k] for k in drawn]))
    return table.reshape(PLATES, -1)


def _colour(numbers: Float[Array, "4"], scale: _Number = 1.0, offset: _Number = 0.0) -> _Colour:
    """A display colour of any lightness, rather gray than gaudy; then scaled and brightened."""
    gray = 0.1 + 0.8 * numbers[3]
    colour = gray + 6.0 * gray * (1.2 - gray) * (numbers[:3] - 0.5) ** 3
    return tuple(offset + scale * jnp.clip(colour, 0.0, 1.0))
