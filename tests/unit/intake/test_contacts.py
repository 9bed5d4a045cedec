"""First contact (首问负责制): who owns an enquiry, and until when."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.intake.domain import Contact
from services.intake.domain.clocks import breach_at
from services.intake.domain.contact_terms import (
    CaseMissingError,
    ContactOutcome,
    ContactState,
    DeclineReason,
    FirstContactHandedOver,
    FirstContactHandOverOverdue,
    NotOwnerError,
    NotReceiverError,
    WrongContactStateError,
)
from services.kernel.calendar_seed import SEED
from services.kernel.times import SHANGHAI
from tests.contract.service_stories import SECOND, SUPERVISOR, asked, of
from tests.unit.facts import CLERK, HOUSE, NOW

DUE = datetime(2020, 10, 21, 23, 59, 59, tzinfo=SHANGHAI)


def handing_over(at: datetime = NOW) -> Contact:
    contact = asked()
    contact.ask(of(CLERK, at), "clerk-13", SEED)
    return contact


def test_first_clerk_owns_it_until_the_receiver_says_yes() -> None:
    contact = handing_over()
    assert (contact.owner, contact.receiver, contact.due_at) == ("clerk-12", "clerk-13", DUE)
    for stranger in (CLERK, SUPERVISOR):
        with pytest.raises(NotReceiverError):
            contact.acknowledge(of(stranger))
        with pytest.raises(NotReceiverError):
            contact.decline(of(stranger), DeclineReason.ABSENT)

    contact.acknowledge(of(SECOND))

    assert (contact.owner, contact.state, contact.due_at) == ("clerk-13", ContactState.OWNED, None)
    with pytest.raises(NotOwnerError):
        contact.close(of(CLERK), ContactOutcome.ANSWERED)
    contact.close(of(SECOND), ContactOutcome.ANSWERED)


def test_declined_hand_over_leaves_the_owner_and_may_be_asked_again() -> None:
    contact = handing_over()

    contact.decline(of(SECOND), DeclineReason.NOT_OUR_DUTY)

    assert (contact.owner, contact.state) == ("clerk-12", ContactState.OWNED)
    with pytest.raises(WrongContactStateError):
        contact.acknowledge(of(SECOND))
    contact.ask(of(CLERK), "clerk-14", SEED)


def test_only_the_owner_asks_somebody_else_and_one_at_a_time() -> None:
    contact = asked()
    with pytest.raises(NotOwnerError):
        contact.ask(of(SECOND), "clerk-13", SEED)
    with pytest.raises(NotReceiverError):
        contact.ask(of(CLERK), "clerk-12", SEED)
    contact.ask(of(CLERK), "clerk-13", SEED)
    with pytest.raises(WrongContactStateError):
        contact.ask(of(CLERK), "clerk-14", SEED)


def test_limit_is_the_next_working_day_over_a_holiday() -> None:
    contact = handing_over(datetime(2020, 9, 30, 16, 0, tzinfo=SHANGHAI))

    assert contact.due_at == datetime(2020, 10, 9, 23, 59, 59, tzinfo=SHANGHAI)


def test_overdue_is_noted_once_and_moves_nothing() -> None:
    contact = handing_over()
    late = breach_at(DUE)
    contact.note_overdue(of(HOUSE, DUE), DUE)
    contact.note_overdue(of(HOUSE, late), late)
    contact.note_overdue(of(HOUSE, late), late)

    assert sum(isinstance(fact, FirstContactHandOverOverdue) for fact in contact.pending) == 1
    assert (contact.owner, contact.state) == ("clerk-12", ContactState.HANDING_OVER)
    contact.acknowledge(of(SECOND, late))
    [*_, said] = contact.pending
    assert isinstance(said, FirstContactHandedOver)
    assert said.on_time is False


def test_overdue_is_nothing_when_it_was_answered() -> None:
    contact = handing_over()
    contact.acknowledge(of(SECOND, DUE))
    before = len(contact.pending)

    contact.note_overdue(of(HOUSE, breach_at(DUE)), breach_at(DUE))

    assert len(contact.pending) == before


def test_case_that_was_opened_is_named_and_the_end_is_the_end() -> None:
    contact = handing_over()
    with pytest.raises(CaseMissingError):
        contact.close(of(CLERK), ContactOutcome.CASE_OPENED)
    contact.close(of(CLERK), ContactOutcome.CASE_OPENED, "case-1")

    assert (contact.state, contact.receiver, contact.project_no) == (
        ContactState.CLOSED,
        "",
        "case-1",
    )
    for act in (
        lambda: contact.close(of(CLERK), ContactOutcome.ANSWERED),
        lambda: contact.ask(of(CLERK), "clerk-13", SEED),
        lambda: contact.acknowledge(of(SECOND)),
    ):
        with pytest.raises(WrongContactStateError):
            act()
