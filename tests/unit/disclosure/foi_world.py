"""A request for information in 2020, and those who act on it; for tests of its rules."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from services.disclosure.domain import FoiRequest
from services.disclosure.domain.foi_remedies import remedies
from services.disclosure.domain.foi_terms import (
    Category,
    Channel,
    Delivery,
    Form,
    Ground,
    Reply,
)
from services.kernel.calendar import WorkCalendar
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI

OFFICER = Actor(ActorKind.PERSON, "foi-1", unit="D01", role="foi_officer")
HEAD = Actor(ActorKind.PERSON, "head-1", unit="D01", role="foi_office_head")
TIMER = Actor(ActorKind.TIMER, "disclosure")
CALENDAR: WorkCalendar = SEED
RECEIVED = date(2020, 9, 21)
NUMBER = "F20200921000000001"


def at(day: date | str, hour: int = 9) -> datetime:
    """Give a moment of a day in the county."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(hour), SHANGHAI)


def by(actor: Actor, day: date | str, hour: int = 9) -> Facts:
    """Say who did something, and when."""
    return Facts(at(day, hour), NUMBER, actor, "correlation-1", region="3412XX")


def received(
    channel: Channel = Channel.IN_PERSON,
    raw_on: date = RECEIVED,
    number: str = NUMBER,
    calendar: WorkCalendar = CALENDAR,
    onto: FoiRequest | None = None,
    **said: Any,
) -> FoiRequest:
    """Take a request in."""
    request = onto or FoiRequest.of(number)
    told = {
        "category": Category.NATURAL,
        "form_wanted": Form.PAPER,
        "delivery": Delivery.POST,
        "code_digest": "0" * 64,
        "subject_id": "s-0000000000000001",
        **said,
    }
    request.receive(
        by(OFFICER, raw_on), calendar, request_no=number, channel=channel, raw_on=raw_on, **told
    )
    return request


def answer(
    request: FoiRequest,
    day: date | str = "2020-10-20",
    reply: Reply = Reply.PROVIDED,
    grounds: tuple[Ground, ...] = (),
    **said: Any,
) -> FoiRequest:
    """Reply to a request."""
    facts = by(OFFICER, day)
    told = said.pop("remedies", remedies(facts.occurred_at, reply))
    usual = {"form": Form.PAPER, "letter_no": "L-1", "sealed_by": "SEAL-1", **said}
    request.answer_with(facts, reply, list(grounds), told, **usual)
    return request


def due_on(request: FoiRequest) -> str:
    """Give the day its limit ends."""
    assert request.due_at is not None
    return request.due_at.astimezone(SHANGHAI).date().isoformat()
