"""Logs of all services made by their real aggregates, as disclosure is told of them."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec

from services.approval.domain.certificate_terms import Handing
from services.approval.domain.certificates import Certificate
from services.catalog.domain import Region, Staff
from services.catalog.domain.house_terms import RegionSaid, StaffSaid
from services.chassis.eventlog.mapper import body_of, state_of_body
from services.chassis.events import Body, Event
from services.disclosure.domain import (
    Circular,
    Counter,
    FoiRequest,
    Lagging,
    Outreach,
    RectificationNotice,
    Score,
    Supervision,
    Training,
)
from services.disclosure.domain.foi_terms import Category
from services.disclosure.domain.supervision_records import lagging_no
from services.disclosure.domain.supervision_terms import (
    Colour,
    OutreachForm,
    RecordKind,
    Retraction,
)
from services.intake.domain import FeeOrder, Paid, Rating, Ticket
from services.intake.domain.agency import Agency
from services.intake.domain.clocks import breach_at
from services.intake.domain.rating_terms import Answer, Scale
from services.intake.domain.ticket_terms import Outcome
from services.kernel.aggregate import Aggregate
from services.kernel.calendar_seed import SEED
from tests.contract import (
    asked_stories,
    certificate_stories,
    house_stories,
    issuing_stories,
    item_stories,
    process_stories,
    rating_stories,
    service_stories,
    supervision_stories,
)
from tests.integration.disclosure.conftest import ReadSide
from tests.unit.disclosure import foi_world
from tests.unit.disclosure import supervision_world as world
from tests.unit.facts import CLERK, NOW, facts
from tests.unit.intake import charges
from tests.unit.intake.rows import later

OWN = "disclosure"
DAY = timedelta(days=1)


@dataclass
class Told:
    """What was told so far: events in the order they are told, and how far each log is."""

    side: ReadSide
    positions: collections.Counter[str] = field(default_factory=collections.Counter)
    events: list[Event] = field(default_factory=list)
    places: dict[tuple[str, int], str] = field(default_factory=dict)
    """Type of the event at each place of each log."""
    steps: list[dict[str, int]] = field(default_factory=list)
    """The places after each event."""

    def tell(self, *aggregates: Aggregate) -> None:
        """Tell of everything that is pending of these, in order, a transaction each event."""
        for aggregate in aggregates:
            for event in self.of(aggregate):
                self.events.append(event)
                self.side.feed([event])
                self.places[event.source, self.positions[event.source]] = event.type
                self.steps.append(dict(self.positions))

    def of(self, aggregate: Aggregate) -> Iterable[Event]:
        """Give the pending events of an aggregate as their subscriber sees them."""
        for fact in aggregate.collect_events():
            source = fact.TOPIC.split(".")[0]
            self.positions[source] += 1
            place = self.positions[source]
            state = state_of_body(body_of(fact))
            body = msgspec.json.decode(state, type=Body)
            stream, version = fact.originator_id, fact.originator_version
            if source == OWN:  # seen before it has a place; the sealer gives it one
                self.side.database.run(
                    "INSERT INTO events (xid, id, stream, version, recorded_at)"
                    " VALUES (%s::xid8, %s, %s, %s, now())",
                    (str(place), place, stream, version),
                )
                self.side.database.run(
                    "INSERT INTO ledger VALUES (%s, %s::xid8, %s)", (place, str(place), place)
                )
            yield Event(
                source=source,
                type=fact.TOPIC,
                stream=stream,
                version=version,
                position=0 if source == OWN else place,
                previous=0,
                recorded_at=None if source == OWN else datetime(2020, 12, 1).astimezone(),
                body=body,
            )


def foi(
    number: str, day: str, answered_on: str = "", category: Category = Category.NATURAL
) -> FoiRequest:
    """Give a request, replied to or open."""
    request = foi_world.received(raw_on=date.fromisoformat(day), number=number, category=category)
    return foi_world.answer(request, answered_on) if answered_on else request


def carried(number: str, day: str, year: int) -> FoiRequest:
    """Give a request that was open at the end of a year, and is."""
    request = foi(number, day)
    request.carry_forward(foi_world.by(foi_world.TIMER, f"{year + 1}-01-01", 0), year)
    return request


def overdue(number: str, day: str, noticed: str, answered_on: str = "") -> FoiRequest:
    """Give a request whose limit passed, replied to late or not at all."""
    request = foi(number, day)
    request.overrun(foi_world.by(foi_world.TIMER, noticed, 0), foi_world.at(noticed, 0))
    return foi_world.answer(request, answered_on) if answered_on else request


def fee(order_no: str, *payments: Paid, refund_fen: int | None = None) -> FeeOrder:
    """Give a fee that was paid, and what of it went back."""
    order = charges.notified(order_no)
    for one in payments:
        charges.pay(order, one)
    if refund_fen is not None:
        order.refund(
            charges.by(charges.FEE_OFFICE, later(48)),
            payments[0].transaction_no,
            refund_fen,
            "退费",
        )
    return order


def rated(number: str, value: int, stage: int = 2) -> Rating:
    """Give a rating, 1 is best."""
    rating = rating_stories.invited(number, stage)
    said = Answer(value, Scale.BEST_1, "app", named=False)
    rating.submit(facts(CLERK, NOW + DAY, number), said, False, SEED)
    return rating


def ticket(number: str, *, replied: bool = True) -> Ticket:
    """Give a ticket that was answered in time, or whose limit passed."""
    found = rating_stories.received(number)
    at = rating_stories.CALLED
    found.dispatch(rating_stories.told(rating_stories.OPERATOR, at, number), "D07", [], SEED)
    assert found.due_at is not None
    if replied:
        found.reply(
            rating_stories.told(rating_stories.UNIT, at + DAY, number), Outcome.RESOLVED, True
        )
    else:
        late = breach_at(found.due_at)
        found.supervise(rating_stories.told(rating_stories.OPERATOR, late, number), late)
    return found


def agency(number: str, account: str | None) -> Agency:
    """Give an agency that was carried to its end."""
    found = issuing_stories.appointed(number, account)
    found.accept(facts(issuing_stories.AGENT, NOW + DAY, number))
    found.complete(facts(issuing_stories.AGENT, NOW + 2 * DAY, number))
    return found


def at_the_door() -> Certificate:
    """Give a certificate that was brought to its holder."""
    certificate = certificate_stories.issued()
    at = NOW + DAY
    certificate.serve(facts(certificate_stories.ISSUER, at), Handing.DOOR, at, False)
    return certificate


def visitors(counter: str, *counts: tuple[str, int]) -> Counter:
    """Give a counter of the hall and what it counted."""
    found = Counter.of(RecordKind.VISITORS, counter)
    for day, count in counts:
        found.count_visitors(world.by(world.OFFICER, day, 18), counter, world.day(day), count)
    return found


def outreach(number: str, form: OutreachForm, count: int, enterprises: int) -> Outreach:
    """Give an outreach."""
    found = Outreach.of(number)
    told = (number, form, count, enterprises, world.day("2020-06-12"))
    found.hold(world.by(world.OFFICER, "2020-06-12"), *told)
    return found


def training(number: str, attendees: int, *, taken_back: bool = False) -> Training:
    """Give a training."""
    found = Training.of(number)
    on = world.day("2020-09-16")
    found.hold(world.by(world.OFFICER, "2020-09-16"), number, "培训", on, attendees)
    if taken_back:
        found.retract(world.by(world.OFFICER, "2020-09-21"), Retraction.ENTERED_TWICE)
    return found


def score_of_a_unit(unit: str, period: str) -> Score:
    """Give the score a unit got, which is none of the county."""
    found = Score.of(f"{period}.{unit}")
    on = world.day("2020-10-14")
    found.import_score(
        world.by(world.OFFICER, "2020-10-14"), period, 7012, 9, 9, "测评通报", on, unit
    )
    return found


def lagging(unit: str, period: str) -> Lagging:
    """Give a unit named as lagging."""
    found = Lagging.of(lagging_no(period, unit))
    found.name(
        world.by(world.OFFICER, "2020-10-12"), unit, period, "更新不及时", world.day("2020-10-12")
    )
    return found


def notice(number: str) -> RectificationNotice:
    """Give a notice nobody answered yet."""
    found = RectificationNotice.of(number)
    due_on, on = world.day("2020-09-30"), world.day("2020-09-16")
    found.issue(world.by(world.SUPERVISOR, "2020-09-16"), number, "D12", world.ISSUES, due_on, on)
    return found


def circular(number: str) -> Circular:
    """Give a circular."""
    found = Circular.of(number)
    on = world.day("2020-07-10")
    found.publish(world.by(world.OFFICER, "2020-07-10"), number, "通报", ["D12"], on, "情况如下。")
    return found


def obligation(unit: str) -> Supervision:
    """Give an obligation met in time."""
    found = world.owing(unit=unit)
    met_on = world.day("2020-09-16")
    found.meet(world.by(world.UNIT, "2020-09-16"), f"2020-W38.{unit}", met_on, "P1")
    return found


def region(code: str, level: int) -> Region:
    """Give a region."""
    found = Region.of(code)
    parent = "3412XX" if level == 5 else code[:9]
    said = RegionSaid(region=code, name="示例", level=level, parent=parent)
    found.register(house_stories.told(f"region/{code}"), said)
    return found


def assigned(account: str, window: str | None) -> Staff:
    """Give an account that serves at a window, or behind it."""
    found = Staff.of(account)
    said = StaffSaid(
        staff=account, unit="D07", roles=["clerk"], since=house_stories.FIRST, window=window
    )
    found.assign(house_stories.told(f"staff/{account}"), said)
    return found


def county() -> list[Aggregate]:
    """Give a small house in which everything that is counted happened, in the order it is told."""
    return [
        house_stories.region(),
        region("3412XX001001", 6),
        region("3412XX001002", 6),
        house_stories.department(),
        house_stories.window(),
        house_stories.staff(),
        assigned("clerk-13", "07"),
        assigned("clerk-14", None),
        house_stories.scheme(),
        item_stories.edited_item(),
        # limits: p-1 (A, B) is silent, case-9 passes its promised and its statutory limit
        process_stories.silent_project(),
        process_stories.counted_task(),
        process_stories.meeting(),
        at_the_door(),
        # fees
        fee("F1", charges.paid("T1", order_no="F1"), refund_fen=400),
        fee("F2", charges.paid("T2", order_no="F2", channel="portal")),
        fee("F3", charges.paid("T3", order_no="F3", channel="cash")),
        # ratings, the hotline, first contacts
        rating_stories.bad_rating(),
        rating_stories.excluded_rating(),
        rated("case-2", 1),
        rated("case-3", 3),
        rating_stories.answered_ticket(),
        rating_stories.refused_ticket(),
        ticket("H3"),
        ticket("H4", replied=False),
        service_stories.handed_over_contact(),
        # agency and village certificates
        agency("A1", "applicant-31"),
        agency("A2", "applicant-31"),
        agency("A4", None),
        issuing_stories.lapsed_agency(),
        issuing_stories.issued_certificate(),
        issuing_stories.refused_certificate(),
        # disclosure
        asked_stories.updated_entry(),
        carried("F2019", "2019-12-30", 2019),
        foi("F-1", "2020-09-21", "2020-10-10"),
        foi("F-2", "2020-09-21", "2020-10-12", Category.COMMERCIAL),
        overdue("F-3", "2020-08-03", "2020-09-01", "2020-09-03"),
        overdue("F-4", "2020-09-01", "2020-09-30"),
        foi("F-5", "2020-12-30"),
        # supervision
        supervision_stories.late_cycle(),
        obligation("D12"),
        supervision_stories.stubborn_notice(),
        notice("Z-2020-002"),
        supervision_stories.circular(),
        circular("T-2020-001"),
        circular("T-2020-002"),
        lagging("D07", "2020Q2"),
        lagging("D07", "2020Q3"),
        lagging("D12", "2020Q3"),
        supervision_stories.score(),
        score_of_a_unit("D07", "2020Q4"),
        training("X-1", 150),
        training("X-2", 164),
        training("X-3", 99, taken_back=True),
        supervision_stories.inspection(),
        supervision_stories.withdrawn_card(),
        world.card(Colour.YELLOW),
        supervision_stories.outreach(),
        outreach("W-1", OutreachForm.QUESTIONNAIRE, 5000, 0),
        outreach("W-2", OutreachForm.SYMPOSIUM, 2, 20),
        supervision_stories.hall(),
        visitors("gate-2", ("2020-09-16", 100), ("2020-09-17", 7)),
        supervision_stories.column(),
        supervision_stories.enquiries(),
    ]
