"""The county's items: name, code, department, and what its versions say from when on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from random import Random

from deploy.feed.bureaus import ACTS, BENEFITS, BUREAUS, OTHERS, REGION
from deploy.feed.sample.amounts import Amounts, Form, settle_all
from deploy.feed.sample.blocks import BLOCKS, Fate
from services.kernel.times import SHANGHAI

RESIDENT = len(BUREAUS)
DEPARTMENTS = (*BUREAUS, *OTHERS)
EDUCATION = 11
"""Place of the bureau schools pay to."""
PAY_ONLINE = frozenset({0, 4, 7, EDUCATION})
"""Departments whose fees are paid online: 31 charges."""
CHARGED = frozenset({"01", "07"})
FEES_FEN = (500, 1_000, 2_000, 4_000)


@dataclass(frozen=True)
class Version:
    """One version of an item's list: what it says, from when on, and when that was made public."""

    number: int
    form: Form
    effective_from: datetime
    happened_at: datetime


@dataclass
class Item:
    """An item through its history."""

    number: int
    item_type: str
    department: int
    """Place of its department among the 60, from 0."""
    subject: str
    name: str
    amounts: Amounts
    versions: list[Version] = field(default_factory=list)
    ends: datetime | None = None
    """From when there are no new cases for good."""
    frozen: tuple[datetime, datetime] | None = None

    @property
    def fate(self) -> Fate:
        return self.amounts.fate

    @property
    def resident(self) -> bool:
        return self.amounts.resident

    @property
    def department_code(self) -> str:
        return department_code(self.department)

    @property
    def department_name(self) -> str:
        return department_name(self.department)

    @property
    def catalog_code(self) -> str:
        return f"00{self.item_type}{self.number:05d}000"

    @property
    def code(self) -> str:
        return f"{uscc(self.department)}4{self.catalog_code}"

    def version_at(self, at: datetime) -> Version | None:
        """Give the version new cases come under, None when there are no new cases."""
        if self.ends is not None and at >= self.ends:
            return None
        if self.frozen is not None and self.frozen[0] <= at < self.frozen[1]:
            return None
        return max(
            (version for version in self.versions if version.effective_from <= at),
            key=lambda version: version.number,
            default=None,
        )


def department_code(place: int) -> str:
    return f"D{place + 1:02d}"


def department_name(place: int) -> str:
    return f"县{DEPARTMENTS[place][0]}"


def uscc(place: int) -> str:
    """Give the placeholder of a department's unified social credit code, 18 characters."""
    return f"11{REGION}BJ{place + 1:02d}0000{place % 10}X"


def invent(chance: Random, year: int) -> list[Item]:
    """Invent the items with their numbers and their versions of the time before the changes."""
    names = {item_type: _Names(item_type) for item_type in ACTS}
    made: list[Item] = []
    for hall in (True, False):
        for item_type in ACTS:
            blocks = [b for b in BLOCKS if (b.resident, b.item_type) == (hall, item_type)]
            alike = [(b.fate, b.immediate) for b in blocks for _ in range(b.count)]
            chance.shuffle(alike)
            for fate, immediate in alike:
                place, subject, name = names[item_type].take(hall)
                amounts = _amounts(fate, item_type, hall, immediate)
                made.append(Item(len(made) + 1, item_type, place, subject, name, amounts))
    settle_all([item.amounts for item in made], chance)
    _pay_online(made)
    for item in made:
        if item.fate is not Fate.RECEIVED:
            item.versions.append(_first(item, year))
    return made


def _pay_online(made: Sequence[Item]) -> None:
    """Let four departments take fees online, 31 in all (S31, S32): the first is education's."""
    for item in made:
        item.amounts.pays_online = False
        amounts = item.amounts
        if item.department not in PAY_ONLINE or not item.resident:
            continue
        if item.fate is not Fate.STAYS or amounts.last.immediate or item.item_type not in CHARGED:
            continue
        fen = FEES_FEN[0 if item.department == EDUCATION else item.number % len(FEES_FEN)]
        amounts.now(fee_fen=fen)
        amounts.before(fee_fen=fen)
        amounts.pays_online = True


def _amounts(fate: Fate, item_type: str, resident: bool, immediate: bool) -> Amounts:
    last = Form(immediate or fate is Fate.IMMEDIATE, 0, 0, 0, 0)
    return Amounts(fate, item_type, resident, last, last)


def _first(item: Item, year: int) -> Version:
    """Publish the first version in one of four waves, years before."""
    waves = ((-4, 12, 30), (-3, 6, 30), (-2, 3, 31), (-2, 11, 30))
    years, month, day = (-6, 7, 1) if item.fate is Fate.NON_LICENCE else waves[item.number % 4]
    at = datetime(year + years, month, day, tzinfo=SHANGHAI)
    return Version(1, item.amounts.first, at, at.replace(month=month - 1, day=10, hour=9))


class _Names:
    """Subjects times acts of one type, the departments taking turns."""

    def __init__(self, item_type: str) -> None:
        self._left: dict[bool, list[tuple[int, str, str]]] = defaultdict(list)
        for place, subject, name in _names(item_type):
            self._left[place < RESIDENT].append((place, subject, name))

    def take(self, hall: bool) -> tuple[int, str, str]:
        # Outside the hall those departments come first that have no window in it.
        return self._left[hall or not self._left[False]].pop(0)


def _names(item_type: str) -> Iterator[tuple[int, str, str]]:
    for turn in zip_longest(*(_of(place, item_type) for place in range(len(DEPARTMENTS)))):
        yield from (named for named in turn if named is not None)


def _of(place: int, item_type: str) -> list[tuple[int, str, str]]:
    subjects: Sequence[str] = DEPARTMENTS[place][1]
    if item_type == "05":
        subjects = [subject for subject in subjects if subject in BENEFITS]
    return [(place, subject, f"{subject}{act}") for act in ACTS[item_type] for subject in subjects]
