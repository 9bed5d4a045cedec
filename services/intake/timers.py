"""The deadlines of a case: silence accepts, its promise approaches, a limit passes, a recount."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from services.chassis.deadlines import Deadline, cancel_deadlines, set_deadlines
from services.chassis.projection import Change, Statement
from services.intake.domain.case import Case
from services.intake.domain.clocks import breach_at
from services.intake.domain.terms import CaseState
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Kind
from services.kernel.clock.due import LAST_SECOND
from services.kernel.times import SHANGHAI

APPROACHING: Final = "promised_approaching"
BREACHES: Final[Mapping[str, Kind]] = {
    "promised_breach": Kind.PROMISED,
    "statutory_breach": Kind.STATUTORY,
}
"""Due in the second after the limit's last one."""
RECALCULATE: Final = "recalculate"
NOTICE: Final = "notice_over"
"""The five working days for the one-time notice are over: silence accepts (K24)."""
CORRECTION: Final = "correction_over"
"""The applicant's days to bring what the notice asks for are over."""
MOVED: Final = "notice_over_later"
"""The same, where an amended calendar moved the end: a deadline cannot move itself as it fires."""
WAITING_KINDS: Final = (NOTICE, MOVED, CORRECTION)
"""All of these are due in the second after the last one."""
LIMIT_RECOUNT: Final = "limit_recount"
"""A limit of one of `LIMITS` is counted again; the key is `<its kind>:<its key>`."""
LIMIT_SWEEP: Final = "limit_sweep"
"""The same for all of a year (the key), once more a while after its calendar changed: what was
counted by the edition before may have committed after it."""
TICKET: Final = "ticket_overdue"
CONTACT: Final = "bad_review_contact"
VILLAGE: Final = "village_overdue"
HAND_OVER: Final = "hand_over_overdue"
LIMITS: Final = (CORRECTION, TICKET, CONTACT, VILLAGE, HAND_OVER)
"""Deadlines at the end of a limit in working days that `domain/recounts.py` counts again."""
KINDS: Final = (APPROACHING, *BREACHES, *WAITING_KINDS, RECALCULATE)


def changes(case: Case, calendar: WorkCalendar | None, firing: str = "") -> Iterable[Change]:
    """Bring the deadlines of a case in line with it.

    Args:
        calendar: of an accepted case; None: it waits to be accepted, or is over.
        firing: the kind that fires just now; it is taken out by that, and must not be cancelled.

    What an outside system reports may be long over: a limit that has passed by the database's clock
    when it arrives gets no deadline, statistics judge it by the times that were reported.
    """
    fresh = case.version - len(case.pending) == 0
    if not fresh:
        kinds = KINDS if calendar is None else KINDS[:-1]
        yield cancel_deadlines([kind for kind in kinds if kind != firing], case.project_no)
    wanted = list(_waiting(case) if calendar is None else _wanted(case, calendar))
    if wanted:
        yield set_deadlines(wanted)


def _waiting(case: Case) -> Iterable[Deadline]:
    if case.state is CaseState.SUBMITTED and case.notice_due_at is not None:
        yield Deadline(NOTICE, case.project_no, breach_at(case.notice_due_at))
    if case.state is CaseState.CORRECTION_PENDING and case.correction_due is not None:
        last = datetime.combine(case.correction_due, LAST_SECOND, SHANGHAI)
        yield Deadline(CORRECTION, case.project_no, breach_at(last))


def _wanted(case: Case, calendar: WorkCalendar) -> Iterable[Deadline]:
    if case.waits:
        return
    reported = bool(case.rows)
    for name, kind in BREACHES.items():
        due_at = case.due_at(kind)
        if case.stands_still(kind):
            continue
        if due_at is not None and case.breaches.get(kind.value) != due_at:
            moment = breach_at(due_at)
            yield Deadline(name, case.project_no, moment, moment if reported else None)
    due_at, start = case.promised_due_at, case.begun_at
    if due_at is None or start is None or case.approached == due_at:
        return
    if case.stands_still(Kind.PROMISED):
        return
    amber_at = case.counts.amber_at(start, due_at, calendar, case.still)
    if amber_at is not None:
        late_at = breach_at(due_at) if reported else None
        yield Deadline(APPROACHING, case.project_no, amber_at, late_at)


def recount_open(year: int) -> Statement:
    """Schedule the recount of every open case with a limit counted here that touches the year."""
    return Statement("SELECT recount_open(%s)", (year,))


def recount_limits(year: int, *, again: bool = True) -> Statement:
    """Schedule the recount of every limit of `LIMITS` that touches the year.

    Args:
        again: and once more ten minutes from now.
    """
    return Statement("SELECT recount_limits(%s, %s::text[], %s)", (year, list(LIMITS), again))


def recount_if_changed(edition: int, project_nos: Collection[str]) -> Statement:
    """Schedule the recount of these if the calendar has other editions than they were counted by.

    With `recount_open` it leaves no gap: whichever of the two transactions commits later sees the
    other one. Must be the last change of its transaction, because it may wait for a lock.
    """
    return Statement("SELECT recount_if_changed(%s, %s::text[])", (edition, list(project_nos)))
