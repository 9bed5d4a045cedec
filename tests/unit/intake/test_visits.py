"""Home visits (上门服务) and extended hours (延时服务)."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.intake.domain import ExtendedHours
from services.intake.domain.visit_terms import (
    ExtendedTimeError,
    InsideHoursError,
    VisitCancelReason,
    VisitOutcome,
    VisitState,
    VisitTimeError,
    WrongVisitStateError,
)
from services.kernel.calendar_seed import SEED
from services.kernel.clock import OFFICE_HOURS
from services.kernel.times import SHANGHAI
from tests.contract.service_stories import MINUTE, SECOND, STARTS, of, served_visit, visit
from tests.unit.facts import CLERK, NOW

LATER = datetime(2020, 10, 25, 9, 0, tzinfo=SHANGHAI)


def tell(began: datetime, minutes: int, found: ExtendedHours | None = None) -> ExtendedHours:
    found = found or ExtendedHours.of("case-1")
    ended = began + minutes * MINUTE
    found.tell(of(CLERK, LATER), "case-1", "W01", began, ended, OFFICE_HOURS, SEED)
    return found


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    return datetime(2020, month, day, hour, minute, tzinfo=SHANGHAI)


def test_visit_is_arranged_again_and_completed_by_who_went() -> None:
    found = visit()
    found.schedule(of(CLERK), "clerk-13", STARTS)
    found.schedule(of(CLERK), "clerk-12", STARTS)
    with pytest.raises(WrongVisitStateError):
        found.complete(of(SECOND, STARTS), VisitOutcome.SERVED)
    with pytest.raises(VisitTimeError):
        found.complete(of(CLERK, STARTS - MINUTE), VisitOutcome.SERVED)

    found.complete(of(CLERK, STARTS), VisitOutcome.SERVED, "case-9")

    assert (found.state, found.project_no) == (VisitState.COMPLETED, "case-9")


def test_visit_is_not_arranged_for_the_past_nor_completed_unarranged() -> None:
    found = visit()
    with pytest.raises(VisitTimeError):
        found.schedule(of(CLERK), "clerk-12", NOW)
    with pytest.raises(WrongVisitStateError):
        found.complete(of(CLERK, STARTS), VisitOutcome.SERVED)


def test_visit_that_is_over_stays_over() -> None:
    found = served_visit()

    for act in (
        lambda: found.schedule(of(CLERK), "clerk-12", STARTS),
        lambda: found.complete(of(CLERK, STARTS), VisitOutcome.SERVED),
        lambda: found.cancel(of(CLERK), VisitCancelReason.CENTRE),
    ):
        with pytest.raises(WrongVisitStateError):
            act()
    assert not found.is_open


@pytest.mark.parametrize(
    ("began", "minutes"),
    [
        (at(20, 17, 30), 40),
        (at(20, 12, 0), 120),
        (at(20, 7, 30), 60),
        (at(24, 9, 0), 60),  # Saturday
        (at(1, 9, 0), 60),  # National Day
        (at(20, 22, 0), 600),  # until half an hour before they open
    ],
)
def test_what_lies_outside_of_hours_is_recorded(began: datetime, minutes: int) -> None:
    assert len(tell(began, minutes).pending) == 1


@pytest.mark.parametrize(
    ("began", "minutes"),
    [
        (at(20, 17, 29), 40),
        (at(20, 12, 0), 121),
        (at(20, 9, 0), 10),
        (at(10, 9, 0), 60),  # a Saturday on which offices worked
        (at(20, 18, 0), 871),  # over night, into the next morning
    ],
)
def test_what_meets_the_hours_is_refused(began: datetime, minutes: int) -> None:
    with pytest.raises(InsideHoursError):
        tell(began, minutes)


def test_extended_hours_are_over_and_told_once() -> None:
    found = tell(at(20, 17, 30), 40)
    with pytest.raises(ExtendedTimeError):
        tell(at(20, 18, 0), 40, found)
    with pytest.raises(ExtendedTimeError):
        tell(at(20, 19, 0), 0, found)
    with pytest.raises(ExtendedTimeError):
        tell(LATER - MINUTE, 2, found)
    with pytest.raises(ExtendedTimeError):
        tell(at(1, 9, 0), 24 * 60 + 1, found)

    tell(at(20, 18, 10), 40, found)

    assert len(found.times) == 2
