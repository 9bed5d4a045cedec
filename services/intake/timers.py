"""The deadlines of a case: its promise approaches, a limit passes, limits are counted again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from services.chassis.deadlines import Deadline, cancel_deadlines, set_deadlines
from services.chassis.projection import Change, Statement
from services.intake.domain.case import Case
from services.intake.domain.clocks import breach_at
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Kind

APPROACHING: Final = "promised_approaching"
BREACHES: Final[Mapping[str, Kind]] = {
    "promised_breach": Kind.PROMISED,
    "statutory_breach": Kind.STATUTORY,
}
"""Due in the second after the limit's last one."""
RECALCULATE: Final = "recalculate"
KINDS: Final = (APPROACHING, *BREACHES, RECALCULATE)


def changes(case: Case, calendar: WorkCalendar | None) -> Iterable[Change]:
    """Bring the deadlines of a case in line with it.

    Args:
        calendar: of an open case; None ends its deadlines.

    What an outside system reports may be long over: a limit that has passed by the database's clock
    when it arrives gets no deadline, statistics judge it by the times that were reported.
    """
    fresh = case.version - len(case.pending) == 0
    if not fresh:
        yield cancel_deadlines(KINDS if calendar is None else KINDS[:-1], case.project_no)
    if calendar is not None:
        wanted = list(_wanted(case, calendar))
        if wanted:
            yield set_deadlines(wanted)


def _wanted(case: Case, calendar: WorkCalendar) -> Iterable[Deadline]:
    reported = bool(case.rows)
    for name, kind in BREACHES.items():
        due_at = case.due_at(kind)
        if due_at is not None and case.breaches.get(kind.value) != due_at:
            moment = breach_at(due_at)
            yield Deadline(name, case.project_no, moment, moment if reported else None)
    due_at, start = case.promised_due_at, case.accepted_at
    if due_at is None or start is None or case.approached == due_at:
        return
    amber_at = case.counts.amber_at(start, due_at, calendar)
    if amber_at is not None:
        late_at = breach_at(due_at) if reported else None
        yield Deadline(APPROACHING, case.project_no, amber_at, late_at)


def recount_open(year: int) -> Statement:
    """Schedule the recount of every open case with a limit counted here that touches the year."""
    return Statement("SELECT recount_open(%s)", (year,))


def recount_if_changed(edition: int, project_nos: Collection[str]) -> Statement:
    """Schedule the recount of these if the calendar has other editions than they were counted by.

    With `recount_open` it leaves no gap: whichever of the two transactions commits later sees the
    other one. Must be the last change of its transaction, because it may wait for a lock.
    """
    return Statement("SELECT recount_if_changed(%s, %s::text[])", (edition, list(project_nos)))
