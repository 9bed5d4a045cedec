"""What is counted of disclosure's own events: entries, requests, supervision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from services.chassis.events import Event
from services.chassis.projection import Change, Statement
from services.disclosure.messages import happened as said_of
from services.disclosure.projections.happening_rows import (
    GIVE,
    TAKE_BACK,
    begins,
    place,
    row,
)


def _entry_published(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Published)
    at, where = said.published_at, said.place or None
    return (row(event, "published", said.entry_no, at, region=where, mark=said.facet),)


def _foi_received(event: Event) -> Iterable[Change]:
    """A request counts from the day of its receipt, which is in one of two events."""
    said = event.read(said_of.Asked)
    if said.received_on is None:
        return ()
    told = {"channel": said.channel, "mark": said.applicant_category}
    return (row(event, "foi_new", said.request_no, said.received_on, **told),)  # type: ignore[arg-type]


def _foi_over(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Asked)
    on = said.replied_on or said.abandoned_on or said.lapsed_on or said.withdrawn_on
    # Taken back before the day of receipt was confirmed, it never counted.
    yield Statement(
        _FOI_OVER,
        (*row(event, "foi_over", said.request_no, on).row, said.request_no),
    )
    if said.replied_on is not None:
        mark = "on_time" if said.on_time else "late"
        yield row(event, "foi_replied", said.request_no, said.replied_on, mark=mark)


_FOI_OVER: Final = (
    f"{GIVE} WHERE EXISTS (SELECT FROM happenings WHERE kind = 'foi_new' AND thing = %s::text)"
)


def _foi_overdue(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Asked)
    return (row(event, "foi_overdue", said.request_no, said.due_at, due_at=said.due_at),)


def _foi_carried(event: Event) -> Iterable[Change]:
    """Open at the end of a year: carried over into the next from its first moment on."""
    said = event.read(said_of.Asked)
    at = date(said.year + 1, 1, 1)
    return (row(event, "foi_carried", said.request_no, at, mark=str(said.year)),)


def _supervised(event: Event) -> Iterable[Change]:
    """Give the rows of an event of supervision; `_SUPERVISED` says which."""
    said = event.read(said_of.Supervised)
    for kind, thing, more in _SUPERVISED[event.type](said):
        at = more.pop("at", said.on)
        yield row(event, kind, thing, at, department=said.unit or "", **more)


Rows = Iterable[tuple[str, str, dict[str, Any]]]

_S = said_of.Supervised


def _score(said: _S) -> Rows:
    """Of the county as a whole; units have scores of their own, which are no figure of it."""
    if said.unit:
        return
    yield "score", said.period, {"amount": said.score_hundredths, "mark": said.period}
    yield "rank", said.period, {"amount": said.rank, "mark": said.period}


def _outreach(said: _S) -> Rows:
    yield "outreach", said.outreach_no, {"amount": said.count, "mark": said.form}
    told = {"amount": said.enterprises, "mark": said.form}
    yield "outreach_enterprises", said.outreach_no, told


def _pages(said: _S) -> Rows:
    thing = f"{said.page} {said.begin}/{said.end} {said.counter}"
    yield "page_visits", thing, {"amount": said.count, "at": said.end, "mark": said.page}


def _enquiries(said: _S) -> Rows:
    thing = f"{said.begin}/{said.end} {said.counter}"
    yield "enquiry", thing, {"amount": said.count, "at": said.end, "mark": said.counter}


def _visitors(said: _S) -> Rows:
    thing = f"{said.day} {said.counter}"
    yield "visitors", thing, {"amount": said.count, "at": said.day, "mark": said.counter}


def _card(said: _S) -> Rows:
    yield "card", said.warning_no, {"mark": said.colour, "case_no": said.project_no}


def _card_back(said: _S) -> Rows:
    yield "card", said.warning_no, {"mark": said.colour, "amount": 0}


def _met(said: _S) -> Rows:
    yield (
        "obligation_met",
        said.obligation_no,
        {"mark": "late" if said.late else "on_time", "channel": said.cycle},
    )


def _missed(said: _S) -> Rows:
    yield "obligation_missed", said.obligation_no, {"at": said.due_at, "channel": said.cycle}


_SUPERVISED: Final[Mapping[str, Callable[[_S], Rows]]] = {
    "disclosure.rectification-notice-issued.v1": lambda one: [("notice", one.notice_no, {})],
    "disclosure.circular-published.v1": lambda one: [("circular", one.circular_no, {})],
    "disclosure.lagging-unit-named.v1": lambda one: [
        ("lagging", f"{one.period} {one.unit}", {"who": one.unit, "mark": one.period})
    ],
    "disclosure.score-imported.v1": _score,
    "disclosure.training-held.v1": lambda one: [
        ("training", one.training_no, {"amount": one.attendees})
    ],
    "disclosure.inspection-recorded.v1": lambda one: [("inspection", one.inspection_no, {})],
    "disclosure.outreach-held.v1": _outreach,
    "disclosure.outreach-issue-raised.v1": lambda one: [("issue_raised", one.issue_no, {})],
    "disclosure.outreach-issue-resolved.v1": lambda one: [("issue_solved", one.issue_no, {})],
    "disclosure.hall-visitors-counted.v1": _visitors,
    "disclosure.page-visits-counted.v1": _pages,
    "disclosure.enquiries-counted.v1": _enquiries,
    "disclosure.card-issued.v1": _card,
    "disclosure.card-withdrawn.v1": _card_back,
    "disclosure.supervision-obligation-met.v1": _met,
    "disclosure.supervision-obligation-missed.v1": _missed,
}

_COUNTERS: Final = ("hall-visitors-counted", "page-visits-counted", "enquiries-counted")


def _retracted(event: Event) -> Iterable[Change]:
    """Something recorded was wrong: what its stream says of it is taken back.

    The stream of a counter says much; of it only what was counted to that day.
    """
    said = event.read(said_of.Retracted)
    which, told = "stream = %s::uuid", [str(event.stream)]
    if said.kind in _COUNTERS:
        which += " AND at = %s::timestamptz"
        told.append(begins(said.said_on).isoformat())
    return (
        Statement(TAKE_BACK.format(table="happenings_other", which=which), (*place(event), *told)),
    )


SHOWN: Final[Mapping[str, Callable[[Event], Iterable[Change]]]] = {
    "disclosure.entry-published.v1": _entry_published,
    "disclosure.foi-request-received.v1": _foi_received,
    "disclosure.foi-receipt-confirmed.v1": _foi_received,
    "disclosure.foi-abandoned.v1": _foi_over,
    "disclosure.foi-fee-lapsed.v1": _foi_over,
    "disclosure.foi-replied.v1": _foi_over,
    "disclosure.foi-withdrawn.v1": _foi_over,
    "disclosure.foi-overdue.v1": _foi_overdue,
    "disclosure.foi-carried-forward.v1": _foi_carried,
    "disclosure.supervision-record-retracted.v1": _retracted,
    **dict.fromkeys(_SUPERVISED, _supervised),
}
