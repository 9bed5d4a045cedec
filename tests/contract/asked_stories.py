"""Stories of requests for information and of what is published unasked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.disclosure.domain import (
    Cause,
    Counted,
    Entry,
    Figure,
    FoiRequest,
    Node,
    Printed,
    PublishedFigure,
    Recount,
)
from services.disclosure.domain.directory import BASIC
from services.disclosure.domain.entry_terms import SecrecyFault, WithdrawalReason
from services.disclosure.domain.foi_remedies import remedies
from services.disclosure.domain.foi_terms import (
    Channel,
    Delivery,
    Ground,
    Outcome,
    Point,
    Reply,
    Route,
    Scale,
)
from services.kernel.aggregate import Aggregate
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Reason
from tests.unit.disclosure.foi_world import (
    CALENDAR,
    HEAD,
    OFFICER,
    TIMER,
    answer,
    at,
    by,
    received,
)
from tests.unit.disclosure.test_entries import APPROVER, EDITOR, SAID, SECRECY, published, written

ASKED = date(2020, 9, 22)


def answered() -> FoiRequest:
    """Come by internet, corrected, consulted about, extended, refused, fought over."""
    request = received(Channel.INTERNET, date(2020, 9, 18), account="account-7")
    request.confirm(by(OFFICER, "2020-09-21"), date(2020, 9, 21), CALENDAR)
    request.assign(by(OFFICER, "2020-09-21"), "D07", "land-price-2020")
    request.consult(by(OFFICER, ASKED), Reason.THIRD_PARTY, "P-1", ASKED, CALENDAR)
    request.consult(by(OFFICER, ASKED), Reason.OTHER_AUTHORITY, "D09", ASKED, CALENDAR)
    request.answer(by(OFFICER, "2020-09-24"), "P-1", False, date(2020, 9, 24), CALENDAR)
    request.answer(by(OFFICER, "2020-09-25"), "D09", True, date(2020, 9, 25), CALENDAR)
    request.extend(by(HEAD, "2020-09-28"), 20, "N-1", CALENDAR)
    answer(request, "2020-10-20", Reply.REFUSED, (Ground.THIRD_PARTY,))
    request.serve(by(OFFICER, "2020-10-22"), date(2020, 10, 22), Delivery.POST)
    request.file_remedy(by(OFFICER, "2020-11-02"), Route.RECONSIDERATION, "R-1", date(2020, 11, 2))
    request.settle_remedy(by(OFFICER, "2020-12-01"), "R-1", Outcome.OTHER, date(2020, 12, 1))
    request.file_remedy(by(OFFICER, "2020-12-07"), Route.SUIT, "S-1", date(2020, 12, 7))
    facts = by(OFFICER, "2020-12-08")
    told = remedies(facts.occurred_at, Reply.PROVIDED)
    request.supplement(facts, Reply.PROVIDED, [], told, "B-1")
    return request


def silent() -> FoiRequest:
    """Two are asked and say nothing; the reply is late."""
    request = received()
    request.consult(by(OFFICER, ASKED), Reason.THIRD_PARTY, "P-1", ASKED, CALENDAR)
    request.consult(by(OFFICER, ASKED), Reason.OTHER_AUTHORITY, "D09", ASKED, CALENDAR)
    over = "2020-10-20"
    request.fall_silent(by(TIMER, over, 0), "P-1", at(over, 0), CALENDAR)
    request.fall_silent(by(TIMER, over, 0), "D09", at(over, 0), CALENDAR)
    request.overrun(by(TIMER, "2020-11-21", 0), at("2020-11-21", 0))
    answer(request, "2020-11-23")
    return request


def paid() -> FoiRequest:
    """So many that reasons are asked, a delay set and a fee paid; open at the year's end."""
    request = received(raw_on=date(2020, 12, 14))
    request.ask_reasons(by(OFFICER, "2020-12-15"))
    request.give_reasons(by(OFFICER, "2020-12-16"), date(2020, 12, 16), reasonable=True)
    request.delay(by(OFFICER, "2020-12-17"), date(2021, 3, 1), "N-1")
    request.ask_fee(by(OFFICER, "2020-12-18"), Scale.BY_NUMBER, 31, "N-2", CALENDAR)
    request.carry_forward(by(TIMER, "2021-01-01", 0), 2020)
    request.pay_fee(by(OFFICER, "2021-01-04"), 20_000, date(2021, 1, 4), CALENDAR)
    return request


