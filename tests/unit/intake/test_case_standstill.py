"""Clocks of a case that stand still and go on: K11, K12, K15 to K18, D05, art. 45."""

from __future__ import annotations

import pytest

from services.intake import timers
from services.intake.domain import CaseState, Decision, Standstill
from services.intake.domain.case_rules import CaseStateError
from services.intake.domain.rules import InFutureError
from services.kernel.calendar import WorkCalendar
from services.kernel.calendar_seed import SEED, SEED_EDITIONS
from services.kernel.clock import Cause, Kind, Reason
from services.kernel.clock.errors import (
    AlreadySuspendedError,
    DoesNotStopError,
    NotSuspendedError,
    SuspendedAfterDueError,
    UnknownReasonError,
)
from tests.unit.facts import HOUSE
from tests.unit.intake.lives import accepted, applied, at, names, told


def still(reason: str, since: str, days: int = 5) -> Standstill:
    return Standstill(reason, at(since), days)


def test_k11_what_stood_still_is_added() -> None:
    case = accepted("2020-09-28 10:00")
    assert str(case.promised_due_at) == "2020-10-14 23:59:59+08:00"

    case.suspend(told("2020-09-29 09:00"), still("HEARING", "2020-09-29 09:00"), SEED)
    assert (case.suspended, case.waits_for) == (True, (Reason.HEARING,))
    case.resume(told("2020-10-09 09:00"), "HEARING", at("2020-10-09 09:00"), SEED)

    assert str(case.promised_due_at) == "2020-10-16 23:59:59+08:00"
    event = case.pending[-1]
    assert (event.excluded_days, event.clocks) == (2, ["STATUTORY", "PROMISED"])  # type: ignore[attr-defined]
    assert event.statutory_due_at == case.statutory_due_at  # type: ignore[attr-defined]
    assert not case.suspended


def test_k12_standstill_within_a_holiday_adds_nothing() -> None:
    case = accepted("2020-09-28 10:00")
    case.suspend(told("2020-10-01 09:00"), still("HEARING", "2020-10-01 09:00"), SEED)
    case.resume(told("2020-10-09 09:00"), "HEARING", at("2020-10-09 09:00"), SEED)

    assert str(case.promised_due_at) == "2020-10-14 23:59:59+08:00"


def test_k15_two_reasons_at_once_are_one_standstill() -> None:
    case = accepted("2020-09-28 10:00")
    case.suspend(told("2020-09-29 09:00"), still("HEARING", "2020-09-29 09:00"), SEED)
    case.suspend(told("2020-09-29 10:00"), still("APPRAISAL", "2020-09-29 10:00"), SEED)
    case.resume(told("2020-09-30 09:00"), "HEARING", at("2020-09-30 09:00"), SEED)
    assert case.pending[-1].promised_due_at is None, "the other one still holds it"  # type: ignore[attr-defined]
    assert case.suspended

    case.resume(told("2020-10-09 09:00"), "APPRAISAL", at("2020-10-09 09:00"), SEED)

    assert str(case.promised_due_at) == "2020-10-16 23:59:59+08:00"


def test_statutory_clock_stands_still_for_reasons_of_art_45_only() -> None:
    case = accepted()
    before = case.statutory_due_at

    case.suspend(told("2020-09-29 09:00"), still("APPLICANT_CAUSE", "2020-09-29 09:00"), SEED)

    assert case.stands_still(Kind.PROMISED)
    assert not case.stands_still(Kind.STATUTORY)
    case.resume(told("2020-09-30 09:00"), "APPLICANT_CAUSE", at("2020-09-30 09:00"), SEED)
    assert case.statutory_due_at == before
    with pytest.raises(DoesNotStopError):
        case.suspend(told("2020-09-30 10:00"), still("SURVEY", "2020-09-30 10:00"), SEED)
    also = {Kind.PROMISED: frozenset({Reason.SURVEY})}
    case.suspend(told("2020-09-30 10:00"), still("SURVEY", "2020-09-30 10:00"), SEED, also)
    assert case.waits_for == (Reason.SURVEY,)


