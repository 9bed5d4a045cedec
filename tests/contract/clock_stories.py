"""Stories of cases whose limits approach, pass, and are counted again (K06)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from services.intake.domain import Application, Case
from services.intake.domain.clocks import breach_at
from services.kernel.aggregate import Aggregate
from services.kernel.calendar_seed import SEED, calendar_as_of
from services.kernel.clock import Cause, Kind
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI
from tests.unit.facts import CLERK, HOUSE, facts
from tests.unit.intake.rows import ITEM, replace

ACCEPTED_AT = datetime(2020, 1, 20, 9, 20, tzinfo=SHANGHAI)
LICENCE = replace(ITEM, promised=Limit(3), statutory=Limit(20))


def recounted_case() -> Case:
    """A case of January 2020: the Spring Festival is lengthened, then the promise passes."""
    known = calendar_as_of(ACCEPTED_AT.date())
    said = Application("case-4", "I1", "window", "s-4", ACCEPTED_AT, window="07")
    case = Case.submit(facts(CLERK, ACCEPTED_AT, "case-4"), said)
    case.accept(facts(CLERK, ACCEPTED_AT, "case-4"), LICENCE, ACCEPTED_AT, known)
    amended_at = ACCEPTED_AT + timedelta(days=7)
    case.recalculate(facts(HOUSE, amended_at, "case-4"), SEED, Cause.CALENDAR_AMENDED)
    due_at = case.promised_due_at
    assert due_at is not None
    case.approach(facts(HOUSE, due_at - timedelta(days=1), "case-4"), due_at)
    late = breach_at(due_at)
    case.breach(facts(HOUSE, late, "case-4"), Kind.PROMISED, late + timedelta(hours=1))
    return case


def provisional_case() -> Case:
    """A case that runs into a year whose calendar is not published (K09)."""
    at = datetime(2019, 11, 20, 9, 0, tzinfo=SHANGHAI)
    item = replace(LICENCE, statutory=Limit(40))
    said = Application("case-5", "I1", "window", "s-5", at, window="07")
    case = Case.submit(facts(CLERK, at, "case-5"), said)
    case.accept(facts(CLERK, at, "case-5"), item, at, calendar_as_of(at.date()))
    return case


CLOCK_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "intake-recounted-case": recounted_case,
    "intake-provisional-case": provisional_case,
}
