"""Counts cases (办件): each is folded from its own events, up to a figure's position."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from banjian_verify.figures import Figure
from banjian_verify.told import TYPES, WORDS, Told, among, moment

if TYPE_CHECKING:
    from banjian_verify.books import Books

DELETED_IN_ERROR: Final = 3
APPLIED: Final = frozenset(
    ("online", "pc", "mobile", "wechat", "app", "email", "Internet", "e-mail")
)
"""Channels of those who applied online."""
ONLINE: Final = APPLIED | {"provincial"}
"""And what a clerk entered for them in the provincial hall."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as of a position."""

    accepted_at: datetime
    due_at: datetime | None
    region: str | None
    department: str | None
    item: str | None
    channel: str | None
    completed_at: datetime | None = None
    kind: int | None = None

    def done(self, figure: Figure) -> bool:
        return self.completed_at is not None and self.completed_at <= figure.as_of

    def counts(self, figure: Figure) -> bool:
        """Say whether it was accepted in the figure's period and is no error."""
        return figure.within(self.accepted_at) and not (
            self.kind == DELETED_IN_ERROR and self.done(figure)
        )

    def in_time(self, figure: Figure) -> bool:
        """Say whether it was completed by its promised limit."""
        return (
            self.completed_at is not None
            and self.due_at is not None
            and self.completed_at <= min(self.due_at, figure.as_of)
        )


Fold = Callable[[Case | None], Case | None]
"""What an event makes of a case; None: there is none, or none any more."""


@dataclass(frozen=True)
class CaseCount:
    """Cases of which something is true."""

    which: Callable[[Case, Figure], bool]
    filters = frozenset({*WORDS, "item_type"})

    def topics(self, figure: Figure) -> frozenset[str]:
        """Name the types of events it is counted from."""
        return TOPICS | (TYPES if "item_type" in figure.filters else frozenset())

    def of(self, books: Books, figure: Figure) -> int:
        """Count."""
        within = among(figure, books.catalog.types)
        standing = books.cases.standing(figure.upto("intake"))
        return sum(self.which(case, figure) and within(case) for case in standing)


class Cases:
    """What intake's events say of each case; give it every event, in order."""

    def __init__(self) -> None:
        self._facts: dict[str, list[tuple[int, Fold]]] = {}
        self._folded: tuple[int, list[Case]] = (-1, [])

    def add(self, told: Told) -> None:
        """Take an event."""
        fold = _READ[told.topic](told)
        if fold is not None:
            self._facts.setdefault(told.data["project_no"], []).append((told.position, fold))

    def standing(self, upto: int) -> list[Case]:
        """Give the cases as they stood at a position; the last answer is kept."""
        if self._folded[0] != upto:
            self._folded = (upto, list(self._fold(upto)))
        return self._folded[1]

    def _fold(self, upto: int) -> Iterator[Case]:
        for facts in self._facts.values():
            case: Case | None = None
            for position, fold in facts:
                if position > upto:
                    break
                case = fold(case)
            if case is not None:
                yield case


def _accepted(told: Told) -> Fold:
    """Begin a case; accepted again, it begins anew."""
    data = told.data
    new = Case(
        moment(data["accepted_at"]),
        _moment(data.get("promised_due_at")),
        sys.intern(told.region),
        sys.intern(data["department"]),
        sys.intern(data["item_code"]),
        sys.intern(data["channel"]),
    )
    return partial(_anew, new)


def _completed(told: Told) -> Fold:
    said = told.data
    return partial(_changed, moment(said["completed_at"]), said["completion_kind"])


def _corrected(told: Told) -> Fold | None:
    """Take what changed; a completion only where there is one."""
    if told.data["record"] == "process":
        return None
    said = told.data["changed"]
    new = {
        "accepted_at": _moment(said.get("accepted_at")),
        "due_at": _moment(said.get("promised_due_at")),
        "department": said.get("department"),
        "item": said.get("item_code"),
        "channel": said.get("channel"),
    }
    ending = {
        "completed_at": _moment(said.get("completed_at")),
        "kind": said.get("completion_kind"),
    }

    def fold(case: Case | None) -> Case | None:
        if case is None:
            return None
        changed = new if case.completed_at is None else new | ending
        return replace(case, **{name: word for name, word in changed.items() if word is not None})

    return fold


def _due(told: Told) -> Fold | None:
    """Move the promised limit."""
    said = told.data
    if told.topic == "intake.clock-recalculated.v1":
        due = moment(said["new_due_at"]) if said["clock"] == "PROMISED" else None
    else:
        due = _moment(said.get("promised_due_at"))
    return None if due is None else lambda case: case and replace(case, due_at=due)


def _gone(told: Told) -> Fold:
    return lambda case: None


def _open(told: Told) -> Fold:
    return partial(_changed, None, None)


def _retracted(told: Told) -> Fold | None:
    record = told.data["record"]
    return None if record == "process" else (_gone if record == "accept" else _open)(told)


def _anew(new: Case, case: Case | None) -> Case:
    return new


def _changed(at: datetime | None, kind: int | None, case: Case | None) -> Case | None:
    return case and replace(case, completed_at=at, kind=kind)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


_READ: Final[Mapping[str, Callable[[Told], Fold | None]]] = {
    "intake.case-accepted.v1": _accepted,
    "intake.case-completed.v1": _completed,
    "intake.case-extended.v1": _due,
    "intake.case-resumed.v1": _due,
    "intake.clock-recalculated.v1": _due,
    "intake.external-record-corrected.v1": _corrected,
    "intake.external-record-retracted.v1": _retracted,
    "intake.case-deleted-in-error.v1": _gone,
    "intake.acceptance-withdrawn.v1": _gone,
    "intake.case-reopened.v1": _open,
}
TOPICS: Final = frozenset(_READ)


def _completed_in(case: Case, figure: Figure) -> bool:
    return (
        case.completed_at is not None
        and figure.within(case.completed_at)
        and case.kind != DELETED_IN_ERROR
    )


def _due_by_now(case: Case, figure: Figure) -> bool:
    return case.counts(figure) and case.due_at is not None and case.due_at <= figure.as_of


ACCEPTED: Final = CaseCount(Case.counts)
COMPLETED: Final = CaseCount(_completed_in)
ACCEPTED_COMPLETED: Final = CaseCount(lambda case, f: case.counts(f) and case.done(f))
OPEN: Final = CaseCount(lambda case, f: case.counts(f) and not case.done(f))
DUE: Final = CaseCount(_due_by_now)
DUE_IN_TIME: Final = CaseCount(lambda case, f: _due_by_now(case, f) and case.in_time(f))
PROMISED: Final = CaseCount(
    lambda case, f: case.counts(f) and case.done(f) and case.due_at is not None
)
IN_TIME: Final = CaseCount(lambda case, f: case.counts(f) and case.in_time(f))
THROUGH_THE_HALL: Final = CaseCount(lambda case, f: case.channel in ONLINE and case.counts(f))
APPLIED_FOR: Final = CaseCount(lambda case, f: case.channel in APPLIED and case.counts(f))