def abandoned() -> FoiRequest:
    """Corrected once more than it was: never."""
    request = received()
    points = [Point.DESCRIPTION]
    request.ask_correction(by(OFFICER, "2020-09-24"), "N-1", points, date(2020, 10, 15), CALENDAR)
    request.abandon(by(TIMER, "2020-10-16", 0), at("2020-10-16", 0))
    return request


def corrected() -> FoiRequest:
    """Corrected, a fee asked and not paid."""
    request = received()
    points = [Point.FORM, Point.CONTACT]
    request.ask_correction(by(OFFICER, "2020-09-24"), "N-1", points, date(2020, 10, 15), CALENDAR)
    request.correct(by(OFFICER, "2020-10-12"), date(2020, 10, 12), CALENDAR)
    request.ask_fee(by(OFFICER, "2020-10-13"), Scale.BY_PAGES, 101, "N-2", CALENDAR)
    request.lapse_fee(by(TIMER, "2020-11-13", 0), at("2020-11-13", 0))
    return request


def recounted() -> FoiRequest:
    """Counted before the calendar was known, then again; withdrawn."""
    request = received(calendar=WorkCalendar())
    request.recount(by(TIMER, "2020-09-22"), CALENDAR)
    request.withdraw(by(OFFICER, "2020-09-25"))
    return request


def updated_entry() -> Entry:
    """Published of what three asked for, changed, archived."""
    entry = published()
    entry.convert(by(EDITOR, "2020-10-12"), "land-price-2020", ["F1", "F2", "F3"])
    changed = replace(SAID, title="修订后的实施意见", formed_on=date(2020, 10, 20))
    entry.write(by(EDITOR, "2020-10-21"), "P-1", changed, CALENDAR)
    entry.review(by(SECRECY, "2020-10-22"), None)
    entry.approve(by(APPROVER, "2020-10-22"))
    entry.publish(by(EDITOR, "2020-10-23"), BASIC[0])
    entry.archive(by(EDITOR, "2020-11-02"))
    return entry


def withdrawn_entry() -> Entry:
    """Failed a review, late, published, taken back."""
    entry = written()
    entry.review(by(SECRECY, "2020-09-23"), SecrecyFault.WORK_SECRET)
    entry.write(by(EDITOR, "2020-09-24"), "P-1", SAID, CALENDAR)
    entry.review(by(SECRECY, "2020-09-25"), None)
    entry.approve(by(APPROVER, "2020-09-28"))
    entry.overrun(by(TIMER, "2020-10-24", 0), at("2020-10-24", 0))
    entry.publish(by(EDITOR, "2020-10-26"), BASIC[0])
    entry.withdraw(by(EDITOR, "2020-11-02"), WithdrawalReason.REPEALED)
    return entry


def directory_node() -> Node:
    """One place more."""
    node = Node.of("plans-2021")
    place = BASIC[2]._replace(node="plans-2021", parent="plans", title="十四五规划")
    node.extend(by(EDITOR, "2020-11-02"), place, frozenset(one.node for one in BASIC))
    return node


def published_figure() -> PublishedFigure:
    """A share, as it stands on paper."""
    figure = Figure(
        *("S02", 3, at("2020-10-20"), "HALF_UP", 2, "percent", {"intake": 7}, {}, "75.00", 4)
    )
    return PublishedFigure.publish(by(OFFICER, "2020-10-21"), figure, Printed(Decimal("75.00")))


def corrected_figure() -> PublishedFigure:
    """Two more were completed in time, one is not counted any more; then that one is again."""
    figure = published_figure()
    causes = [Cause("intake", 9), Cause("intake", 11)]
    once = Recount(Counted(5, "100.00", 5), {"intake": 11}, causes, 1)
    figure.correct(by(TIMER, "2020-10-22"), once)
    figure.correct(by(TIMER, "2020-10-23"), Recount(Counted(0), {"intake": 12}, [], 3))
    return figure


ASKED_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "disclosure-answered-request": answered,
    "disclosure-silent-request": silent,
    "disclosure-paid-request": paid,
    "disclosure-abandoned-request": abandoned,
    "disclosure-corrected-request": corrected,
    "disclosure-recounted-request": recounted,
    "disclosure-updated-entry": updated_entry,
    "disclosure-withdrawn-entry": withdrawn_entry,
    "disclosure-directory-node": directory_node,
    "disclosure-figure": published_figure,
    "disclosure-corrected-figure": corrected_figure,
}
