"""The deadlines of disclosure: a reply that is late, silence, what lapses, and the year's end."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Final

from services.chassis.deadlines import Deadline, cancel_deadlines, set_deadlines
from services.chassis.projection import Change, Statement
from services.disclosure.domain.entries import Entry
from services.disclosure.domain.foi import FoiRequest
from services.disclosure.domain.foi_base import after, midnight
from services.disclosure.domain.foi_terms import FoiState
from services.kernel.clock.due import LAST_SECOND
from services.kernel.times import SHANGHAI

OVERDUE: Final = "foi_overdue"
CORRECTION: Final = "foi_correction_over"
FEE: Final = "foi_fee_over"
SILENCE: Final = "foi_silence"
"""Key: `<request_no>/<party>`."""
YEAR_END: Final = "foi_year_end"
"""Key: `<request_no>/<year>`."""
RECOUNT: Final = "foi_recount"
FOI_KINDS: Final = frozenset({OVERDUE, CORRECTION, FEE, SILENCE, YEAR_END, RECOUNT})
ENTRY: Final = "entry_overdue"
SEPARATOR: Final = "/"


def foi_changes(request: FoiRequest, firing: str = "", fired: str = "") -> Iterable[Change]:
    """Bring the deadlines of a request in line with it.

    Args:
        firing: the kind that fires just now, `fired` its key; it is taken out by that, and must
            neither be cancelled nor set again.
    """
    number = request.request_no
    mine = [kind for kind in (OVERDUE, CORRECTION, FEE) if kind != firing]
    if request.version > len(request.pending):
        yield cancel_deadlines(mine, number)
        for party in request.parties:
            key = f"{number}{SEPARATOR}{party}"
            if (party not in request.asked or not request.is_open) and key != fired:
                yield cancel_deadlines((SILENCE,), key)
    wanted = [one for one in _wanted(request) if (one.kind, one.key) != (firing, fired)]
    if wanted:
        yield set_deadlines(wanted)


def _wanted(request: FoiRequest) -> Iterable[Deadline]:
    number = request.request_no
    if not request.is_open:
        return
    due_at = request.due_at
    if due_at is not None and not request.waits and request.overdue_at != due_at:
        yield Deadline(OVERDUE, number, after(due_at))
    if request.state is FoiState.CORRECTION_PENDING and request.correction_due is not None:
        yield Deadline(CORRECTION, number, _over(request.correction_due))
    if request.pay_by is not None:
        yield Deadline(FEE, number, _over(request.pay_by))
    for party, one in request.asked.items():
        yield Deadline(SILENCE, f"{number}{SEPARATOR}{party}", after(one.answer_due_at))
    if request.received_on is not None:
        year = max([request.received_on.year - 1, *request.carried]) + 1
        key = f"{number}{SEPARATOR}{year}"
        yield Deadline(YEAR_END, key, midnight(date(year + 1, 1, 1)))


def entry_changes(entry: Entry, firing: bool = False) -> Iterable[Change]:
    """Bring the deadline of an entry in line with it."""
    due = entry.due_at
    if due is not None and entry.overdue_version != entry.entry_version:
        if not firing:
            yield set_deadlines([Deadline(ENTRY, entry.entry_no, after(due))])
    elif not firing:
        yield cancel_deadlines((ENTRY,), entry.entry_no)


def recount_open(year: int) -> Statement:
    """Schedule the recount of every open request that the year touches."""
    return Statement("SELECT recount_open(%s)", (year,))


def recount_if_changed(edition: int, request_nos: Collection[str]) -> Statement:
    """Schedule the recount of these if the calendar has other editions than they were counted by.

    Must be the last change of its transaction, because it may wait for a lock.
    """
    return Statement("SELECT recount_if_changed(%s, %s::text[])", (edition, list(request_nos)))


def _over(day: date) -> datetime:
    return after(datetime.combine(day, LAST_SECOND, SHANGHAI))
