"""Counts what happened besides cases: facts, as `sayings` reads them from events."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from sys import maxsize
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from banjian_verify import sayings
from banjian_verify.figures import Figure
from banjian_verify.sayings import SAYINGS, UNSAYINGS, Says, Text, Unsays, said
from banjian_verify.told import TYPES, WORDS, Told, Worded, among, moment

if TYPE_CHECKING:
    from banjian_verify.books import Books

NEVER: Final = maxsize


@dataclass(slots=True)
class Fact:
    """One thing that happened. Taken back, it is not one from that position on."""

    log: str
    position: int
    at: datetime
    amount: int
    mark: str
    who: str | None
    region: str | None
    department: str | None
    item: str | None
    channel: str | None
    due: datetime | None
    until: int = NEVER


class How(Enum):
    """How facts make a number."""

    SUM = "their amounts"
    TIMES = "each of them"
    EACH = "things, each once"
    NEWEST = "the amount that was said last of each thing"
    LAST = "the amount that was said last, of the highest mark"
    WHO = "different `who` of those that stand"
    EVER = "different `who`, whatever was taken back"
    UNITS = "different departments, whatever was taken back"


class Happened:
    """All facts by kind and thing; give it every event, in order."""

    def __init__(self) -> None:
        self.facts: dict[str, dict[str, list[Fact]]] = defaultdict(dict)
        self._of_stream: dict[UUID, list[tuple[str, str, Fact]]] = defaultdict(list)

    def add(self, told: Told) -> None:
        """Take an event."""
        for says in SAYINGS.get(told.topic, ()):
            if says.when(told.data):
                for thing in sayings.things(told.data, says.thing):
                    self._say(told, says, thing)
        for unsays in UNSAYINGS.get(told.topic, ()):
            if unsays.when(told.data):
                self._unsay(told, unsays)

    def _say(self, told: Told, says: Says, thing: str) -> None:
        of_kind = self.facts[says.kind]
        if (says.once and thing in of_kind) or (says.after and thing not in self.facts[says.after]):
            return
        fact = _fact(told, says)
        if says.like and (like := self.facts[says.like].get(thing)):
            first = like[0]
            fact.region, fact.department = first.region, first.department
            fact.item, fact.channel, fact.who = first.item, first.channel, first.who
            fact.mark = fact.mark or first.mark
        of_kind.setdefault(thing, []).append(fact)
        if told.log == sayings.OWN:
            self._of_stream[told.stream].append((says.kind, thing, fact))

    def _unsay(self, told: Told, unsays: Unsays) -> None:
        """Take back what was said last of each kind, mark and thing."""
        if unsays.thing:
            [thing] = sayings.things(told.data, unsays.thing)
            about = [
                (kind, thing, fact)
                for kind in unsays.kinds
                for fact in self.facts[kind].get(thing, ())
            ]
        else:
            about = self._of_stream[told.stream]
        last: dict[Any, Fact] = {}
        for kind, thing, fact in about:
            if unsays.which(fact, told.data):
                last[kind, fact.mark, thing] = fact
        for fact in last.values():
            if fact.amount > 0 and fact.until == NEVER:
                fact.until = told.position


def _fact(told: Told, says: Says) -> Fact:
    def word(text: Text) -> str | None:
        found = said(told.data, text)
        return None if found is None else sys.intern(str(found))

    at, due = said(told.data, says.at), said(told.data, says.due)
    amount = says.amount if isinstance(says.amount, int) else said(told.data, says.amount)
    if amount is None:
        raise ValueError("it says no amount")
    return Fact(
        told.log,
        told.position,
        moment(at) if at else told.occurred_at,
        int(amount),
        word(says.mark) or "",
        word(says.who),
        word(says.region) or sys.intern(told.region),
        (word(says.department) or "") if says.department else sys.intern(told.department),
        word(says.item),
        word(says.channel),
        moment(due) if due else None,
    )


Adds = Callable[[str, Fact, Figure], int]
"""What a fact of a kind adds to a figure."""


class Facts:
    """A count of facts of some kinds, with one of some marks and channels where those are named.

    Args:
        by_its_end: count what happened by the period's end, whenever it began.
    """

    filters = frozenset({*WORDS, "item_type"})

    def __init__(
        self,
        *kinds: str,
        how: How = How.SUM,
        marks: tuple[str, ...] = (),
        channels: tuple[str, ...] = (),
        adds: Adds = lambda kind, fact, figure: fact.amount,
        by_its_end: bool = False,
    ) -> None:
        self.kinds, self.how, self.marks, self.channels = kinds, how, marks, channels
        self.adds, self.by_its_end = adds, by_its_end

    def topics(self, figure: Figure) -> frozenset[str]:
        """Name the types of events it is counted from."""
        return sayings.topics(self.kinds) | (
            TYPES if "item_type" in figure.filters else frozenset()
        )

    def of(self, books: Books, figure: Figure) -> int:
        """Count, or add up."""
        within = among(figure, books.catalog.types)
        known = [
            (kind, thing, [fact for fact in facts if self._counts(fact, figure, within)])
            for kind in self.kinds
            for thing, facts in books.happened.facts.get(kind, {}).items()
        ]
        return self._number([one for one in known if one[2]], figure)

    def _number(self, known: Sequence[tuple[str, str, Sequence[Fact]]], figure: Figure) -> int:
        every = [fact for _, _, facts in known for fact in facts if fact.amount > 0]
        standing = [
            (kind, thing, fact)
            for kind, thing, facts in known
            for fact in facts
            if fact.until > figure.upto(fact.log)
        ]
        real = [(thing, fact) for _, thing, fact in standing if fact.amount > 0]
        newest = [
            facts[-1]
            for _, _, facts in known
            if facts[-1].amount > 0 and facts[-1].until > figure.upto(facts[-1].log)
        ]
        match self.how:
            case How.SUM:
                return sum(self.adds(kind, fact, figure) for kind, _, fact in standing)
            case How.TIMES:
                return len(every)
            case How.EACH:
                return len({thing for thing, _ in real})
            case How.NEWEST:
                return sum(fact.amount for fact in newest)
            case How.LAST:
                highest = max((fact.mark for fact in newest), default="")
                return max((fact.amount for fact in newest if fact.mark == highest), default=0)
            case How.WHO:
                return len({fact.who for _, fact in real})
            case How.EVER:
                return len({fact.who for fact in every})
            case How.UNITS:
                return len({fact.department for fact in every})

    def _counts(self, fact: Fact, figure: Figure, within: Callable[[Worded], bool]) -> bool:
        """Say whether a fact was known, happened in the period, and has the words."""
        return (
            fact.position <= figure.upto(fact.log)
            and (fact.at <= figure.end if self.by_its_end else figure.within(fact.at))
            and (not self.marks or fact.mark in self.marks)
            and (not self.channels or fact.channel in self.channels)
            and within(fact)
        )
