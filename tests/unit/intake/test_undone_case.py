"""Voiding and deletion: asked for by one, confirmed by another, or declined."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.eventlog.mapper import body_of, event_of
from services.chassis.projection import Insert, Statement
from services.chassis.web import Page
from services.intake.desk_answers import ConfirmationsQuery
from services.intake.domain import Case, CaseState, Known, ListedItem
from services.intake.domain.case_rules import (
    CaseStateError,
    NotYoursError,
    SameApproverError,
    UndoStateError,
)
from services.intake.domain.terms import Decision, ReopeningGround
from services.intake.domain.undo_events import Undoing
from services.intake.pages import offers
from services.intake.pages.confirmations import confirmations_page
from services.intake.pages.desk_case import undo_of
from services.intake.projections import undoings
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, ActorKind
from tests.unit.facts import HOUSE, NOW
from tests.unit.intake.lives import accepted, at, names, told
from tests.unit.intake.rows import ITEM

LATER = "2020-10-09 10:00"
BOSS = Actor(ActorKind.PERSON, "supervisor-2", role="supervisor")
WAY = pytest.mark.parametrize("way", list(Undoing))


def asked(way: Undoing) -> Case:
    case = accepted()
    case.ask_undoing(told(LATER), way, "重复录入")
    return case


@WAY
def test_asking_changes_nothing_and_another_one_confirms(way: Undoing) -> None:
    case = asked(way)
    assert (case.state, case.is_open) == (CaseState.ACCEPTED, True)

    case.confirm_undoing(told(LATER, BOSS), way, SEED)

    done = next(fact for fact in case.pending if "approver" in vars(fact))
    assert (done.approver, done.requested_by) == ("supervisor-2", "clerk-12")  # type: ignore[attr-defined]
    assert case.state.value == ("voided" if way is Undoing.VOIDING else "deleted_in_error")
    assert case.undo is None
    assert ("CaseCompleted" in names(case)) == (way is Undoing.VOIDING)


@WAY
def test_who_asked_does_not_confirm_whatever_their_role(way: Undoing) -> None:
    case = accepted()
    case.ask_undoing(told(LATER, BOSS), way, "重复录入")

    with pytest.raises(SameApproverError):
        case.confirm_undoing(told(LATER, BOSS), way, SEED)
    assert names(case) == ["CaseUndoRequested"]


def test_only_what_was_asked_for_is_confirmed_and_once() -> None:
    case = asked(Undoing.VOIDING)

    with pytest.raises(UndoStateError):
        case.confirm_undoing(told(LATER, BOSS), Undoing.DELETION, SEED)
    with pytest.raises(UndoStateError):
        case.ask_undoing(told(LATER), Undoing.DELETION, "x")
    case.confirm_undoing(told(LATER, BOSS), Undoing.VOIDING, SEED)
    with pytest.raises(UndoStateError):
        case.confirm_undoing(told(LATER, BOSS), Undoing.VOIDING, SEED)


def test_declined_by_a_supervisor_or_taken_back_by_who_asked() -> None:
    case = asked(Undoing.DELETION)
    another = Actor(ActorKind.PERSON, "clerk-99", role="clerk")

    with pytest.raises(NotYoursError):
        case.decline_undoing(told(LATER, another), Undoing.DELETION, "x")
    case.decline_undoing(told(LATER, BOSS), Undoing.DELETION, "没有重复")
    case.ask_undoing(told(LATER), Undoing.DELETION, "重复录入")
    case.decline_undoing(told(LATER), Undoing.DELETION, "看错了")

    assert (case.undo, case.state) == (None, CaseState.ACCEPTED)


def test_case_that_ended_meanwhile_is_not_voided_any_more() -> None:
    case = asked(Undoing.VOIDING)
    case.withdraw(told(LATER), "whole", [], "", SEED)

    with pytest.raises(CaseStateError):
        case.confirm_undoing(told(LATER, BOSS), Undoing.VOIDING, SEED)
    assert offers.acts_for(case, {"supervisor"}) == {"voiding-declining"}


def test_page_offers_the_answer_to_what_is_asked() -> None:
    case = asked(Undoing.VOIDING)

    shown = undo_of(case)

    assert shown is not None and (shown["by"], shown["reason"]) == ("clerk-12", "重复录入")
    both = {"voiding-confirmation", "voiding-declining"}
    assert offers.acts_for(case, {"supervisor"}) == both
    assert offers.acts_for(case, {"clerk"}) & both == {"voiding-declining"}
    assert not offers.acts_of(case) & {"voiding", "deletion"}
    assert undo_of(accepted()) is None


def test_each_completion_after_a_reopening_is_counted() -> None:
    case = accepted()
    for turn in range(3):
        case.complete(told(LATER, HOUSE), Decision(True, 0, at(LATER)))
        if turn < 2:
            case.reopen(told(LATER, HOUSE), ReopeningGround.TASK_REOPENED, SEED)

    told_turns = [fact.reopenings for fact in case.pending if hasattr(fact, "reopenings")]
    assert told_turns == [None, 1, 2]


def rows_of(case: Case) -> dict[object, tuple[object, ...]]:
    """Replay what waits for an answer."""
    found: dict[object, tuple[object, ...]] = {}
    for fact in case.pending:
        for change in undoings.project(event_of(fact, body_of(fact))):
            if isinstance(change, Insert):
                assert change.row[0] not in found
                found[change.row[0]] = change.row
            else:
                assert isinstance(change, Statement)
                found.pop(change.params[0], None)
    return found


@WAY
def test_a_request_is_listed_until_it_is_answered(way: Undoing) -> None:
    case = asked(way)
    assert rows_of(case) == {
        "case-1": ("case-1", way.value, "重复录入", "clerk-12", at(LATER)),
    }
    case.decline_undoing(told(LATER, BOSS), way, "没有重复")
    assert not rows_of(case)
    case.ask_undoing(told(LATER), way, "已核对")
    assert rows_of(case)["case-1"][2] == "已核对"
    case.confirm_undoing(told(LATER, BOSS), way, SEED)
    assert not rows_of(case)


def test_the_list_names_who_asked_and_keeps_its_filters() -> None:
    row = undoings.UndoingRow(
        *("case-1", "deletion", "重复录入", "supervisor-2", at(LATER)),
        *("accepted", ITEM.item_code, None, ITEM.department, "07"),
    )
    known = Known({ITEM.item_code: ListedItem([ITEM])}, SEED)
    query = ConfirmationsQuery(department=ITEM.department, cursor="before")

    def page(viewer: str) -> dict[str, Any]:
        return confirmations_page(query, Page([row], "next-1"), 2, known, NOW, viewer)

    (line,) = page("supervisor-2")["lines"]
    assert (line.own, line.item, line.what) == (True, ITEM.name, "误录删除")
    assert (line.department, line.window) == (ITEM.department_name, "07 号窗口")
    shown = page("supervisor-3")
    assert not shown["lines"][0].own
    assert shown["next_href"] == f"/desk/confirmations?department={ITEM.department}&cursor=next-1"
    assert shown["first_href"] == f"/desk/confirmations?department={ITEM.department}"
