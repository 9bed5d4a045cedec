"""Notices: one for each occasion, from a version of a template, without the person."""

from __future__ import annotations

import pytest

from services.kernel.identifiers import stream_id
from services.notify.domain import TEMPLATES, Kind, Notice, NoticeRecorded, Occasion
from tests.unit.facts import HOUSE, facts

WORDS = {
    Kind.CASE_ACCEPTED: {"item": "施工许可", "due": "2020-10-29 23:59"},
    Kind.CASE_REFUSED: {"reason": "不在清单内。"},
    Kind.CASE_COMPLETED: {"result": "准予"},
}


@pytest.mark.parametrize("kind", list(Kind))
def test_notice_is_recorded_from_the_template_in_force(kind: Kind) -> None:
    notice = Notice.record_for(facts(HOUSE), Occasion(kind, "case-1", "s-1", WORDS[kind]))

    (event,) = notice.pending
    assert isinstance(event, NoticeRecorded)
    assert event.template == TEMPLATES[kind].name
    assert event.template_version == TEMPLATES[kind].version
    assert "case-1" in event.text
    assert "{" not in event.text
    assert event.dedup_key == f"{kind.value}/case-1"


def test_notice_of_the_same_occasion_is_the_same_stream() -> None:
    occasion = Occasion(Kind.CASE_COMPLETED, "case-1", "s-1", WORDS[Kind.CASE_COMPLETED])

    first = Notice.record_for(facts(HOUSE), occasion)
    second = Notice.record_for(facts(HOUSE), occasion)

    assert first.id == second.id == stream_id("notice", "case_completed/case-1")


def test_refusal_names_the_remedies() -> None:
    assert "行政复议" in TEMPLATES[Kind.CASE_REFUSED].text
    assert TEMPLATES[Kind.CASE_REFUSED].legal_effect
