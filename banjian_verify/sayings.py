"""What is counted besides cases, as a table: which event says which fact, and which takes one back.

A text names fields of the event's data: `a|b` the first there is, `a b` both, as one name. Where a
row says nothing of a fact's moment, region or department, they are the event's own. Words no figure
can be asked for are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from banjian_verify.told import moment

if TYPE_CHECKING:
    from banjian_verify.happened import Fact

OWN: Final = "disclosure"
Data = Mapping[str, Any]
Text = str | Callable[[Data], Any]


def said(data: Data, text: Text) -> Any:
    """Give what an event's data says there; None: nothing."""
    if callable(text):
        return text(data)
    if not text:
        return None
    return next((data[name] for name in _split(text, "|") if data.get(name) is not None), None)


def things(data: Data, text: str) -> Iterable[str]:
    """Name what a fact is about; a list is about each of its members.

    Raises:
        ValueError: the data does not say.
    """
    found = [said(data, part) for part in _split(text, " ")]
    if None in found:
        raise ValueError(f"it says no {text}")
    if isinstance(found[0], list):
        return found[0]
    return (" ".join(map(str, found)),)


@cache
def _split(text: str, by: str) -> tuple[str, ...]:
    return tuple(text.split(by))


def _always(data: Data) -> bool:
    return True


@dataclass(frozen=True)
class Says:
    """One kind of fact that an event says."""

    event: str
    kind: str
    thing: str
    at: Text = ""
    amount: int | Text = 1
    mark: Text = ""
    who: Text = ""
    region: Text = ""
    department: Text = ""
    item: Text = ""
    channel: Text = ""
    due: Text = ""
    like: str = ""
    """Words are those of the first fact of this kind about the same thing, where there is one."""
    once: bool = False
    """Only when no fact of its kind was said about the thing before."""
    after: str = ""
    """Only when a fact of this kind was."""
    when: Callable[[Data], bool] = _always


@dataclass(frozen=True)
class Unsays:
    """What an event takes back: of each kind and mark what was said last of a thing."""

    event: str
    kinds: tuple[str, ...] = ()
    thing: str = ""
    """Empty: whatever its stream said."""
    which: Callable[[Fact, Data], bool] = lambda fact, data: True
    when: Callable[[Data], bool] = _always


def _alone(data: Data) -> bool:
    """Say whether a task with a limit is one of its own, and begins with its creation."""
    of_project = data.get("process_no") not in (None, data["project_no"])
    return not of_project and _limited(data)


def _limited(data: Data) -> bool:
    return data.get("promised_due_at") is not None


def _at_the_door(data: Data) -> bool:
    return bool(data["how"] == "door")


def _on_time(data: Data) -> str:
    return "on_time" if data.get("on_time") else "late"


def _of_the_county(data: Data) -> bool:
    return not data.get("unit")


def _day_after(data: Data) -> str:
    return (date.fromisoformat(data["until"]) + timedelta(days=1)).isoformat()


def _later(data: Data) -> bool:
    """Say whether a limit was moved to a later moment."""
    old, new = data.get("old_due_at"), data.get("new_due_at")
    return bool(data.get("task_id") and old and new and moment(new) > moment(old))


def _of_that_limit(fact: Fact, data: Data) -> bool:
    return fact.mark == data["clock"] and fact.due == moment(data["old_due_at"])


_COUNTERS: Final = ("hall-visitors-counted", "page-visits-counted", "enquiries-counted")


def _of_that_day(fact: Fact, data: Data) -> bool:
    """A counter's stream says much: only what it counted to that day is taken back."""
    return data["kind"] not in _COUNTERS or fact.at == moment(data["said_on"])


_OVER: Final = "replied_on|abandoned_on|lapsed_on|withdrawn_on"

