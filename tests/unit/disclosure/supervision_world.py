"""Supervision in 2020, and those who act on it; for tests of its rules."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from services.disclosure.domain import Card, RectificationNotice, Supervision
from services.disclosure.domain.supervision_cards import LimitOf
from services.disclosure.domain.supervision_terms import Colour, Cycle
from services.kernel.calendar import WorkCalendar
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI

SUPERVISOR = Actor(ActorKind.PERSON, "super-1", unit="D01", role="supervisor")
OFFICER = Actor(ActorKind.PERSON, "open-1", unit="D01", role="disclosure_officer")
UNIT = Actor(ActorKind.PERSON, "unit-7", unit="D07", role="unit")
TIMER = Actor(ActorKind.TIMER, "disclosure")
HOUSE = Actor(ActorKind.SYSTEM, "disclosure")
CALENDAR: WorkCalendar = SEED
NOTICE = "Z-2020-001"
ISSUES = ["公开目录三个栏目超过一个月未更新"]


def day(text: str) -> date:
    """Give a day."""
    return date.fromisoformat(text)


def at(text: str, hour: int = 9) -> datetime:
    """Give a moment of a day in the county."""
    return datetime.combine(day(text), time(hour), SHANGHAI)


def by(actor: Actor, text: str, hour: int = 9) -> Facts:
    """Say who did something, and when."""
    return Facts(at(text, hour), "supervision", actor, "correlation-1", region="3412XX")


def owing(
    cycle: Cycle = Cycle.WEEKLY_UPDATE, on: str = "2020-09-14", unit: str = "D07"
) -> Supervision:
    """Have a unit owe the turn of a day."""
    found = Supervision.of(unit, cycle)
    found.schedule(by(SUPERVISOR, on), unit, cycle, day(on), CALENDAR)
    return found


def missed() -> Supervision:
    """The week of 14 September 2020, missed."""
    found = owing()
    found.miss(by(TIMER, "2020-09-19", 0), "2020-W38.D07", at("2020-09-19", 0), CALENDAR)
    return found


def noticed(due_on: str = "2020-09-30") -> RectificationNotice:
    """A notice of 16 September 2020."""
    notice = RectificationNotice.of(NOTICE)
    facts = by(SUPERVISOR, "2020-09-16")
    notice.issue(facts, NOTICE, "D07", ISSUES, day(due_on), day("2020-09-16"), "J-2020-001")
    return notice


def limit(due: str = "2020-09-18", clock: str = "PROMISED") -> LimitOf:
    """The limit of a task."""
    last = at(due, 0) + timedelta(days=1, seconds=-1)
    return LimitOf("202009010001", clock, last, "202009010001")


def card(colour: Colour = Colour.RED, on: str = "2020-09-19") -> Card:
    """A card for that limit."""
    found = Card.of(limit().number(colour))
    found.issue(by(HOUSE, on, 0), colour, limit(), "D07", "202009010001")
    return found
