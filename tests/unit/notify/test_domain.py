"""Notices: one for each occasion, from a version of a template, without the person."""

from __future__ import annotations

from typing import Any

import pytest

from services.kernel.identifiers import stream_id
from services.notify.domain import TEMPLATES, Kind, Notice, NoticeRecorded, Occasion
from services.notify.messages import COLLECT, CaseCompleted
from tests.unit.facts import HOUSE, facts

WORDS = {
    Kind.CASE_ACCEPTED: {"item": "施工许可", "due": "2020-10-29 23:59"},
    Kind.CASE_REFUSED: {"reason": "不在清单内。"},
    Kind.CASE_COMPLETED: {"result": "准予", "collect": COLLECT},
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


def test_case_that_completes_again_is_told_again() -> None:
    words = WORDS[Kind.CASE_COMPLETED]
    turns = [Occasion(Kind.CASE_COMPLETED, "case-1", "s-1", words, turn) for turn in (0, 1, 2)]

    keys = [one.dedup_key for one in turns]
    assert keys == ["case_completed/case-1", "case_completed/case-1/1", "case_completed/case-1/2"]
    assert len({Notice.record_for(facts(HOUSE), one).id for one in turns}) == 3


@pytest.mark.parametrize(
    ("told", "result", "collected"),
    [
        ({"granted": True, "completion_kind": 0}, "准予", COLLECT),
        ({"granted": False, "completion_kind": 1}, "不予", COLLECT),
        ({"granted": True, "completion_kind": 0, "row_guid": "r-1"}, "准予", ""),
        ({"granted": False, "completion_kind": 2}, "作废", ""),
        ({"granted": False, "completion_kind": 4}, "已转报上级机关", ""),
        ({"granted": False, "completion_kind": 6}, "已终止办理", ""),
    ],
)
def test_completion_is_told_as_it_was_and_no_notice_carries_a_code(
    told: dict[str, Any], result: str, collected: str
) -> None:
    said = CaseCompleted("case-1", **told)

    assert (said.result, said.collected) == (result, collected)


def test_refusal_names_the_remedies() -> None:
    assert "行政复议" in TEMPLATES[Kind.CASE_REFUSED].text
    assert TEMPLATES[Kind.CASE_REFUSED].legal_effect
