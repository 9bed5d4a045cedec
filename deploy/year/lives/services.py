"""What the centre does beside cases: appointments, visits, the hotline, agency, parcels."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from deploy.year.chance import Chance
from deploy.year.days import DAY, any_time, at, counter_time, working_days_later
from deploy.year.lives.cases import Cases
from deploy.year.lives.going import Going
from deploy.year.lives.scene import BUS_MS, CALENDAR, after, following
from deploy.year.world import (
    OPERATOR,
    SUPERVISOR,
    SYSTEM,
    person,
    told,
)
from services.approval.domain.certificate_terms import Handing
from services.intake.domain import Agency, Contact, HomeVisit, Slot, Ticket
from services.intake.domain.agency_terms import AgencyScope, Mandate
from services.intake.domain.appointment_terms import BookingTerms, CancelReason
from services.intake.domain.clocks import breach_at
from services.intake.domain.contact_terms import ContactOutcome
from services.intake.domain.slots import Place, slot_number
from services.intake.domain.ticket_terms import Outcome, RefusalGround, ReturnReason
from services.intake.domain.visit_terms import VisitOutcome, VisitReason
from services.kernel.facts import Actor, Facts
from services.notify.domain import Delivery, DeliveryKind, DeliveryOrder, SignedBy

TERMS: Final = BookingTerms()
TOPICS: Final = ("noise", "housing", "social-security", "traffic", "licence", "heating", "school")
PLACES: Final = 6
HALF_HOUR: Final = timedelta(minutes=30)


class Services(Cases):
    """Services of the centre."""

    def slot(self, number: int, day: date) -> None:
        """Live a slot of appointments: opened days before, booked, kept, missed."""
        chance = self.chance("slot", number)
        self.pen.begin()
        window = self.world.windows[number % 27][0]
        begins = at(day, 9, 0) + HALF_HOUR * (number // 27 % 5)
        name = slot_number(window.code, begins)
        opened = at(day - 2 * DAY, 8, 0) + timedelta(seconds=number % 3_000)
        clerk = person(window.clerks[0], f"D{number % 27 + 1:02}", "clerk", window.code)
        slot = Slot.open(
            self._of(clerk, opened, name, chance),
            window.code,
            begins,
            begins + HALF_HOUR,
            PLACES,
            CALENDAR,
        )
        self.pen.put(slot, opened)
        booked = opened
        kept = []
        for turn in range(chance.between(1, PLACES)):
            booked += timedelta(minutes=chance.between(20, 400))
            account = f"applicant-{chance.below(60_000):05}"
            own = person(account, "", "applicant")
            slot.book(
                self._of(own, booked, name, chance),
                f"{name}-{turn + 1}",
                Place(f"s-{chance.digest(16)}", account),
                CALENDAR,
            )
            self.pen.put(slot, booked)
            draw = chance.unit()
            if draw < 0.08:
                slot.cancel(
                    self._of(own, booked + timedelta(minutes=9), name, chance),
                    f"{name}-{turn + 1}",
                    CancelReason.APPLICANT,
                    account,
                )
                self.pen.put(slot, booked + timedelta(minutes=9))
            elif draw < 0.9:
                kept.append(f"{name}-{turn + 1}")
        for place, appointment in enumerate(kept):
            came = begins + timedelta(minutes=place * 4 + 1)
            slot.check_in(self._of(clerk, came, name, chance), appointment, TERMS)
            self.pen.put(slot, came)
        ended = begins + HALF_HOUR + TERMS.grace
        slot.end(self._of(SYSTEM["intake"], ended, name, chance), CALENDAR)
        if slot.pending:
            self.pen.put(slot, ended, 300)

    def visit(self, number: int, day: date) -> None:
        """Live a visit at the home of somebody who cannot come."""
        chance = self.chance("visit", number)
        self.pen.begin()
        moment = counter_time(day, chance)
        visit_no = f"SM{day:%Y%m%d}{number:06}"
        account = f"applicant-{chance.below(60_000):05}"
        visit = HomeVisit.order(
            self._of(person(account, "", "applicant"), moment, visit_no, chance),
            visit_no,
            f"s-{chance.digest(16)}",
            chance.one_of(tuple(VisitReason)),
            account=account,
        )
        self.pen.put(visit, moment)
        clerk = person("C045", "D09", "clerk", "W09")
        told_at = after(moment, 40)
        begins = at(working_days_later(told_at.date(), 2), 9, 30)
        visit.schedule(self._of(clerk, told_at, visit_no, chance), clerk.id, begins)
        self.pen.put(visit, told_at)
        done = begins + timedelta(minutes=chance.between(20, 90))
        outcome = VisitOutcome.SERVED if chance.happens(0.93) else VisitOutcome.NOBODY_MET
        visit.complete(self._of(clerk, done, visit_no, chance), outcome)
        self.pen.put(visit, done)

    def contact(self, number: int, day: date) -> None:
        """Live an enquiry: the clerk who was asked first answers for it."""
        chance = self.chance("contact", number)
        self.pen.begin()
        moment = counter_time(day, chance)
        enquiry = f"E{day:%Y%m%d}{number:06}"
        windows = self.world.windows[number % 38]
        clerk = person(windows[0].clerks[0], f"D{number % 38 + 1:02}", "clerk", windows[0].code)
        contact = Contact.assign(
            self._of(clerk, moment, enquiry, chance),
            enquiry,
            chance.one_of(TOPICS),
            f"s-{chance.digest(16)}",
            True,
        )
        self.pen.put(contact, moment)
        owner = clerk
        if chance.happens(0.15):
            other = self.world.windows[(number + 1) % 38][0]
            owner = person(other.clerks[0], f"D{(number + 1) % 38 + 1:02}", "clerk", other.code)
            asked_at = after(moment, 5)
            if owner.id != clerk.id:
                contact.ask(self._of(clerk, asked_at, enquiry, chance), owner.id, CALENDAR)
                self.pen.put(contact, asked_at)
                moment = after(asked_at, chance.between(2, 60))
                contact.acknowledge(self._of(owner, moment, enquiry, chance))
                self.pen.put(contact, moment)
        done = after(moment, chance.between(3, 200))
        outcome = ContactOutcome.ANSWERED if chance.happens(0.85) else ContactOutcome.REFERRED
        contact.close(self._of(owner, done, enquiry, chance), outcome)
        self.pen.put(contact, done)

    def ticket(self, number: int, day: date) -> None:
        """Live a call to the hotline."""
        chance = self.chance("ticket", number)
        self.pen.begin()
        moment = any_time(day, chance)
        ticket_no = f"H{day:%Y%m%d}{number:06}"
        ticket = Ticket.of(ticket_no)
        ticket.receive(
            self._of(OPERATOR, moment, ticket_no, chance),
            ticket_no=ticket_no,
            channel=chance.one_of(("phone", "phone", "phone", "app", "wechat")),
            topic=chance.one_of(TOPICS),
            subject_id=f"s-{chance.digest(16)}",
            has_text=True,
        )
        self.pen.put(ticket, moment)
        now = moment + timedelta(minutes=chance.between(2, 30))
        if chance.happens(0.05):
            ground = chance.one_of(tuple(RefusalGround))
            ticket.refuse(self._of(OPERATOR, now, ticket_no, chance), ground)
            self.pen.put(ticket, now)
            return
        lead = f"D{chance.between(1, 38):02}"
        ticket.dispatch(self._of(OPERATOR, now, ticket_no, chance), lead, [], CALENDAR)
        self.pen.put(ticket, now)
        if chance.happens(0.04):
            now += timedelta(hours=chance.between(1, 20))
            unit = person(f"unit-{lead}", lead, "unit")
            ticket.give_back(self._of(unit, now, ticket_no, chance), ReturnReason.NOT_OUR_DUTY)
            self.pen.put(ticket, now)
            lead = f"D{int(lead[1:]) % 38 + 1:02}"
            now += timedelta(hours=2)
            ticket.rule(self._of(SUPERVISOR, now, ticket_no, chance), lead, [], CALENDAR)
            self.pen.put(ticket, now)
        self._replied(ticket, ticket_no, lead, now, chance)

    def _replied(
        self, ticket: Ticket, ticket_no: str, lead: str, now: datetime, chance: Chance
    ) -> None:
        unit = person(f"unit-{lead}", lead, "unit")
        if chance.happens(0.03):
            now = after(now, 60)
            ticket.extend(self._of(SUPERVISOR, now, ticket_no, chance), CALENDAR)
            self.pen.put(ticket, now)
        due = ticket.due_at
        assert due is not None
        if chance.happens(0.02):
            over = breach_at(due)
            ticket.supervise(self._of(SYSTEM["intake"], due, ticket_no, chance), over)
            self.pen.put(ticket, over, 300)
            done = after(over, chance.between(60, 800))
        else:
            done = after(now + (due - now) * (0.05 + 0.7 * chance.unit()), 1)
            done = done if done < due else now + (due - now) * 0.5
        outcome = Outcome.RESOLVED if chance.happens(0.8) else Outcome.EXPLAINED
        ticket.reply(self._of(unit, done, ticket_no, chance), outcome, True)
        self.pen.put(ticket, done)
        called = after(done, chance.between(60, 800))
        solved = chance.happens(0.88)
        ticket.call_back(
            self._of(OPERATOR, called, ticket_no, chance),
            reached=True,
            solved=solved,
            satisfied=solved and chance.happens(0.95),
            has_note=False,
        )
        self.pen.put(ticket, called)
        closed = called + timedelta(minutes=3)
        ticket.close(self._of(OPERATOR, closed, ticket_no, chance))
        self.pen.put(ticket, closed)

    # Agency and delivery: what becomes of some cases.

    def agency(self, number: int, day: date) -> None:
        """Live the case of an enterprise an agent carries from end to end, for nothing."""
        chance, moment = self.arrive("agency", number, day)
        asked = self.world.asked(self.world.matter(day, chance, False), moment, chance)
        going = self.accept(chance, "agency", number, asked, moment)
        account, agent = f"enterprise-{number + 1:03}", person("agent-1", "", "agent")
        agency_no = f"DL{day:%Y%m%d}{number:05}"
        appointed = moment + timedelta(minutes=6)
        agency = Agency.of(agency_no)
        mandate = Mandate(
            agency_no,
            agent.id,
            [going.number],
            [AgencyScope.FULL],
            appointed + 60 * DAY,
            0,
            account,
        )
        agency.appoint(
            self._of(person(account, "", "applicant"), appointed, agency_no, chance), mandate
        )
        self._later(agency, appointed)
        taken = appointed + timedelta(minutes=25)
        agency.accept(self._of(agent, taken, agency_no, chance))
        self._later(agency, taken)
        going.smooth = True
        self.work(going, moment)
        ended = going.case.completed_at or moment
        done = after(max(ended, taken), 90)
        agency.complete(self._of(agent, done, agency_no, chance))
        self._later(agency, done)

    def door(self, number: int, day: date) -> None:
        """Live the case of an enterprise the result is brought to."""
        chance, moment = self.arrive("door", number, day)
        asked = self.world.asked(self.world.matter(day, chance, False), moment, chance)
        going = self.accept(chance, "door", number, asked, moment)
        going.handed, going.smooth = "door", True
        self.work(going, moment)

    def parcel(self, number: int, day: date) -> None:
        """Live a case whose result goes by courier."""
        chance, moment = self.arrive("parcel", number, day)
        asked = self.world.asked(self.world.matter(day, chance, False), moment, chance)
        going = self.accept(chance, "parcel", number, asked, moment)
        going.handed, going.smooth = "courier", True
        self.work(going, moment)

    def carried(self, going: Going, facts: Facts) -> None:
        """Bring the result: the centre's own people, or a courier."""
        case, chance = going.case, going.chance
        door = going.handed == "door"
        ordered = after(facts.occurred_at, 15)
        papers = going.papers
        if papers is not None and ordered <= papers.ready_at:
            ordered = after(papers.ready_at, 10)
        sent = papers.certificate if papers is not None else None
        sent = None if sent is None or sent.served_at is not None else sent
        delivery_no = f"DV{case.project_no[-19:]}"
        order = DeliveryOrder(
            delivery_no,
            case.project_no,
            DeliveryKind.DOOR if door else DeliveryKind.EMS,
            (sent.certificate_no,) if sent is not None else (),
            f"d-{chance.digest(16)}",
        )
        clerk = person("issuer-1", "", "issuing_clerk", "W72")
        delivery = Delivery.order(self._about(clerk, ordered, facts, chance), order)
        self._later(delivery, ordered)
        given = after(ordered, chance.between(30, 200))
        delivery.hand_over(
            self._about(clerk, given, facts, chance), f"EM{chance.below(10**9):09}", given
        )
        away = following(self._later(delivery, given), "approval")
        if sent is not None:
            sent.dispatch(away, Handing.DOOR if door else Handing.POST)
            self._later(sent, given, BUS_MS)
        signed = after(given, chance.between(40, 120) if door else chance.between(300, 1_300))
        if not door:
            track = given + (signed - given) * 0.5
            delivery.track(
                self._about(clerk, track, facts, chance),
                delivery.waybill_no,
                "in_transit",
                track,
            )
            self._later(delivery, track)
        delivery.complete(
            self._about(clerk, signed, facts, chance),
            SignedBy.HOLDER if chance.happens(0.9) else SignedBy.COLLEAGUE,
            signed,
            chance.digest(64),
        )
        served = following(self._later(delivery, signed), "approval")
        self.serve(going, served, going.handed)
        case.deliver(self._about(clerk, signed, facts, chance), going.handed)
        self._later(case, signed)

    def _of(self, actor: Actor, moment: datetime, subject: str, chance: Chance) -> Facts:
        return told(moment, subject, actor, chance.digest(32), department=actor.unit)

    def _about(self, actor: Actor, moment: datetime, facts: Facts, chance: Chance) -> Facts:
        return told(moment, facts.subject, actor, chance.digest(32), department=facts.department)
