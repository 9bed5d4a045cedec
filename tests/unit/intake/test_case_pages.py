"""Nothing of a case crashes its page or is shown as a raw code."""

from __future__ import annotations

import pytest

from services.chassis.eventlog.mapper import body_of, event_of
from services.intake import timers
from services.intake.answers import case_view
from services.intake.domain import Case, CaseState
from services.intake.domain.case_titles import TITLES
from services.intake.domain.channels import CUT_OFFS
from services.intake.pages import CASE_STATES, CHANNELS, case_page, moments
from services.intake.projections.cases import project
from tests.contract.case_stories import CASE_STORIES, day
from tests.unit.intake.lives import applied, notify


def test_every_state_and_channel_has_words() -> None:
    assert set(CASE_STATES) == {state.value for state in CaseState}
    assert set(CUT_OFFS) <= set(CHANNELS)


@pytest.mark.parametrize("story", sorted(set(CASE_STORIES) - {"intake-acceptance-rule"}))
def test_story_of_a_case_is_shown_in_words(story: str) -> None:
    case = CASE_STORIES[story]()
    assert isinstance(case, Case)
    events = [event_of(fact, body_of(fact)) for fact in case.pending]

    page = case_page(case, events, day(40))
    shown = moments(events)

    assert all(event.type in TITLES for event in events)
    assert page["state"]
    for moment in shown:
        assert moment.title
        assert not moment.title.startswith("intake.")
        assert "_" not in moment.detail, moment.detail
    assert case_view(case).state == case.state.value
    assert [change for event in events for change in project(event)]


def test_deadline_that_fires_is_not_cancelled_by_what_it_does() -> None:
    case = applied()
    notify(case, "2020-09-25 10:00")

    [cancel, _] = timers.changes(case, None)
    [kept, _] = timers.changes(case, None, timers.CORRECTION)

    assert timers.CORRECTION in cancel.params[0]  # type: ignore[union-attr,operator]
    assert timers.CORRECTION not in kept.params[0]  # type: ignore[union-attr,operator]
