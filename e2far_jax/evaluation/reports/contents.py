"""What a report is made of: systems, their figures and per-item errors, on the same items."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from jaxtyping import Float, UInt8

from e2far_jax.evaluation.reports.extremes import Group
from e2far_jax.evaluation.statistics import Interval

_KEY = re.compile(r"[A-Za-z0-9_-]+")
_NUMBERS = re.compile(r"(\d+)")  # splits a label into texts and numbers by turns


@dataclasses.dataclass(frozen=True)
class Figure:
    """One headline number of one system.

    Attributes:
      name: what it is, such as "NME of 68 landmarks, mean of three yaw bins".
      unit: such as "%" or "mm".
      protocol: the rules that it was measured by, such as "AFLW2000-3D, box of the true points".
      interval: the number with its 95 % interval, in that unit.
      count: of the items that it is made of.
      comparison: numbers that others published by the same rules, with their source; None for none.
    """

    name: str
    unit: str
    protocol: str
    interval: Interval
    count: int
    comparison: str | None = None


@dataclasses.dataclass(frozen=True)
class Measure:
    """An error of one system on every item; the smaller the better.

    Attributes:
      name: for headings and axes, such as "NME of 68 landmarks".
      unit: such as "%" or "mm".
      values: at least 0, one an item in the report's order; NaN where an item has none.
      limit: where the cumulative curve ends; what lies above is a failure. None for the round
        number at or above 95 % of all systems' values.
    """

    name: str
    unit: str
    values: Float[np.ndarray, "B"]
    limit: float | None = None

    def __post_init__(self) -> None:
        if np.isinf(self.values).any() or (self.values < 0.0).any():
            raise ValueError(f"{self.name}: errors are at least 0, finite or NaN")
        if self.limit is not None and not 0.0 < self.limit < np.inf:
            raise ValueError(f"{self.name}: the limit is {self.limit}; expected one above 0")


@dataclasses.dataclass(frozen=True)
class System:
    """Something that was measured.

    Attributes:
      name: for tables, unlike the other systems'.
      description: what it is, in a sentence.
      figures: its headline numbers.
      measures: its errors by a key of letters, digits, - and _, which is the same for the same
        measure of all systems.
      failures: item -> why this system has no result there, where others may have one.
    """

    name: str
    description: str
    figures: tuple[Figure, ...]
    measures: dict[str, Measure]
    failures: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class FacePictures:
    """Pictures of one item for the contact sheet, side by side.

    Attributes:
      item: its name.
      caption: such as its error.
      group: which of the `extremes` it is one of.
      pictures: RGB levels, 0 to 255, of any sizes.
      labels: what each picture shows.
    """

    item: str
    caption: str
    group: Group
    pictures: tuple[UInt8[np.ndarray, "_ _ 3"], ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.pictures) != len(self.labels):
            raise ValueError(
                f"{self.item}: {len(self.labels)} labels for {len(self.pictures)} pictures"
            )


@dataclasses.dataclass(frozen=True)
class Report:
    """What was measured on what, how, and what came out.

    Attributes:
      title: of the report.
      data_set: what it was measured on, in a sentence.
      protocol_text: the rules, in paragraphs with empty lines between them.
      items: names of all pictures or scans, each once.
      systems: on these items; the others are compared with the first.
      strata: name such as "yaw" -> a label an item; tables have them `in_order`.
      command: that measures it again.
      versions: package -> version.
      failures: item -> why no system has a result there.
      pictures: of the items worth a look.
    """

    title: str
    data_set: str
    protocol_text: str
    items: tuple[str, ...]
    systems: tuple[System, ...]
    strata: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    command: str = ""
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    failures: dict[str, str] = dataclasses.field(default_factory=dict)
    pictures: tuple[FacePictures, ...] = ()

    def __post_init__(self) -> None:
        _refuse_doubles("items", self.items)
        _refuse_doubles("systems", [system.name for system in self.systems])
        for name, labels in self.strata.items():
            _check_key("stratum", name)
            self._check_length(f"labels of {name}", labels)
        for system in self.systems:
            for key, measure in system.measures.items():
                _check_key("measure", key)
                self._check_length(f"values of {system.name}, {key}", measure.values)
            self._check_items(system.failures)
        for key in self.measure_keys:
            self._check_agreement(key)
        self._check_items(self.failures)
        self._check_items([face.item for face in self.pictures])

    @property
    def measure_keys(self) -> tuple[str, ...]:
        """All systems' keys, each once, in order of first use."""
        return tuple(dict.fromkeys(key for system in self.systems for key in system.measures))

    def measured(self, key: str) -> Iterator[tuple[System, Measure]]:
        """The systems that have a measure, in their order."""
        for system in self.systems:
            if key in system.measures:
                yield system, system.measures[key]

    def measure(self, key: str) -> Measure:
        """The first system's that has it; all agree about its name, unit and limit."""
        return next(measure for _, measure in self.measured(key))

    def _check_length(self, what: str, values: Sequence[str] | np.ndarray) -> None:
        if len(values) != len(self.items):
            raise ValueError(f"{len(values)} {what} for {len(self.items)} items")

    def _check_items(self, names: Collection[str]) -> None:
        if unknown := sorted(set(names) - set(self.items)):
            raise ValueError(f"{unknown[0]!r} is none of the {len(self.items)} items")

    def _check_agreement(self, key: str) -> None:
        kinds = {(one.name, one.unit, one.limit) for _, one in self.measured(key)}
        if len(kinds) > 1:
            raise ValueError(
                f"systems disagree about the name, unit or limit of {key}: "
                + ", ".join(sorted(map(str, kinds)))
            )


def in_order(labels: Iterable[str]) -> list[str]:
    """Labels sorted, numbers in them by their value."""

    def parts(label: str) -> list[str | int]:
        return [int(part) if part.isdecimal() else part for part in _NUMBERS.split(label)]

    return sorted(labels, key=parts)


def _refuse_doubles(what: str, names: Sequence[str]) -> None:
    if doubles := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"{what} are named twice: {', '.join(map(repr, doubles[:3]))}")


def _check_key(what: str, key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError(f"the {what} {key!r} names files; letters, digits, - and _ are possible")
