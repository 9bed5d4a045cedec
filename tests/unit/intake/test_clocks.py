"""The door and the clocks of a case: who may apply, when limits end, and what moves them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.intake.domain import (
    Application,
    Case,
    Decision,
    ListedItem,
    Status,
    StatusKind,
    off_list,
)
from services.intake.domain.clocks import breach_at, in_time
from services.intake.domain.events import (
    CaseAccepted,
    CaseCompleted,
    ClockBreached,
    ClockRecalculated,
    DeadlineApproaching,
    ExternalRecordCorrected,
)
from services.kernel.calendar import WorkCalendar
from services.kernel.calendar_seed import SEED, SEED_EDITIONS, calendar_as_of
from services.kernel.clock import Cause, Kind
from services.kernel.limits import Limit, Unit
from services.kernel.times import SHANGHAI
from tests.unit.facts import CLERK, COUNTY, HOUSE, NOW, facts
from tests.unit.intake.rows import ACCEPT, ITEM, accepted, completed, later, replace, row

FROZEN = Status(StatusKind.FROZEN, later(-1), later(1))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def case_of(at: datetime, calendar: WorkCalendar, **limits: Any) -> Case:
    """Give a case accepted at a window, nothing pending."""
    case = Case.submit(facts(CLERK, at), Application("case-1", "I1", "window", "s-1"))
    case.accept(facts(CLERK, at), replace(ITEM, **limits), at, calendar)
    case.collect_events()
    return case


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (None, "not_on_any_list"),
        (ListedItem([]), "not_on_any_list"),
        (ListedItem([replace(ITEM, listed=False)]), "not_on_any_list"),
        (ListedItem([replace(ITEM, effective_from=later(1))]), "not_yet_effective"),
        (ListedItem([ITEM], [FROZEN]), "item_frozen"),
        (ListedItem([ITEM], [FROZEN, Status(StatusKind.CANCELLED, later(-2))]), "item_cancelled"),
        (ListedItem([ITEM], [Status(StatusKind.SUPERSEDED, NOW, None, ["I2"])]), "item_superseded"),
        (ListedItem([ITEM], [Status(StatusKind.SPLIT, NOW, None, ["I2", "I3"])]), "item_split"),
    ],
)
def test_application_outside_the_lists_is_refused(item: ListedItem | None, code: str) -> None:
    ground = off_list(item, NOW)

    assert ground is not None and ground.code == code
    for status in item.statuses if item else ():
        assert all(code in ground.reason for code in status.successors)


@pytest.mark.parametrize(
    "status",
    [
        replace(FROZEN, until=NOW),
        Status(StatusKind.CANCELLED, later(1)),
        Status(StatusKind.SUPERSEDED, NOW + timedelta(seconds=1), None, ["I2"]),
    ],
)
def test_status_that_is_over_or_to_come_keeps_nobody_out(status: Status) -> None:
    assert off_list(ListedItem([ITEM], [status]), NOW) is None


def test_both_limits_are_counted_at_acceptance_and_stay(  # V01, V05
) -> None:
    case = Case.submit(facts(), Application("case-1", "I1", "window", "s-1"))

    case.accept(facts(), ITEM, NOW, SEED)

    event = case.pending[-1]
    assert isinstance(event, CaseAccepted)
    assert (event.promised_limit, event.promised_unit) == (7, Unit.WORKING_DAY)
    assert (event.statutory_limit, event.statutory_calendar) == (15, "2020.2")
    assert case.due_at(Kind.STATUTORY) == moment("2020-11-10 23:59:59")
    assert (case.item_version, case.provisional) == (2, False)


def test_limit_into_a_year_without_calendar_is_provisional_until_it_is_published() -> None:
    """K09."""
    at = moment("2026-12-21 10:00:00")
    case = case_of(at, SEED, promised=Limit(20), statutory=Limit(8))
    assert case.promised_due_at == moment("2027-01-18 23:59:59")
    assert case.counts["PROMISED"].calendar == "2026.1+2027.0"
    assert (case.provisional, case.counts["STATUTORY"].provisional) == (True, True)

    new_year = replace(
        SEED.years[2026], year=2027, days_off={moment("2027-01-01").date(): "元旦"}, work_days={}
    )
    case.recalculate(facts(HOUSE), SEED.amended(new_year), Cause.CALENDAR_AMENDED)

    moved = {event.clock: event for event in case.pending if isinstance(event, ClockRecalculated)}
    assert moved[Kind.PROMISED].old_due_at == moment("2027-01-18 23:59:59")
    assert moved[Kind.PROMISED].new_due_at == moment("2027-01-19 23:59:59")
    assert moved[Kind.STATUTORY].old_due_at == moved[Kind.STATUTORY].new_due_at
    assert case.promised_due_at == moment("2027-01-19 23:59:59")
    assert not case.provisional


@pytest.mark.parametrize(
    ("at", "days", "before", "after"),
    [
        ("2020-01-20", 20, "2020-02-21", "2020-02-25"),  # K06
        ("2020-01-22", 3, "2020-02-01", "2020-02-04"),  # K07
    ],
)
def test_amended_calendar_moves_the_end_and_the_old_one_is_kept(
    at: str, days: int, before: str, after: str
) -> None:
    start = moment(f"{at} 10:00:00")
    case = case_of(start, calendar_as_of(start.date()), promised=Limit(days), statutory=None)

    case.recalculate(facts(HOUSE), SEED, Cause.CALENDAR_AMENDED)
    case.recalculate(facts(HOUSE), SEED, Cause.CALENDAR_AMENDED)

    [event] = case.pending
    assert isinstance(event, ClockRecalculated)
    assert event.old_due_at == moment(f"{before} 23:59:59")
    assert event.new_due_at == moment(f"{after} 23:59:59")
    assert event.calendar_version == "2020.2"


def test_limit_a_sender_states_is_never_counted_again() -> None:
    stated = replace(ACCEPT, promised_due_at=later(3))
    said, limits = completed(stated, WorkCalendar.of(SEED_EDITIONS[:1]))
    case = Case.submit(facts(COUNTY), Application("case-1", "I1", "window", "s-1"), row())
    case.report_acceptance(facts(COUNTY), row(), said, replace(ITEM, statutory=None), limits)
    assert set(case.counts) == {"STATUTORY"}

    case.recalculate(facts(HOUSE), SEED, Cause.CALENDAR_AMENDED)

    assert case.promised_due_at == later(3)


def test_same_row_after_an_amendment_says_the_same() -> None:
    case = accepted()
    other = WorkCalendar.of(one for one in SEED_EDITIONS if one.year != 2020)

    assert case.as_counted(row(), ACCEPT).promised_due_at == case.promised_due_at
    assert completed(case.as_counted(row(), ACCEPT), other)[0] == case.rows[row().key].said
    moved = replace(ACCEPT, accepted_at=later(1))
    assert case.as_counted(row(), moved) == moved


def test_correction_says_whether_the_promise_was_counted_or_stated() -> None:
    case = accepted()
    said, _ = completed(replace(ACCEPT, promised_due_at=later(30)))

    case.correct(facts(COUNTY), row(at=later(1)), said)

    event = case.pending[-1]
    assert isinstance(event, ExternalRecordCorrected)
    assert (event.calendar_version, "PROMISED" in case.counts) == (None, False)
    assert case.promised_due_at == later(30)


def test_promise_approaches_once_and_not_after_its_end() -> None:
    case = case_of(NOW, SEED)
    due_at = case.promised_due_at
    assert due_at is not None
    assert case.counts.amber_at(NOW, due_at, SEED) == moment("2020-10-28 23:59:59")

    case.approach(facts(HOUSE), breach_at(due_at))
    assert case.pending == ()
    case.approach(facts(HOUSE), due_at)
    case.approach(facts(HOUSE), due_at)

    [event] = case.pending
    assert isinstance(event, DeadlineApproaching)
    assert event.due_at == due_at


def test_nothing_approaches_when_the_last_day_begins_with_the_first() -> None:
    case = case_of(NOW, SEED, promised=Limit(1))
    due_at = case.promised_due_at

    assert due_at is not None
    assert case.counts.amber_at(NOW, due_at, SEED) is None


def test_breach_is_said_once_for_each_limit_and_only_after_its_last_second() -> None:
    case = case_of(NOW, SEED)
    due_at = case.promised_due_at
    assert due_at is not None

    case.breach(facts(HOUSE), Kind.PROMISED, due_at + timedelta(milliseconds=999))
    assert case.pending == ()
    late = breach_at(due_at)
    case.breach(facts(HOUSE), Kind.PROMISED, late)
    case.breach(facts(HOUSE), Kind.PROMISED, late)
    case.breach(facts(HOUSE), Kind.STATUTORY, late)

    [event] = case.pending
    assert isinstance(event, ClockBreached)
    assert (event.due_at, event.detected_at) == (due_at, late)
    assert case.breaches == {"PROMISED": due_at}


def test_completion_before_the_end_is_on_time_though_it_was_heard_of_after_the_breach() -> None:
    case = case_of(NOW, SEED)
    due_at = case.promised_due_at
    assert due_at is not None
    case.breach(facts(HOUSE), Kind.PROMISED, later(30))

    case.complete(facts(HOUSE), Decision(True, 0, due_at))

    assert isinstance(case.pending[0], ClockBreached)
    event = case.pending[-1]
    assert isinstance(event, CaseCompleted)
    assert event.on_time is True
    case.breach(facts(HOUSE), Kind.STATUTORY, later(60))
    case.recalculate(facts(HOUSE), WorkCalendar(), Cause.CALENDAR_AMENDED)
    assert len(case.pending) == 3, "nothing happens to the clocks of a case that is done"


def test_last_second_of_a_limit_belongs_to_it() -> None:
    due_at = moment("2020-10-29 23:59:59")

    assert in_time(due_at + timedelta(milliseconds=999), due_at)
    assert not in_time(due_at + timedelta(seconds=1), due_at)
