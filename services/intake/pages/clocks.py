"""The limits of a case, day by day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from services.chassis.web.parts import Strip
from services.chassis.web.strips import TITLES, strip_of
from services.intake.domain import Case
from services.kernel.calendar import PROVISIONAL, Edition, WorkCalendar
from services.kernel.clock import Kind, explain, legal_date


def strip(case: Case, kind: Kind, editions: Iterable[Edition], at: datetime) -> Strip | None:
    """Show how one limit of a case was counted, by the editions it was counted by.

    None for what intake did not count, such as a promise the sender states, and where the editions
    known here do not give the end that stands on file: no picture is better than a wrong one.
    """
    counted = case.counts.get(kind.value)
    if counted is None or case.accepted_at is None:
        return None
    calendar = _calendar(editions, counted.calendar.split("+"))
    if calendar is None:
        return None
    clock = case.counts.clock(kind, case.accepted_at, case.still)
    due = clock.due(calendar) if clock is not None else None
    if clock is None or due is None or due.at != counted.due_at:
        return None
    title, english = TITLES[kind]
    ended = case.completed_at
    return strip_of(
        explain(clock, calendar),
        counted.limit.unit,
        title=title,
        english=english,
        today=legal_date(ended or at),
        today_said="办结" if ended else "今天",
    )


def _calendar(editions: Iterable[Edition], labels: Collection[str]) -> WorkCalendar | None:
    known = {f"{one.year}.{one.version}": one for one in editions}
    announced = [label for label in labels if not label.endswith(f".{PROVISIONAL}")]
    if not known.keys() >= set(announced):
        return None
    return WorkCalendar(known[label] for label in announced)
