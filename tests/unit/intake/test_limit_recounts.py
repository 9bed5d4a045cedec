"""Limits in working days that run when the calendar changes (K06, D06): one way for all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from services.intake.domain import Case
from services.intake.domain.rating_terms import Answer, Scale
from services.intake.domain.recounts import LimitRecounted, Recounted
from services.intake.domain.terms import CaseState
from services.kernel.calendar import Edition, WorkCalendar
from services.kernel.calendar_seed import SEED
from tests.contract.case_stories import PLAN, applied, told
from tests.contract.issuing_stories import requested, verified
from tests.contract.rating_stories import OPERATOR, invited, received
from tests.contract.rating_stories import told as told_of_ticket
from tests.contract.service_stories import asked as asked_contact
from tests.contract.service_stories import of
from tests.unit.facts import CLERK, HOUSE, NOW, facts
from tests.unit.intake.lives import due

DAYS_OFF = {date(2020, 10, day): "放假" for day in (21, 22, 23)} | {
    date(2020, 11, day): "放假" for day in (3, 4, 5)
}
AMENDED = WorkCalendar.of([Edition(2020, 2, "amended", date(2020, 10, 20), DAYS_OFF, {})])


def ticket() -> Recounted:
    found = received()
    found.dispatch(told_of_ticket(OPERATOR, NOW), "D07", [], SEED)
    return found


def contact() -> Recounted:
    found = asked_contact()
    found.ask(of(CLERK, NOW, "E1"), "clerk-13", SEED)
    return found


def rating() -> Recounted:
    found = invited()
    found.submit(facts(CLERK, NOW), Answer(1, Scale.BEST_5, "app"), False, SEED)
    return found


def corrections() -> Recounted:
    case = applied("case-1")
    case.notify(told("case-1"), [PLAN], due("2020-10-20 09:20", 10), "clerk-12", None, 10)
    return case


RUNNING = [ticket, contact, rating, corrections]


@pytest.mark.parametrize("begun", RUNNING)
def test_limit_that_runs_ends_later_when_days_are_taken_off(
    begun: Callable[[], Recounted],
) -> None:
    found = begun()
    before = found.open_limit()
    assert before is not None
    found.collect_events()

    assert found.recount_limit(facts(HOUSE), AMENDED)

    [fact] = found.pending
    assert isinstance(fact, LimitRecounted)
    assert (fact.limit, fact.key, fact.old_due_at) == (before.kind, before.key, before.due_at)
    assert fact.new_due_at - before.due_at >= timedelta(days=3)
    after = found.open_limit()
    assert after is not None and after.due_at == fact.new_due_at
    assert not found.recount_limit(facts(HOUSE), AMENDED)


@pytest.mark.parametrize("begun", RUNNING)
def test_limit_that_does_not_move_says_nothing(begun: Callable[[], Recounted]) -> None:
    found = begun()
    found.collect_events()

    assert not found.recount_limit(facts(HOUSE), SEED)
    assert list(found.pending) == []


def test_corrections_lapse_by_the_day_that_was_counted_again() -> None:
    case = corrections()
    assert isinstance(case, Case)
    case.recount_limit(told("case-1", 1, HOUSE), AMENDED)
    assert case.correction_due == date(2020, 11, 11)

    case.take_corrections(told("case-1", 2), ["plan-drawing"], SEED)

    assert case.state is CaseState.SUBMITTED
    assert case.open_limit() is None


def test_notice_of_an_earlier_release_is_left_as_it_was_told() -> None:
    case = applied("case-1")
    case.notify(told("case-1"), [PLAN], due("2020-10-20 09:20", 10), "clerk-12", None)

    assert case.open_limit() is None


def test_stage_of_a_village_certificate_is_counted_from_its_own_start() -> None:
    for asked, start in ((requested(), "requested_at"), (verified(), "verified_at")):
        found = asked.open_limit()
        assert found is not None and found.clock.started_at == getattr(asked, start)

        assert asked.recount_limit(facts(HOUSE), AMENDED)

        moved = asked.open_limit()
        assert moved is not None and moved.due_at > found.due_at