_SAYINGS: Final = (
    # Tasks, their limits, projects, results brought to the door.
    Says("approval.task-created", "task", "task_id|project_no", "accepted_at", when=_alone,
         department="department", item="item_code"),
    Says("approval.task-ready", "task", "task_id|project_no", "ready_at", when=_limited, once=True,
         department="department", item="item_code"),
    Says("approval.clock-breached", "breach", "task_id", mark="clock", due="due_at", like="task",
         when=lambda data: data.get("task_id") is not None),
    Says("approval.task-deemed-consented", "deemed", "task_id", department="department",
         like="task"),
    Says("approval.parallel-approval-started", "parallel", "process_no", "started_at",
         department="lead"),
    Says("approval.review-meeting-held", "meeting", "meeting_no", "held_at"),
    Says("approval.review-meeting-held", "meeting_project", "projects", "held_at"),
    Says("approval.certificate-served", "door", "project_no", "served_at|delivered_at",
         when=_at_the_door),
    Says("intake.case-delivered", "door", "project_no", "served_at|delivered_at",
         when=_at_the_door),
    # Fees. What went back is a fact of its own moment.
    Says("intake.fee-paid", "fee", "order_no", "paid_at", "amount_fen",
         lambda data: "online" if data["online"] else "counter",
         lambda data: f"{data['item_code']}/{data['fee']}", item="item_code",
         channel="channel"),
    Says("intake.fee-refunded", "fee", "order_no", amount=lambda data: -data["amount_fen"],
         like="fee"),
    # Agency: whose it is was said when the agent was appointed.
    Says("intake.agent-appointed", "mandate", "agency_no", "appointed_at", who="account|agency_no"),
    Says("intake.agency-completed", "agency", "agency_no", "completed_at", who="agency_no",
         like="mandate"),
    Says("intake.village-certificate-requested", "village_request", "request_no", "requested_at",
         region="village", department="township", channel="channel"),
    Says("intake.village-certificate-issued", "village_certificate", "request_no", "issued_at",
         region="village", department="township", channel="channel"),
    # Ratings and the hotline.
    Says("intake.evaluation-submitted", "rating", "project_no stage", "submitted_at", mark="level",
         channel="channel"),
    Says("intake.bad-review-opened", "bad_review", "project_no stage"),
    Says("intake.rectification-completed", "rectified", "project_no stage", "completed_at"),
    Says("intake.ticket-received", "ticket", "ticket_no", "received_at", channel="channel"),
    Says("intake.ticket-replied", "ticket_replied", "ticket_no", "replied_at", mark=_on_time,
         department="unit"),
    Says("intake.ticket-supervised", "ticket_overdue", "ticket_no", "due_at",
         department="lead_unit"),
    Says("intake.first-contact-assigned", "enquiry", "enquiry_no", "assigned_at"),
    # The house.
    Says("catalog.department-registered", "department", "department", "since", "resident"),
    Says("catalog.department-registered", "department", "department", _day_after, 0,
         when=lambda data: data.get("until") is not None),
    Says("catalog.region-registered", "region", "region", mark="level"),
    Says("catalog.window-opened", "window", "window", "since"),
    Says("catalog.window-closed", "window", "window", "on", 0),
    Says("catalog.staff-assigned", "staff", "staff", "since",
         lambda data: data.get("window") is not None),
    Says("catalog.staff-left", "staff", "staff", "on", 0),
    Says("catalog.parallel-scheme-published", "scheme", "scheme", "effective_from"),
    Says("catalog.service-guide-published", "guide", "item_code", item="item_code"),
    # Entries, and requests for information: one counts from the day of its receipt.
    Says("disclosure.entry-published", "published", "entry_no", "published_at",
         region="place"),
    *(
        Says(f"disclosure.{event}", "foi_new", "request_no", "received_on",
             when=lambda data: data.get("received_on") is not None)
        for event in ("foi-request-received", "foi-receipt-confirmed")
    ),
    *(
        Says(f"disclosure.{event}", "foi_over", "request_no", _OVER, after="foi_new")
        for event in ("foi-replied", "foi-abandoned", "foi-fee-lapsed", "foi-withdrawn")
    ),
    Says("disclosure.foi-replied", "foi_replied", "request_no", "replied_on", mark=_on_time),
    Says("disclosure.foi-overdue", "foi_overdue", "request_no", "due_at"),
    Says("disclosure.foi-carried-forward", "foi_carried", "request_no",
         lambda data: f"{data['year'] + 1}-01-01"),
    # Supervision.
    Says("disclosure.rectification-notice-issued", "notice", "notice_no", "on", department="unit"),
    Says("disclosure.circular-published", "circular", "circular_no", "on"),
    Says("disclosure.lagging-unit-named", "lagging", "period unit", "on", who="unit"),
    Says("disclosure.score-imported", "score", "period", "on", "score_hundredths", "period",
         when=_of_the_county),
    Says("disclosure.score-imported", "rank", "period", "on", "rank", "period",
         when=_of_the_county),
    Says("disclosure.training-held", "training", "training_no", "on", "attendees"),
    Says("disclosure.inspection-recorded", "inspection", "inspection_no", "on", department="unit"),
    Says("disclosure.outreach-held", "outreach", "outreach_no", "on", "count", "form"),
    Says("disclosure.outreach-held", "enterprises", "outreach_no", "on", "enterprises"),
    Says("disclosure.outreach-issue-raised", "issue_raised", "issue_no", "on"),
    Says("disclosure.outreach-issue-resolved", "issue_solved", "issue_no", "on"),
    Says("disclosure.card-issued", "card", "warning_no", "on", mark="colour", department="unit"),
    Says("disclosure.card-withdrawn", "card", "warning_no", "on", 0, "colour", department="unit"),
    Says("disclosure.supervision-obligation-met", "obligation_met", "obligation_no", "on",
         mark=lambda data: "late" if data.get("late") else "on_time", department="unit"),
    Says("disclosure.supervision-obligation-missed", "obligation_missed", "obligation_no", "due_at",
         department="unit"),
    Says("disclosure.hall-visitors-counted", "visitors", "day counter", "day", "count"),
    Says("disclosure.page-visits-counted", "page_visits", "page begin end counter", "end", "count"),
    Says("disclosure.enquiries-counted", "enquiry", "begin end counter", "end", "count"),
)  # fmt: skip

