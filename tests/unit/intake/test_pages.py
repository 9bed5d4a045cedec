"""What a person reads of a case."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.eventlog.mapper import body_of, event_of
from services.chassis.web.parts import Moment
from services.intake.answers import CasesQuery
from services.intake.domain import Case, Decision, RecordKind
from services.intake.pages import case_page, filters, moments
from tests.unit.facts import COUNTY, NOW, facts
from tests.unit.intake.rows import RESULT, STEP, accepted, later, replace, row


def told(case: Case) -> list[Moment]:
    return moments([event_of(fact, body_of(fact)) for fact in case.pending])


def test_step_is_shown_by_its_name_outcome_and_handler() -> None:
    case = accepted()
    case.report(facts(COUNTY), row(RecordKind.PROCESS), STEP)
    back = replace(STEP, name="现场勘验", outcome="return", handler="", unit="")
    case.report(facts(COUNTY), row(RecordKind.PROCESS, guid="row-2"), back)

    first, second = told(case)

    assert (first.title, first.detail) == ("环节：审查", "通过 · 经办 officer-21 · 审批股")
    assert (second.title, second.detail, second.light) == ("环节：现场勘验", "退回", "amber")
    assert first.actor == f"外部系统 · {COUNTY.id}"


def test_completion_says_in_words_whether_it_was_in_time() -> None:
    for days, words, light in ((1, "按期办结", "green"), (90, "逾期办结", "red")):
        case = accepted()
        case.complete(facts(at=later(days)), Decision(True, 0, later(days)))

        (moment,) = told(case)
        page = case_page(case, [], later(days))

        assert (moment.detail, moment.light) == (f"{words} · 准予 · 发证", light)
        assert (page["state"], page["light"], page["ending"]) == ("已办结", "green", "准予 · 发证")


def test_open_case_is_overdue_only_after_its_limit() -> None:
    case = accepted()
    due_at = case.promised_due_at
    assert due_at is not None

    assert not case_page(case, [], due_at)["overdue"]
    assert case_page(case, [], due_at + timedelta(minutes=1))["overdue"]
    assert case_page(case, [], NOW)["state"] == "在办"


def test_correction_names_the_fields_and_retraction_the_record() -> None:
    case = accepted()
    case.report(facts(COUNTY), row(RecordKind.RESULT), RESULT)
    other = replace(RESULT, completion_kind=6)
    case.correct(facts(COUNTY), row(RecordKind.RESULT, at=later(3)), other)
    case.retract(facts(COUNTY), row(RecordKind.RESULT, at=later(4)), "deleted by the sender")

    said, corrected, retracted = told(case)

    assert said.detail == "准予 · 发证"
    assert corrected.detail == "结果记录更正：completion_kind"
    assert retracted.detail == "结果记录由来源系统删除"


def test_filter_offers_a_senders_own_channel_when_it_is_asked_for() -> None:
    def offered(query: CasesQuery) -> list[str]:
        (field,) = (one for one in filters(query) if one.name == "channel")
        return [option.value for option in field.options]

    assert "Desk" not in offered(CasesQuery())
    assert "Desk" in offered(CasesQuery(channel="Desk"))
    assert offered(CasesQuery(channel="window")).count("window") == 1
