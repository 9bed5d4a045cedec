"""What disclosure reads of events that are counted as happenings: its own, and those of others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import msgspec


class Task(msgspec.Struct, frozen=True):
    """`approval.task-created.v1` and `approval.task-ready.v1`."""

    project_no: str
    process_no: str | None = None
    task_id: str | None = None
    department: str = ""
    item_code: str = ""
    accepted_at: datetime | None = None
    ready_at: datetime | None = None
    promised_due_at: datetime | None = None


class TaskLimit(msgspec.Struct, frozen=True):
    """`approval.clock-breached.v1` and `approval.clock-recalculated.v1`; no task: the joint one."""

    process_no: str
    clock: str
    task_id: str | None = None
    project_no: str | None = None
    due_at: datetime | None = None
    old_due_at: datetime | None = None
    new_due_at: datetime | None = None


class Deemed(msgspec.Struct, frozen=True):
    """`approval.task-deemed-consented.v1` and `approval.deemed-consent-voided.v1`."""

    task_id: str
    project_no: str
    department: str = ""


class Parallel(msgspec.Struct, frozen=True):
    """`approval.parallel-approval-started.v1`."""

    process_no: str
    kind: str
    lead: str
    started_at: datetime


class Meeting(msgspec.Struct, frozen=True):
    """`approval.review-meeting-held.v1`."""

    meeting_no: str
    projects: list[str]
    held_at: datetime


class Served(msgspec.Struct, frozen=True):
    """`approval.certificate-served.v1` and `intake.case-delivered.v1`."""

    project_no: str
    how: str
    served_at: datetime | None = None
    delivered_at: datetime | None = None


class FeePaid(msgspec.Struct, frozen=True):
    """`intake.fee-paid.v1`."""

    order_no: str
    project_no: str
    channel: str
    online: bool
    paid_at: datetime
    amount_fen: int
    fee: str
    item_code: str


class FeeRefunded(msgspec.Struct, frozen=True):
    """`intake.fee-refunded.v1`."""

    order_no: str
    project_no: str
    amount_fen: int


class AgentAppointed(msgspec.Struct, frozen=True):
    """`intake.agent-appointed.v1`: `account` is who appointed, when they came online."""

    agency_no: str
    project_nos: list[str]
    appointed_at: datetime
    account: str | None = None


class AgencyCompleted(msgspec.Struct, frozen=True):
    """`intake.agency-completed.v1`."""

    agency_no: str
    completed_at: datetime


class VillageCertificate(msgspec.Struct, frozen=True):
    """`intake.village-certificate-requested.v1` and `-issued.v1`."""

    request_no: str
    kind: str
    village: str
    township: str
    channel: str = ""
    requested_at: datetime | None = None
    issued_at: datetime | None = None


class Rated(msgspec.Struct, frozen=True):
    """`intake.evaluation-submitted.v1`, `intake.bad-review-*.v1`, `rectification-completed`."""

    project_no: str
    stage: int
    level: int = 0
    channel: str = ""
    submitted_at: datetime | None = None
    completed_at: datetime | None = None


class Ticket(msgspec.Struct, frozen=True):
    """`intake.ticket-received.v1`, `ticket-replied`, `ticket-supervised`."""

    ticket_no: str
    channel: str = ""
    unit: str = ""
    lead_unit: str = ""
    project_no: str | None = None
    on_time: bool = False
    received_at: datetime | None = None
    replied_at: datetime | None = None
    due_at: datetime | None = None


class FirstContact(msgspec.Struct, frozen=True):
    """`intake.first-contact-assigned.v1`."""

    enquiry_no: str
    assigned_at: datetime
    unit: str | None = None


class Department(msgspec.Struct, frozen=True):
    """`catalog.department-registered.v1`."""

    department: str
    name: str
    level: int
    region: str
    resident: bool
    since: date
    until: date | None = None


class Region(msgspec.Struct, frozen=True):
    """`catalog.region-registered.v1`."""

    region: str
    name: str
    level: int


class Window(msgspec.Struct, frozen=True):
    """`catalog.window-opened.v1` and `catalog.window-closed.v1`."""

    window: str
    kind: str = ""
    department: str | None = None
    since: date | None = None
    on: date | None = None


class Staff(msgspec.Struct, frozen=True):
    """`catalog.staff-assigned.v1` and `catalog.staff-left.v1`."""

    staff: str
    unit: str = ""
    window: str | None = None
    since: date | None = None
    on: date | None = None


class Scheme(msgspec.Struct, frozen=True):
    """`catalog.parallel-scheme-published.v1`."""

    scheme: str
    kind: str
    lead: str
    effective_from: datetime


class Guide(msgspec.Struct, frozen=True):
    """`catalog.service-guide-published.v1`."""

    item_code: str


READS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "approval.certificate-served.v1": Served,
    "approval.clock-breached.v1": TaskLimit,
    "approval.clock-recalculated.v1": TaskLimit,
    "approval.deemed-consent-voided.v1": Deemed,
    "approval.parallel-approval-started.v1": Parallel,
    "approval.review-meeting-held.v1": Meeting,
    "approval.task-created.v1": Task,
    "approval.task-deemed-consented.v1": Deemed,
    "approval.task-ready.v1": Task,
    "catalog.department-registered.v1": Department,
    "catalog.parallel-scheme-published.v1": Scheme,
    "catalog.region-registered.v1": Region,
    "catalog.service-guide-published.v1": Guide,
    "catalog.staff-assigned.v1": Staff,
    "catalog.staff-left.v1": Staff,
    "catalog.window-closed.v1": Window,
    "catalog.window-opened.v1": Window,
    "intake.agency-completed.v1": AgencyCompleted,
    "intake.agent-appointed.v1": AgentAppointed,
    "intake.bad-review-excluded.v1": Rated,
    "intake.bad-review-opened.v1": Rated,
    "intake.case-delivered.v1": Served,
    "intake.evaluation-submitted.v1": Rated,
    "intake.fee-paid.v1": FeePaid,
    "intake.fee-refunded.v1": FeeRefunded,
    "intake.first-contact-assigned.v1": FirstContact,
    "intake.rectification-completed.v1": Rated,
    "intake.ticket-received.v1": Ticket,
    "intake.ticket-replied.v1": Ticket,
    "intake.ticket-supervised.v1": Ticket,
    "intake.village-certificate-issued.v1": VillageCertificate,
    "intake.village-certificate-requested.v1": VillageCertificate,
}


class Asked(msgspec.Struct, frozen=True):
    """Disclosure's own `foi-*` events that begin or end a request."""

    request_no: str
    received_on: date | None = None
    applicant_category: str = ""
    channel: str = ""
    replied_on: date | None = None
    abandoned_on: date | None = None
    lapsed_on: date | None = None
    withdrawn_on: date | None = None
    on_time: bool = False
    due_at: datetime | None = None
    year: int = 0


class Published(msgspec.Struct, frozen=True):
    """`disclosure.entry-published.v1`."""

    entry_no: str
    facet: str
    place: str
    published_at: datetime


class Supervised(msgspec.Struct, frozen=True):
    """Disclosure's own events of supervision, as far as they are counted."""

    on: date | None = None
    unit: str | None = ""
    notice_no: str = ""
    circular_no: str = ""
    inspection_no: str = ""
    period: str = ""
    score_hundredths: int = 0
    rank: int = 0
    training_no: str = ""
    attendees: int = 0
    outreach_no: str = ""
    form: str = ""
    count: int = 0
    enterprises: int = 0
    issue_no: str = ""
    day: date | None = None
    page: str = ""
    begin: date | None = None
    end: date | None = None
    counter: str = ""
    warning_no: str = ""
    colour: str = ""
    project_no: str | None = None
    obligation_no: str = ""
    cycle: str = ""
    late: bool | None = None
    due_at: datetime | None = None


class Retracted(msgspec.Struct, frozen=True):
    """`disclosure.supervision-record-retracted.v1`."""

    kind: str
    said_on: date
