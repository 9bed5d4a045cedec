"""The table of the annual report (条例 art. 49, 50; national form), and its identity (F09).

new + carried over = processed + carried forward          in each column, and
carried forward of a year = carried over of the next
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from services.disclosure.domain.foi_terms import (
    Category,
    FoiState,
    Ground,
    Outcome,
    Reply,
    Route,
)
from services.disclosure.domain.rules import DisclosureRuleError


class Row(Enum):
    """What a processed request counts as; the groups follow the national form."""

    GRANTED = "granted"
    PARTIAL = "partial"
    STATE_SECRET = "state_secret"
    OTHER_LAW = "other_law"
    SECURITY = "security"
    THIRD_PARTY = "third_party"
    INTERNAL_AFFAIRS = "internal_affairs"
    PROCESS = "process"
    ENFORCEMENT = "enforcement"
    QUERY = "query"
    NOT_HELD = "not_held"
    MUST_BE_MADE = "must_be_made"
    STILL_UNCLEAR = "still_unclear"
    PETITION = "petition"
    REPEAT = "repeat"
    PUBLICATION = "publication"
    MASSIVE = "massive"
    CONFIRMATION = "confirmation"
    NOT_CORRECTED = "not_corrected"
    FEE_NOT_PAID = "fee_not_paid"
    OTHER = "other"


_ENDS: Final[Mapping[FoiState, Row]] = {
    FoiState.ABANDONED: Row.NOT_CORRECTED,
    FoiState.NOT_PROCESSED: Row.FEE_NOT_PAID,
    FoiState.WITHDRAWN: Row.OTHER,
}


def row_of(state: FoiState, reply: Reply | None, grounds: Iterable[Ground]) -> Row:
    """Give the row a request that is over counts in."""
    if reply in (Reply.PROVIDED, Reply.ALREADY_PUBLIC):
        return Row.GRANTED
    if reply is Reply.PARTIALLY_PROVIDED:
        return Row.PARTIAL
    ground = next(iter(grounds), None)
    return Row(ground.value) if ground is not None else _ENDS[state]


@dataclass(frozen=True)
class Asked:
    """What the table needs of one request."""

    category: Category
    received_on: date
    ended_on: date | None = None
    row: Row | None = None
    """Of one that is over."""
    remedies: tuple[tuple[Route, bool, date, Outcome | None, date | None], ...] = ()
    """Route, after a reconsideration, filed on, outcome, decided on."""


class Line(Enum):
    """The three parts of table 4."""

    RECONSIDERATION = "reconsideration"
    SUIT = "suit"
    SUIT_AFTER_RECONSIDERATION = "suit_after_reconsideration"


PENDING: Final = "pending"
COLUMNS: Final = tuple(Category)


class IdentityError(DisclosureRuleError):
    """The table does not add up; nothing of it may be published."""

    code = "identity"


@dataclass(frozen=True)
class Annual:
    """The table of one year, by column."""

    year: int
    new: Mapping[Category, int]
    carried_over: Mapping[Category, int]
    processed: Mapping[Row, Mapping[Category, int]]
    carried_forward: Mapping[Category, int]
    remedies: Mapping[Line, Mapping[str, int]]

    def processed_of(self, column: Category) -> int:
        """Count the processed ones of a column."""
        return sum(row[column] for row in self.processed.values())

    def check(self, before: Annual | None = None) -> None:
        """Refuse a table that does not add up (F09).

        Args:
            before: the table of the year before.
        """
        for column in COLUMNS:
            came = self.new[column] + self.carried_over[column]
            went = self.processed_of(column) + self.carried_forward[column]
            if came != went:
                raise IdentityError(f"{column.value}: {came} came, {went} are accounted for")
            if before is not None and before.carried_forward[column] != self.carried_over[column]:
                raise IdentityError(f"{column.value}: not what the year before carried forward")


def annual(year: int, asked: Iterable[Asked]) -> Annual:
    """Count the table of a year. A request that has no day of receipt yet is in none (F07)."""
    new, over, forward = _zero(), _zero(), _zero()
    processed = {row: _zero() for row in Row}
    remedies = {line: dict.fromkeys([*(o.value for o in Outcome), PENDING], 0) for line in Line}
    for one in asked:
        _count_remedies(year, one, remedies)
        if one.received_on.year > year or (one.ended_on and one.ended_on.year < year):
            continue
        (new if one.received_on.year == year else over)[one.category] += 1
        if one.ended_on is None or one.ended_on.year > year:
            forward[one.category] += 1
        elif one.row is not None:
            processed[one.row][one.category] += 1
    return Annual(year, new, over, processed, forward, remedies)


def _count_remedies(year: int, one: Asked, into: dict[Line, dict[str, int]]) -> None:
    """Count a remedy in the year it was decided; one that is pending in each year it is."""
    for route, again, filed_on, outcome, decided_on in one.remedies:
        line = Line(route.value) if not again else Line.SUIT_AFTER_RECONSIDERATION
        if filed_on.year > year:
            continue
        if outcome is None or decided_on is None or decided_on.year > year:
            into[line][PENDING] += 1
        elif decided_on.year == year:
            into[line][outcome.value] += 1


def _zero() -> dict[Category, int]:
    return dict.fromkeys(COLUMNS, 0)
