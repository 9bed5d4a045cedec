"""What a person reads of a hotline ticket."""

from __future__ import annotations

import pytest

from services.chassis.eventlog.mapper import body_of, event_of
from services.chassis.web import Page
from services.chassis.web.parts import Cell
from services.intake.domain import Ticket
from services.intake.domain.clocks import breach_at
from services.intake.domain.ticket_events import TICKET_FACTS
from services.intake.domain.ticket_terms import (
    ROUTES,
    Outcome,
    RefusalGround,
    ReturnReason,
    Route,
    TicketState,
)
from services.intake.pages import tickets as pages
from services.intake.projections.tickets import TicketRow
from services.intake.ticket_answers import TicketsPageQuery
from services.kernel.calendar_seed import SEED
from tests.contract.rating_stories import (
    CALLED,
    OPERATOR,
    answered_ticket,
    received,
    refused_ticket,
    told,
)


def details(ticket: Ticket) -> list[tuple[str, str]]:
    events = [event_of(fact, body_of(fact)) for fact in ticket.pending]
    return [(moment.title, moment.detail) for moment in pages.moments(events)]


def test_every_step_is_told_in_words() -> None:
    assert details(answered_ticket()) == [
        ("受理来电", "渠道：电话"),
        ("派单", "主办 D07 · 协办 D09 · 时限 2020-10-13 23:59"),
        ("退单", "不属于本单位职责"),
        ("裁定改派", "主办 D07 · 时限 2020-10-14 23:59"),
        ("延期", "2020-10-14 23:59 → 2020-10-21 23:59"),
        ("逾期督办", "时限 2020-10-21 23:59"),
        ("答复", "已解决 · 逾期"),
        ("回访", "未接通"),
        ("回访", "不满意"),
        ("办结", "不满意"),
    ]
    assert details(refused_ticket())[-1] == (
        "不予受理",
        "属于政府信息公开申请 · 请向政府信息公开工作机构提出",
    )


def test_every_word_has_its_chinese() -> None:
    assert set(pages.STATES) == {one.value for one in TicketState}
    assert set(pages.GROUNDS) == {one.value for one in RefusalGround}
    assert set(pages.ROUTES) == {one.value for one in Route}
    assert set(pages.REASONS) == {one.value for one in ReturnReason}
    assert set(pages.OUTCOMES) == {one.value for one in Outcome}
    assert set(pages.TITLES) == {fact.TOPIC for fact in TICKET_FACTS}
    assert set(ROUTES) == set(RefusalGround)


def test_open_ticket_is_overdue_only_after_its_limit() -> None:
    ticket = received()
    ticket.dispatch(told(OPERATOR, CALLED), "D07", [], SEED)
    assert ticket.due_at is not None

    assert not pages.ticket_page(ticket, [], ticket.due_at)["overdue"]
    shown = pages.ticket_page(ticket, [], breach_at(ticket.due_at))
    assert (shown["overdue"], shown["state"]) == (True, "办理中")
    ended = pages.ticket_page(answered_ticket(), [], breach_at(ticket.due_at))
    assert (ended["overdue"], ended["outcome"]) == (False, "已解决")


@pytest.mark.parametrize("supervised", [True, False])
def test_list_leads_to_the_ticket_and_keeps_its_filters(supervised: bool) -> None:
    row = TicketRow(
        ticket_no="H1",
        state="dispatched",
        channel="phone",
        topic="noise",
        project_no=None,
        received_at=CALLED,
        lead_unit="D07",
        co_units=[],
        dispatched_at=CALLED,
        due_at=CALLED,
        extended=False,
        ruled=False,
        replied_at=None,
        on_time=None,
        satisfied=None,
        supervised=supervised,
    )

    table = pages.ticket_table(TicketsPageQuery(state="dispatched"), Page([row], "next-1"))

    shown = table.rows[0]
    assert shown[0] == Cell("H1", "/hotline/H1")
    assert shown[-1] == (Cell("已督办", light="red") if supervised else "–")
    assert table.next_href == "/hotline?state=dispatched&cursor=next-1"
    assert table.first_href == ""