def test_k17_k18_what_a_clock_refuses() -> None:
    case = accepted("2020-09-28 10:00")
    with pytest.raises(NotSuspendedError):
        case.resume(told("2020-09-29 09:00"), "HEARING", at("2020-09-29 09:00"), SEED)
    with pytest.raises(UnknownReasonError):
        case.suspend(told("2020-09-29 09:00"), still("LUNCH", "2020-09-29 09:00"), SEED)
    with pytest.raises(InFutureError):
        case.suspend(told("2020-09-29 09:00"), still("HEARING", "2020-09-30 09:00"), SEED)
    with pytest.raises(SuspendedAfterDueError):
        case.suspend(told("2020-12-29 09:00"), still("HEARING", "2020-12-29 09:00"), SEED)
    case.suspend(told("2020-09-29 09:00"), still("HEARING", "2020-09-29 09:00"), SEED)
    with pytest.raises(AlreadySuspendedError):
        case.suspend(told("2020-09-29 09:00"), still("HEARING", "2020-09-29 09:00"), SEED)
    with pytest.raises(InFutureError):
        case.resume(told("2020-09-30 09:00"), "HEARING", at("2020-10-09 09:00"), SEED)
    with pytest.raises(CaseStateError):
        applied().suspend(told("2020-09-29 09:00"), still("HEARING", "2020-09-29 09:00"), SEED)


def test_d05_nothing_approaches_or_passes_while_it_stands_still() -> None:
    case = accepted("2020-09-28 10:00")
    case.suspend(told("2020-09-29 09:00"), still("HEARING", "2020-09-29 09:00"), SEED)
    case.collect_events()

    case.breach(told("2020-12-29 09:00", HOUSE), Kind.PROMISED, at("2020-12-29 09:00"))
    case.approach(told("2020-10-13 09:00", HOUSE), at("2020-10-13 09:00"))

    assert names(case) == []
    assert len(list(timers.changes(case, SEED))) == 1, "its deadlines are cancelled, none is set"


def test_calendar_amended_after_a_standstill_counts_it_too() -> None:
    case = accepted("2020-09-28 10:00")
    case.suspend(told("2020-09-29 09:00"), still("HEARING", "2020-09-29 09:00"), SEED)
    case.resume(told("2020-10-09 09:00"), "HEARING", at("2020-10-09 09:00"), SEED)
    case.collect_events()
    naive = WorkCalendar(one for one in SEED_EDITIONS if one.year != 2020)

    case.recalculate(told("2020-10-10 09:00", HOUSE), SEED, Cause.CALENDAR_AMENDED)
    assert names(case) == []
    case.recalculate(told("2020-10-10 09:00", HOUSE), naive, Cause.CALENDAR_AMENDED)

    assert str(case.promised_due_at) == "2020-10-19 23:59:59+08:00"


def test_completion_ends_the_standstill_first() -> None:
    case = accepted("2020-09-28 10:00")
    case.suspend(told("2020-09-29 09:00"), still("HEARING", "2020-09-29 09:00"), SEED)
    case.collect_events()

    case.complete(told("2020-10-16 09:00", HOUSE), Decision(True, 0, at("2020-10-16 09:00")), SEED)

    assert names(case) == ["CaseResumed", "CaseDecided", "CaseCompleted"]
    assert case.on_time is True, "late by the old end, in time by the new one"


def test_extension_moves_both_ends_and_recounts_keep_it() -> None:
    case = accepted("2020-09-28 10:00")

    case.extend(told("2020-10-12 09:00", HOUSE), 10, "authority_head", at("2020-10-12 09:00"), SEED)

    assert str(case.promised_due_at) == "2020-10-28 23:59:59+08:00"
    case.collect_events()
    case.recalculate(told("2020-10-13 09:00", HOUSE), SEED, Cause.CALENDAR_AMENDED)
    assert names(case) == []
    assert case.state is CaseState.ACCEPTED