_UNSAYINGS: Final = (
    Unsays("approval.clock-recalculated", ("breach",), "task_id", _of_that_limit, _later),
    Unsays("approval.deemed-consent-voided", ("deemed", "breach"), "task_id",
           lambda fact, data: fact.mark != "STATUTORY"),
    Unsays("intake.bad-review-excluded", ("rating", "bad_review", "rectified"),
           "project_no stage"),
    Unsays("disclosure.supervision-record-retracted", which=_of_that_day),
)  # fmt: skip

_Row = TypeVar("_Row", Says, Unsays)


def _by_topic(rows: Iterable[_Row]) -> Mapping[str, list[_Row]]:
    found = defaultdict[str, list[_Row]](list)
    for row in rows:
        found[f"{row.event}.v1"].append(row)
    return dict(found)


SAYINGS: Final = _by_topic(_SAYINGS)
UNSAYINGS: Final = _by_topic(_UNSAYINGS)
TOPICS: Final = frozenset({*SAYINGS, *UNSAYINGS})


@cache
def topics(kinds: tuple[str, ...]) -> frozenset[str]:
    """Name the types of events that facts of these kinds are made of."""
    rows = [row for row in _SAYINGS if row.kind in kinds]
    needed = {*kinds, *(name for row in rows for name in (row.like, row.after) if name)}
    said = {topic for topic, all in SAYINGS.items() if any(row.kind in needed for row in all)}
    back = {
        topic
        for topic, all in UNSAYINGS.items()
        if any(needed.intersection(row.kinds) for row in all)
        or (topic.startswith(OWN) and any(one.startswith(OWN) for one in said))
    }
    return frozenset(said | back)
