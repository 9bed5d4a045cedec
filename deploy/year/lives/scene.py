"""What every life has at hand: the world, the plan, a pen, and the house's ways between rooms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from deploy.year.chance import Chance, begin
from deploy.year.days import after, at
from deploy.year.pen import Pen, Sink
from deploy.year.plan import CUT, Plan
from deploy.year.tariffs import Tariffs
from deploy.year.world import SYSTEM, World, told
from services.chassis.events import Event
from services.disclosure.domain.supervision_cards import Card, LimitOf
from services.disclosure.domain.supervision_terms import Colour
from services.disclosure.messages import supervision as supervised
from services.kernel.aggregate import Aggregate
from services.kernel.calendar import WorkCalendar
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, Facts
from services.kernel.times import SHANGHAI
from services.notify.domain import Notice
from services.notify.messages import facts_after, occasion

BUS_MS = 38
"""From a fact in one service to what follows of it in another."""
CALENDAR: WorkCalendar = SEED
MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


class Scene:
    """Where lives are lived."""

    def __init__(self, plan: Plan, world: World, sink: Sink) -> None:
        self.plan, self.world = plan, world
        self.pen = Pen(sink)
        self.tariffs = Tariffs(plan, world)
        self.cut: datetime = at(plan.day(CUT), 17, 55)
        """By then everything is done that is not planned to be open."""
        self.year_end = datetime(plan.year, 12, 31, 23, 59, tzinfo=SHANGHAI)
        self._begun: dict[str, int] = {}

    def chance(self, kind: str, number: int) -> Chance:
        """Give the chance of one life."""
        begun = self._begun.get(kind)
        if begun is None:
            begun = self._begun[kind] = begin(self.plan.seed, self.plan.year, kind)
        return Chance(begun, number)

    def by(self, began: datetime, done: datetime, share: float) -> datetime:
        """Give when something is done that has to be done by the cut, if it began before."""
        if done <= self.cut or began >= self.cut:
            return done
        return began + (self.cut - began) * (0.25 + 0.7 * share)

    def _later(self, aggregate: Aggregate, at: datetime, later_ms: int = 4) -> Event:
        """Write what happens on a line of its own, without holding up the life it belongs to."""
        last = self.pen.pause()
        said = self.pen.put(aggregate, at, later_ms)
        self.pen.go_on(last)
        return said

    def notice(self, caused: Event) -> None:
        """Let notify put a notice on file, as it does after this event of intake."""
        noted = Notice.record_for(facts_after(caused), occasion(caused))
        self.pen.put(noted, caused.body.occurred_at, 2 * BUS_MS)

    def cards(self, events: Sequence[Event], unit: str) -> list[Card]:
        """Let disclosure issue a card for each limit that is about to end or passed."""
        issued = []
        for event in events:
            if event.type not in (supervised.APPROACHING, supervised.BREACHED):
                continue
            said = event.read(supervised.LimitSaid)
            limit = LimitOf(said.process_no, said.clock, said.due_at, said.task_id)
            colour = Colour.RED if event.type == supervised.BREACHED else Colour.YELLOW
            card = Card.of(limit.number(colour))
            card.issue(following(event, "disclosure"), colour, limit, unit, said.project_no)
            self.pen.put(card, event.body.occurred_at, 1_000 + BUS_MS)
            issued.append(card)
        return issued


def following(caused: Event, service: str, subject: str = "") -> Facts:
    """Say of what a service does because of another's event."""
    body = caused.body
    return Facts(
        body.occurred_at,
        subject or body.subject,
        SYSTEM[service],
        body.correlation_id,
        caused.id,
        body.region,
        body.department,
    )


def timed(about: Facts, service: str, due: datetime, chance: Chance) -> Facts:
    """Say of what a deadline of the house does about the same."""
    return Facts(
        due,
        about.subject,
        SYSTEM[service],
        chance.digest(32),
        "",
        about.region,
        about.department,
    )


def then(caused: Facts, moment: datetime, actor: Actor, chance: Chance) -> Facts:
    """Say of the next thing somebody does about the same."""
    return told(
        moment, caused.subject, actor, chance.digest(32), "", caused.region, caused.department
    )


__all__ = [
    "BUS_MS",
    "CALENDAR",
    "DAY",
    "MS",
    "SECOND",
    "Scene",
    "after",
    "following",
    "then",
    "timed",
]
