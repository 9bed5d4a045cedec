"""The deadlines of supervision: what was not done, the next turn of a cycle, no answer in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from services.chassis.deadlines import Deadline, cancel_deadlines, set_deadlines
from services.chassis.projection import Change
from services.disclosure.domain.foi_base import after, midnight
from services.disclosure.domain.supervision_cycles import Owed
from services.disclosure.domain.supervision_notices import RectificationNotice
from services.disclosure.domain.supervision_periods import Turn
from services.disclosure.domain.supervision_terms import Cycle
from services.kernel.clock import legal_date

MISSED: Final = "supervision_missed"
"""Key: `<obligation_no>/<last day>`: a limit that moves is another deadline."""
NEXT: Final = "supervision_next"
"""Key: `<unit>/<cycle>/<first day>`."""
ANSWER: Final = "rectification_overdue"
"""Key: `<notice_no>/<last day>`."""
KINDS: Final = frozenset({MISSED, NEXT, ANSWER})
SEPARATOR: Final = "/"


def owed(obligation_no: str, due_at: datetime) -> Deadline:
    """Give the deadline by which it is missed."""
    return Deadline(MISSED, _key(obligation_no, due_at), after(due_at))


def scheduled(unit: str, cycle: Cycle, turn: Turn) -> Iterable[Change]:
    """Watch a turn, and begin the next one when it is over."""
    begins = turn.next_day
    key = SEPARATOR.join((unit, cycle.value, begins.isoformat()))
    number = turn.number(unit)
    yield set_deadlines([owed(number, turn.due_at), Deadline(NEXT, key, midnight(begins))])


def met(obligation_no: str, one: Owed) -> Iterable[Change]:
    """Watch no longer what is done."""
    if not one.missed:
        yield cancel_deadlines((MISSED,), _key(obligation_no, one.due_at))


def answered(notice: RectificationNotice, due_on: date | None) -> Iterable[Change]:
    """Bring the deadline of a notice in line with it; `due_on` is what it was before."""
    if due_on is not None and due_on != notice.due_on:
        yield cancel_deadlines((ANSWER,), _day_key(notice.notice_no, due_on))
    if notice.due_on is not None:
        key, over = _day_key(notice.notice_no, notice.due_on), notice.due_on + timedelta(days=1)
        yield set_deadlines([Deadline(ANSWER, key, midnight(over))])


def _key(number: str, due_at: datetime) -> str:
    return _day_key(number, legal_date(due_at))


def _day_key(number: str, day: date) -> str:
    return f"{number}{SEPARATOR}{day.isoformat()}"
