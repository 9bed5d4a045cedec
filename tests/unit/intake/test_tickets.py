"""Hotline tickets: given events, when a command, then events or an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.intake.domain import Ticket
from services.intake.domain.clocks import breach_at
from services.intake.domain.ticket_events import TicketRefused, TicketSupervised
from services.intake.domain.ticket_terms import (
    ROUTES,
    TRIES,
    DispatchRuledError,
    ExtendedAfterDueError,
    ExtendedBeforeError,
    LeadAlsoHelpsError,
    NotCalledBackError,
    NotSupervisorError,
    OtherUnitsTicketError,
    Outcome,
    RefusalGround,
    ReturnedTooLateError,
    ReturnReason,
    TicketNoTakenError,
    TicketState,
    WrongTicketStateError,
)
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, ActorKind
from services.kernel.times import SHANGHAI
from tests.contract.rating_stories import (
    CALLED,
    OPERATOR,
    SUPERVISOR,
    UNIT,
    answered_ticket,
    received,
    told,
)
from tests.unit.facts import HOUSE

STRANGER = Actor(ActorKind.PERSON, "unit-9", unit="D09", role="unit")
DAY = timedelta(days=1)
DUE = datetime(2020, 10, 13, 23, 59, 59, tzinfo=SHANGHAI)
Do = Callable[[Ticket], None]


def dispatched() -> Ticket:
    ticket = received()
    ticket.dispatch(told(OPERATOR, CALLED), "D07", ["D09"], SEED)
    return ticket


def returned() -> Ticket:
    ticket = dispatched()
    ticket.give_back(told(UNIT, CALLED), ReturnReason.NOT_OUR_DUTY)
    return ticket


def ruled() -> Ticket:
    ticket = returned()
    ticket.rule(told(SUPERVISOR, CALLED), "D07", [], SEED)
    return ticket


def replied() -> Ticket:
    ticket = dispatched()
    ticket.reply(told(UNIT, CALLED), Outcome.EXPLAINED, False)
    return ticket


def call(
    ticket: Ticket, reached: bool, satisfied: bool | None = None, by: Actor = OPERATOR
) -> None:
    ticket.call_back(
        told(by, CALLED), reached=reached, solved=None, satisfied=satisfied, has_note=False
    )


def extend(ticket: Ticket, at: datetime = CALLED, by: Actor = SUPERVISOR) -> None:
    ticket.extend(told(by, at), SEED)


def test_h01_ticket_is_answered_within_five_working_days() -> None:
    assert dispatched().due_at == DUE


def test_number_is_used_once() -> None:
    with pytest.raises(TicketNoTakenError):
        received().receive(
            told(OPERATOR, CALLED),
            ticket_no="H1",
            channel="phone",
            topic="noise",
            subject_id="s-9",
            has_text=False,
        )


@pytest.mark.parametrize("ground", RefusalGround)
def test_refusal_names_the_other_way(ground: RefusalGround) -> None:
    ticket = received()

    ticket.refuse(told(OPERATOR, CALLED), ground)

    event = ticket.pending[-1]
    assert isinstance(event, TicketRefused)
    assert (event.ground, event.route) == (ground, ROUTES[ground])
    assert not ticket.is_open


def test_who_leads_does_not_help() -> None:
    with pytest.raises(LeadAlsoHelpsError):
        received().dispatch(told(OPERATOR, CALLED), "D07", ["D07"], SEED)


def test_wrong_assignment_is_given_back_within_24_hours() -> None:
    ticket = dispatched()
    with pytest.raises(ReturnedTooLateError):
        ticket.give_back(told(UNIT, CALLED + DAY + timedelta(seconds=1)), ReturnReason.NOT_OUR_DUTY)

    ticket.give_back(told(UNIT, CALLED + DAY), ReturnReason.NOT_OUR_DUTY)

    assert (ticket.state, ticket.due_at) == (TicketState.RETURNED, None)


def test_limit_begins_anew_when_it_is_ruled_and_the_ruling_stands() -> None:
    ticket = returned()
    ticket.rule(told(SUPERVISOR, DUE), "D09", ["D07"], SEED)

    assert ticket.due_at == datetime(2020, 10, 20, 23, 59, 59, tzinfo=SHANGHAI)
    assert ticket.units == ["D09", "D07"]
    with pytest.raises(DispatchRuledError):
        ticket.give_back(told(STRANGER, DUE), ReturnReason.NOT_OUR_DUTY)


def test_extension_is_five_working_days_more_once_in_time() -> None:
    ticket = dispatched()
    extend(ticket, DUE)

    assert ticket.due_at == datetime(2020, 10, 20, 23, 59, 59, tzinfo=SHANGHAI)
    with pytest.raises(ExtendedBeforeError):
        extend(ticket)
    with pytest.raises(ExtendedAfterDueError):
        extend(dispatched(), breach_at(DUE))


@pytest.mark.parametrize(
    "who",
    [UNIT, OPERATOR, Actor(ActorKind.PERSON, "unit-7", unit="D07", role="supervisor")],
    ids=["the unit", "the hotline", "a supervisor of the unit"],
)
def test_only_a_supervisor_of_another_unit_extends_and_rules(who: Actor) -> None:
    with pytest.raises(NotSupervisorError):
        extend(dispatched(), by=who)
    with pytest.raises(NotSupervisorError):
        returned().rule(told(who, CALLED), "D09", [], SEED)


def test_only_the_unit_that_leads_replies_and_gives_back() -> None:
    with pytest.raises(OtherUnitsTicketError):
        dispatched().reply(told(STRANGER, CALLED), Outcome.RESOLVED, False)
    with pytest.raises(OtherUnitsTicketError):
        dispatched().give_back(told(STRANGER, CALLED), ReturnReason.DUPLICATE)


@pytest.mark.parametrize(("at", "on_time"), [(DUE, True), (breach_at(DUE), False)])
def test_reply_is_in_time_until_the_last_second(at: datetime, on_time: bool) -> None:
    ticket = dispatched()

    ticket.reply(told(UNIT, at), Outcome.RESOLVED, True)

    assert ticket.on_time is on_time


def test_overdue_ticket_is_supervised_once() -> None:
    ticket = dispatched()
    late = breach_at(DUE)
    ticket.supervise(told(HOUSE, DUE), DUE)
    assert ticket.supervised_at is None

    ticket.supervise(told(HOUSE, late), late)
    ticket.supervise(told(HOUSE, late), late)

    assert [type(fact) for fact in ticket.pending].count(TicketSupervised) == 1


@pytest.mark.parametrize("given", [received, returned, replied])
def test_ticket_that_waits_for_no_reply_is_not_supervised(given: Callable[[], Ticket]) -> None:
    ticket = given()

    ticket.supervise(told(HOUSE, DUE), DUE + DAY)

    assert ticket.supervised_at is None


def test_extended_ticket_is_not_supervised_at_its_old_end() -> None:
    ticket = dispatched()
    extend(ticket)

    ticket.supervise(told(HOUSE, DUE), breach_at(DUE))

    assert ticket.supervised_at is None


def test_caller_is_asked_before_the_end() -> None:
    ticket = replied()
    with pytest.raises(NotCalledBackError):
        ticket.close(told(OPERATOR, CALLED))

    call(ticket, reached=True, satisfied=False)
    ticket.close(told(OPERATOR, CALLED))

    assert (ticket.state, ticket.satisfied, ticket.is_open) == (TicketState.CLOSED, False, False)


def test_caller_who_is_never_reached_says_nothing() -> None:
    ticket = replied()
    for _ in range(TRIES - 1):
        call(ticket, reached=False, satisfied=True)
    with pytest.raises(NotCalledBackError):
        ticket.close(told(OPERATOR, CALLED))

    call(ticket, reached=False, satisfied=True)
    ticket.close(told(OPERATOR, CALLED))

    assert (ticket.calls, ticket.satisfied) == (TRIES, None)


@pytest.mark.parametrize("who", [UNIT, STRANGER])
def test_who_answered_or_helped_does_not_ask_the_caller(who: Actor) -> None:
    with pytest.raises(OtherUnitsTicketError):
        call(replied(), reached=True, by=who)


def dispatch(ticket: Ticket) -> None:
    ticket.dispatch(told(OPERATOR, CALLED), "D07", [], SEED)


def give_back(ticket: Ticket) -> None:
    ticket.give_back(told(UNIT, CALLED), ReturnReason.DUPLICATE)


def rule(ticket: Ticket) -> None:
    ticket.rule(told(SUPERVISOR, CALLED), "D07", [], SEED)


def reply(ticket: Ticket) -> None:
    ticket.reply(told(UNIT, CALLED), Outcome.RESOLVED, False)


def refuse(ticket: Ticket) -> None:
    ticket.refuse(told(OPERATOR, CALLED), RefusalGround.PETITION)


OUT_OF_ORDER: list[tuple[Callable[[], Ticket], Do]] = [
    (received, give_back),
    (received, rule),
    (received, extend),
    (received, reply),
    (received, lambda ticket: call(ticket, reached=True)),
    (received, lambda ticket: ticket.close(told(OPERATOR, CALLED))),
    (dispatched, dispatch),
    (dispatched, refuse),
    (dispatched, rule),
    (dispatched, lambda ticket: call(ticket, reached=True)),
    (returned, reply),
    (returned, extend),
    (returned, give_back),
    (replied, reply),
    (replied, extend),
    (replied, give_back),
]


@pytest.mark.parametrize(("given", "do"), OUT_OF_ORDER)
def test_steps_come_in_their_order(given: Callable[[], Ticket], do: Do) -> None:
    ticket = given()
    before = ticket.version

    with pytest.raises(WrongTicketStateError):
        do(ticket)

    assert ticket.version == before


def test_ruled_ticket_may_go_back_to_the_same_unit() -> None:
    ticket = ruled()

    assert (ticket.lead_unit, ticket.ruled, ticket.state) == ("D07", True, TicketState.DISPATCHED)


def test_story_ends_closed_and_late() -> None:
    ticket = answered_ticket()

    assert (ticket.state, ticket.on_time) == (TicketState.CLOSED, False)
    assert ticket.supervised_at is not None
