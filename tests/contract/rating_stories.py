"""Stories of ratings (好差评) and of hotline tickets (12345)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from services.intake.domain import Rating, Ticket
from services.intake.domain.clocks import breach_at
from services.intake.domain.rating_terms import Answer, AppealGround, Measure, Scale
from services.intake.domain.ticket_terms import Outcome, RefusalGround, ReturnReason
from services.kernel.aggregate import Aggregate
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI
from tests.unit.facts import CLERK, HOUSE, NOW, facts

UNIT = Actor(ActorKind.PERSON, "unit-7", unit="D07", role="unit")
SUPERVISOR = Actor(ActorKind.PERSON, "supervisor-1", unit="D01", role="supervisor")
OPERATOR = Actor(ActorKind.PERSON, "operator-1", unit="H12345", role="hotline_operator")
CALLED = datetime(2020, 9, 29, 9, 0, tzinfo=SHANGHAI)
BAD = Answer(2, Scale.BEST_5, "terminal", ["slow"], clerk="clerk-12", window="07")
DAY = timedelta(days=1)


def invited(number: str = "case-1", stage: int = 2) -> Rating:
    """A rating somebody was asked for."""
    rating = Rating.of(number, stage)
    about = facts(CLERK, NOW, number)
    rating.invite(about, number, stage, "s-1", ["sms", "terminal"], SEED)
    return rating


def bad_rating() -> Rating:
    """A bad rating whose contact came too late, that was set right, and whose appeal failed."""
    rating = invited()
    rating.submit(facts(CLERK, NOW + DAY), BAD, True, SEED)
    assert rating.contact_due_at is not None
    late = breach_at(rating.contact_due_at)
    rating.miss_contact(facts(HOUSE, late), late)
    rating.contact(facts(UNIT, late + DAY), True)
    rating.contest(facts(UNIT, late + DAY), AppealGround.MISTAKEN, ["doc-1"], True)
    rating.plan(facts(UNIT, late + DAY), [Measure.TRAINING], date(2020, 11, 6), True)
    rating.judge(facts(SUPERVISOR, late + 2 * DAY), False, ["clerk-12"], False)
    rating.rectify(facts(UNIT, late + 3 * DAY), False)
    rating.follow_up(facts(SUPERVISOR, late + 4 * DAY), True, False)
    return rating


def excluded_rating() -> Rating:
    """A malicious anonymous rating."""
    rating = invited(stage=1)
    said = Answer(5, Scale.BEST_1, "app", named=False)
    rating.submit(facts(CLERK, NOW + DAY), said, False, SEED)
    rating.contest(facts(UNIT, NOW + DAY), AppealGround.MALICIOUS, ["doc-2"], False)
    rating.judge(facts(SUPERVISOR, NOW + 2 * DAY), True, [], True)
    return rating


def unanswered_rating() -> Rating:
    """A rating nobody gave."""
    rating = invited("case-2")
    assert rating.answer_until is not None
    late = breach_at(rating.answer_until)
    rating.default(facts(HOUSE, late, "case-2"), late)
    return rating


def told(actor: Actor, at: datetime, number: str = "H1") -> Facts:
    """Say of a ticket who did it and when."""
    return facts(actor, at, number)


def received(number: str = "H1") -> Ticket:
    """A call about noise."""
    ticket = Ticket.of(number)
    ticket.receive(
        told(OPERATOR, CALLED, number),
        ticket_no=number,
        channel="phone",
        topic="noise",
        subject_id="s-9",
        has_text=True,
        project_no="case-1",
    )
    return ticket


def answered_ticket() -> Ticket:
    """Sent to the wrong unit, ruled, extended, late all the same, answered and asked about."""
    ticket = received()
    ticket.dispatch(told(OPERATOR, CALLED), "D07", ["D09"], SEED)
    ticket.give_back(told(UNIT, CALLED + DAY), ReturnReason.NOT_OUR_DUTY)
    ruled_at = CALLED + DAY
    ticket.rule(told(SUPERVISOR, ruled_at), "D07", [], SEED)
    ticket.extend(told(SUPERVISOR, ruled_at + DAY), SEED)
    assert ticket.due_at is not None
    late = breach_at(ticket.due_at)
    ticket.supervise(told(HOUSE, late), late)
    ticket.reply(told(UNIT, late + DAY), Outcome.RESOLVED, True)
    ticket.call_back(
        told(OPERATOR, late + 2 * DAY), reached=False, solved=None, satisfied=None, has_note=False
    )
    ticket.call_back(
        told(OPERATOR, late + 2 * DAY), reached=True, solved=True, satisfied=False, has_note=True
    )
    ticket.close(told(OPERATOR, late + 2 * DAY))
    return ticket


def refused_ticket() -> Ticket:
    """A request for information goes elsewhere."""
    ticket = received("H2")
    ticket.refuse(told(OPERATOR, CALLED, "H2"), RefusalGround.FOI)
    return ticket


RATING_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "intake-bad-rating": bad_rating,
    "intake-excluded-rating": excluded_rating,
    "intake-unanswered-rating": unanswered_rating,
    "intake-answered-ticket": answered_ticket,
    "intake-refused-ticket": refused_ticket,
}
