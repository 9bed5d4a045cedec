"""How a row is measured: subject and reference take turns, and durability is read back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from statistics import median

from tests.bench.ground import Ground

Measure = Callable[[], float]
"""Does the work once and gives its figure (a rate, or a latency in ms)."""

AS_IS = "as is"


@dataclass(frozen=True)
class Goal:
    """What a row has to reach; None: not asked."""

    ratio: float | None = None
    """Subject over reference, at least."""
    least: float | None = None
    """The subject's own figure, at least."""
    most: float | None = None
    """The subject's own figure, at most (latencies)."""

    def __str__(self) -> str:
        said = []
        if self.least is not None:
            said.append(f"≥ {self.least:,.0f}")
        if self.most is not None:
            said.append(f"≤ {self.most:,.0f}")
        if self.ratio is not None:
            said.append(f"≥ {self.ratio:g} ×" if self.ratio > 1 else f"≥ {self.ratio:.0%}")
        return " and ".join(said) or "-"


@dataclass(frozen=True)
class Scale:
    """How much one measurement does."""

    rounds: int = 5
    seconds: float = 1.5
    """Length of a measurement that lasts a given time."""
    size: float = 1.0
    """Factor on the number of events of a measurement that does a given work."""
    full: bool = False
    """The county's whole year, where a row knows it."""

    def events(self, number: int) -> int:
        """Scale a number of events."""
        return max(20, int(number * self.size))


@dataclass
class Sides:
    """What a row compares, ready to be measured."""

    subject: Measure
    reference: Measure
    beside: Mapping[str, Measure] = field(default_factory=dict)
    """Shown for comparison; nothing is asked of them."""
    durability: Callable[[], Mapping[str, str]] = dict
    """Read from the servers, through the subject's own connections where it has any."""
    notes: Callable[[], list[str]] = list


@dataclass(frozen=True)
class Row:
    """One line of DESIGN.md 12."""

    name: str
    what: str
    unit: str
    subject: str
    reference: str
    goal: Goal
    open: Callable[[Ground, Scale], AbstractContextManager[Sides]]
    goal_slow: Goal | None = None
    """What is asked with the slow disk, when it is not the same."""
    slow: bool = True
    """It writes, so it is measured with the slow disk too."""
    lower_is_better: bool = False

    def goal_at(self, condition: str) -> Goal:
        """Give what is asked under a condition."""
        return self.goal if condition == AS_IS or self.goal_slow is None else self.goal_slow


@dataclass(frozen=True)
class Figures:
    """The values of the rounds of one side."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)


@dataclass(frozen=True)
class Result:
    """A row under one condition."""

    row: Row
    condition: str
    subject: Figures
    reference: Figures
    ratios: Figures
    """Of each round: both sides of it ran within seconds, so what disturbed one disturbed both."""
    beside: Mapping[str, Figures]
    durability: Mapping[str, str]
    fsync_us: float
    pace: Figures
    """`pace` before every round: an absolute figure says little without it."""
    notes: tuple[str, ...]

    @property
    def goal(self) -> Goal:
        return self.row.goal_at(self.condition)

    @property
    def verdict(self) -> str:
        """`reached`, `MISSED`, or `-` where nothing is asked."""
        goal = self.goal
        asked = [
            goal.ratio is None or self.ratios.median >= goal.ratio,
            goal.least is None or self.subject.median >= goal.least,
            goal.most is None or self.subject.median <= goal.most,
        ]
        if goal == Goal():
            return "-"
        return "reached" if all(asked) else "MISSED"


class WeakenedError(Exception):
    """A server does not keep what it is told to: nothing measured on it counts."""


REQUIRED = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def check_durability(found: Mapping[str, str]) -> None:
    """Refuse figures from servers that cheat.

    Raises:
        WeakenedError: names the setting.
    """
    for name, wanted in REQUIRED.items():
        if found.get(name) != wanted:
            raise WeakenedError(f"{name} is {found.get(name, 'not known')}, must be {wanted}")
    for name, kind in found.items():
        if name.startswith("queue ") and kind != "quorum":
            raise WeakenedError(f"{name} is {kind}, must be a durable quorum queue")


_STEPS = 400_000


def pace() -> float:
    """Give what one core does at present: millions of additions a second in a plain loop."""
    total, started = 0, time.perf_counter()
    for step in range(_STEPS):
        total += step
    return _STEPS / (time.perf_counter() - started) / 1e6


def measure(row: Row, ground: Ground, scale: Scale, delay_us: int) -> Iterator[Result]:
    """Measure a row as is, and again with `delay_us` more on every fsync when it writes."""
    conditions = [(AS_IS, 0)]
    if row.slow and delay_us and ground.can_be_slow:
        conditions.append((f"{delay_us / 1000:g} ms fsync", delay_us))
    for condition, delay in conditions:
        with row.open(ground, scale) as sides, ground.slowed(delay):
            yield _rounds(row, condition, sides, ground, scale)


def _rounds(row: Row, condition: str, sides: Sides, ground: Ground, scale: Scale) -> Result:
    fsync_us = ground.fsync_us()
    everyone = {"subject": sides.subject, "reference": sides.reference, **sides.beside}
    found: dict[str, list[float]] = {name: [] for name in everyone}
    paces = []
    # The first round only warms caches, prepares statements and fills pools; it is not counted.
    for number in range(scale.rounds + 1):
        if number:
            paces.append(pace())
        for name, side in everyone.items():
            value = side()
            if number:
                found[name].append(value)
    durability = dict(sides.durability())
    check_durability(durability)
    figures = {name: Figures(tuple(values)) for name, values in found.items()}
    subject, reference = figures.pop("subject"), figures.pop("reference")
    ratios = Figures(
        tuple(ours / bare for ours, bare in zip(subject.values, reference.values, strict=True))
    )
    return Result(
        row,
        condition,
        subject,
        reference,
        ratios,
        figures,
        durability,
        fsync_us,
        Figures(tuple(paces)),
        tuple(sides.notes()),
    )
