"""What follows a case: ratings, the shelf of the issuing window, fees, parcels."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from deploy.year.chance import Chance
from deploy.year.lives.papers import Documents
from deploy.year.lives.scene import CALENDAR, DAY, SECOND, after, following, then
from deploy.year.tariffs import Due
from deploy.year.world import FEE_OFFICER, ISSUER, PLATFORM, SUPERVISOR, SYSTEM, outside, person
from services.intake.domain import (
    Assessment,
    Case,
    FeeOrder,
    Paid,
    Payment,
    Rating,
    Result,
    ResultSaid,
)
from services.intake.domain.channels import at_counter
from services.intake.domain.clocks import breach_at, count
from services.intake.domain.fee_terms import order_number
from services.intake.domain.issuing_terms import Identity
from services.intake.domain.rating_terms import Answer, AppealGround, Measure, Scale
from services.kernel.clock import Kind
from services.kernel.facts import Facts
from services.kernel.limits import Limit

if TYPE_CHECKING:
    from deploy.year.lives.going import Going

ANSWERED = 0.34
"""Share of those asked for a rating who give one."""
COLLECTED = 0.93
LEVELS = (1,) * 70 + (2,) * 24 + (3,) * 4 + (4,) + (5,)


class Aftermath(Documents):
    """What follows."""

    # Ratings.

    def invite(self, case: Case, facts: Facts, stage: int) -> None:
        """Ask for a rating, where the house does: at a counter, and after every decision."""
        if case.rows.owner or (stage == 1 and not at_counter(case.channel)):
            return
        rating = Rating.of(case.project_no, stage)
        own = replace(facts, actor=SYSTEM["intake"], department=case.department)
        rating.invite(own, case.project_no, stage, case.subject_id, [case.channel], CALENDAR)
        self.pen.put(rating, facts.occurred_at)
        chance = self.chance(f"rating-{stage}", int(case.project_no[-11:]))
        if not chance.happens(ANSWERED * (0.6 if stage == 1 else 1.0)):
            self._unanswered(rating, own)
            return
        self._answered(case, rating, own, chance)

    def _unanswered(self, rating: Rating, facts: Facts) -> None:
        assert rating.answer_until is not None
        over = breach_at(rating.answer_until)
        if over > self.year_end:
            return
        rating.default(replace(facts, occurred_at=rating.answer_until), over)
        self._later(rating, over)

    def _answered(self, case: Case, rating: Rating, facts: Facts, chance: Chance) -> None:
        level = chance.one_of(LEVELS)
        moment = facts.occurred_at + timedelta(minutes=1 + 4_000 * chance.unit() ** 6)
        said = Answer(
            level,
            Scale.BEST_1,
            chance.one_of(("terminal", "sms", "app")),
            ["slow"] if level > 3 else [],
            named=chance.happens(0.8),
            clerk=case.accepted_by or None,
            window=case.window,
        )
        about = replace(facts, occurred_at=moment, correlation_id=chance.digest(32))
        rating.submit(about, said, False, CALENDAR)
        self._later(rating, moment)
        if level > 3:
            self._set_right(case, rating, about, chance, moment)

    def _set_right(
        self, case: Case, rating: Rating, facts: Facts, chance: Chance, moment: datetime
    ) -> None:
        """Follow a bad rating: contact, plan, change; a few are contested or left lying."""
        unit = person(f"unit-{case.department}", case.department, "unit")
        if rating.named:
            assert rating.contact_due_at is not None
            late = chance.happens(0.08)
            moment = breach_at(rating.contact_due_at) if late else after(moment, 90)
            if late:
                own = replace(facts, actor=SYSTEM["intake"], occurred_at=rating.contact_due_at)
                rating.miss_contact(own, moment)
                self._later(rating, moment)
                moment = after(moment, 60)
            rating.contact(replace(facts, actor=unit, occurred_at=moment), True)
            self._later(rating, moment)
        if chance.happens(0.1):
            moment = after(moment, 100)
            about = replace(facts, actor=unit, occurred_at=moment)
            rating.contest(about, AppealGround.MISTAKEN, [f"doc-{chance.digest(8)}"], True)
            self._later(rating, moment)
            moment = after(moment, 500)
            excluded = chance.happens(0.5)
            judged = replace(facts, actor=SUPERVISOR, occurred_at=moment)
            rating.judge(judged, excluded, [], False)
            self._later(rating, moment)
            if excluded:
                return
        if chance.happens(0.06):
            return
        moment = after(moment, 200)
        ends = moment.date() + 10 * DAY
        about = replace(facts, actor=unit, occurred_at=moment)
        rating.plan(about, [chance.one_of(tuple(Measure))], ends, True)
        self._later(rating, moment)
        moment = after(moment, chance.between(420, 2_400))
        rating.rectify(replace(facts, actor=unit, occurred_at=moment), False)
        self._later(rating, moment)
        moment = after(moment, chance.between(420, 1_200))
        rating.follow_up(
            replace(facts, actor=SUPERVISOR, occurred_at=moment), chance.happens(0.8), False
        )
        self._later(rating, moment)

    def rated_elsewhere(self, case: Case, facts: Facts, said: ResultSaid) -> None:
        """Take the satisfaction an outside system reported as the rating of the completion."""
        rating = Rating.of(case.project_no, 2)
        own = replace(facts, actor=outside(case.rows.owner))
        rating.invite(own, case.project_no, 2, case.subject_id, ["exchange"], CALENDAR)
        answer = Answer(said.satisfaction, Scale(said.satisfaction_scale), "exchange")
        rating.submit(own, answer, False, CALENDAR)
        self.pen.put(rating, facts.occurred_at, 90)
        if rating.level is not None and rating.level > 3:
            chance = self.chance("rating-x", int(case.project_no[-11:]))
            self._set_right(case, rating, own, chance, facts.occurred_at)

    # The issuing window.

    def shelve(self, going: Going, facts: Facts, granted: bool) -> None:
        """Put the result on a shelf of the issuing window."""
        case = going.case
        result = Result.of(case.project_no)
        own = replace(facts, actor=SYSTEM["intake"])
        result.shelve(
            own,
            case.project_no,
            department=case.department,
            granted=granted,
            item_code=case.item_code,
        )
        self.pen.put(result, facts.occurred_at)
        chance = self.chance("result", int(case.project_no[-11:]))
        if chance.happens(COLLECTED):
            self._collected(going, result, own, chance)
            return
        self.not_served(going)
        assert result.collect_by is not None
        over = breach_at(result.collect_by)
        if over < self.year_end:
            result.pass_due(replace(own, occurred_at=result.collect_by), over)
            self._later(result, over)

    def _collected(self, going: Going, result: Result, facts: Facts, chance: Chance) -> None:
        case = going.case
        told_at = facts.occurred_at + timedelta(seconds=40)
        applicant = person(case.account or f"applicant-{case.project_no[-5:]}", "", "applicant")
        result.issue_code(
            replace(facts, actor=applicant, occurred_at=told_at, correlation_id=chance.digest(32)),
            f"sha256:{chance.digest(16)}:{chance.digest(64)}",
        )
        self._later(result, told_at)
        moment = after(told_at, 3 + 1_200 * chance.unit() ** 3)
        if going.papers is not None and moment <= going.papers.ready_at:
            moment = after(going.papers.ready_at + SECOND, 4)
        about = replace(facts, actor=ISSUER, occurred_at=moment, correlation_id=chance.digest(32))
        result.hand_over(about, matches=True, identity=Identity.NUMBER, involved=[])
        self._later(result, moment)
        case.deliver(about, "window")
        self.delivered(going, about, "window")

    def delivered(self, going: Going, facts: Facts, how: str) -> None:
        """Let approval hear that the applicant has the result, and so the certificate."""
        said = self._later(going.case, facts.occurred_at)
        self.serve(going, following(said, "approval"), how)

    def carried(self, going: Going, facts: Facts) -> None:
        """Have the result brought to the applicant; how, say those who carry."""
        raise NotImplementedError

    # Fees.

    def charge(self, going: Going, due: Any, number: int, moment: datetime) -> None:
        """Set a fee, tell it, have it paid the same day; a few go back later."""
        assert isinstance(due, Due)
        case, chance = going.case, going.chance
        tariff = self.world.tariff(case.item_code, case.item_version)
        fee = tariff.charges[0].name
        order_no = order_number(case.project_no, fee, 1)
        set_at = moment + timedelta(seconds=30 + chance.below(60))
        facts = then(going.facts, set_at, FEE_OFFICER, chance)
        order = FeeOrder.assess(facts, order_no, case, tariff, Assessment(fee, due.units))
        self.pen.put(order, set_at)
        told_at = set_at + timedelta(seconds=5)
        until = count(Kind.NOTICE, Limit(10), told_at, CALENDAR)
        order.notify(replace(facts, occurred_at=told_at), until, case)
        self.pen.put(order, told_at)
        paid_at = told_at + timedelta(seconds=20 + chance.below(110))
        paid = Paid(
            f"T{case.project_no[-19:]}{number % 97:02}",
            PLATFORM.id,
            order_no,
            order.amount_fen,
            due.channel,
            paid_at,
        )
        heard = paid_at + timedelta(seconds=2)
        about = replace(
            facts, actor=PLATFORM, occurred_at=paid_at, correlation_id=chance.digest(32)
        )
        order.pay(about, paid, case, replace(about, occurred_at=heard))
        self.pen.put(order, heard)
        payment = Payment.receive(about, paid)
        self.pen.put(payment, heard)
        if due.refunded:
            back = min(after(heard, chance.between(400, 2_000)), self.cut - timedelta(hours=1))
            back = max(back, heard + timedelta(seconds=1))
            order.refund(
                then(going.facts, back, FEE_OFFICER, chance),
                paid.transaction_no,
                None,
                "减免政策退费",
            )
            self._later(order, back)
