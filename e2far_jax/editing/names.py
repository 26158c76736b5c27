"""Expressions as people write them: "smile=0.8,jawOpen=0.2"."""

from __future__ import annotations

import math
from collections.abc import Sequence

SIDES = ("Left", "Right")


class EditError(ValueError):
    """An edit that cannot be made; the message is one line."""


def parsed_weights(text: str, names: Sequence[str]) -> dict[str, float]:
    """Weights by the model's own names.

    Args:
      text: NAME=NUMBER with commas between. A name is an expression's, whatever its case; or what
        the two sides of one have in common ("mouthSmile", "smile"), which sets both.
      names: of the model's expressions.
    Raises:
      EditError: for a name that means none or several expressions, what is no number, or a model
        without expressions.
    """
    weights: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        if not names:
            raise EditError(f"{part!r}: the face's model has no expressions")
        name, separator, number = part.partition("=")
        if not separator:
            raise EditError(f"{part!r}: expected NAME=NUMBER, such as {names[0]}=0.5")
        value = _number(part, number)
        weights |= dict.fromkeys(meant(name.strip(), names), value)
    return weights


def meant(name: str, names: Sequence[str]) -> list[str]:
    """The expressions that a name means: one, or both sides of one.

    Raises:
      EditError: for none, or several.
    """
    wanted = name.casefold()
    exact = [known for known in names if known.casefold() == wanted]
    whole = [known for known in names if _without_side(known).casefold() == wanted]
    partly = [known for known in names if wanted and wanted in known.casefold()]
    for found in (exact, whole, partly):
        if len({_without_side(known) for known in found}) == 1:
            return found
    if partly:
        raise EditError(f"{name!r} may mean {', '.join(partly)}; write more of it")
    raise EditError(f"no expression {name!r}; there are {', '.join(names)}")


def _without_side(name: str) -> str:
    for side in SIDES:
        if name.endswith(side):
            return name.removesuffix(side)
    return name


def _number(part: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise EditError(f"{part!r}: {text.strip()!r} is not a number")
    return value
