"""The words of an export: activities, kinds of objects, how events and objects hang together.

Everything here is data. A field nobody names here is an attribute of its event; a topic nobody
names here is exported all the same, under the name its contract has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

PRIVATE: Final = frozenset(
    {
        *("subject_id", "account", "agent", "code_digest", "dedup_key", "destination_ref"),
        *("text", "signature_ref", "signed_by", "identity"),
    }
)
"""Fields that are left out: they lead to a person, even if only through a vault, or are long."""
STAFF: Final = frozenset(
    {
        *("accepted_by", "applied_by", "approver", "checked_by", "clerk", "custodian"),
        *("decided_by", "declared_by", "former_owner", "handler", "officials", "owner"),
        *("receiver", "repaired_by", "requested_by", "revoked_by", "sealed_by", "staff"),
        *("waived_by", "by"),
    }
)
"""Fields with accounts of officials, which are no names; they stay."""
APPLICANTS: Final = frozenset({"", "applicant", "agent"})
"""Roles of persons who are no officials: such an actor's account is left out."""

_OWN: Final[Mapping[str, str]] = {
    "intake.clock-breached": "Case limit passed",
    "approval.clock-breached": "Task limit passed",
    "intake.clock-recalculated": "Case limit counted again",
    "approval.clock-recalculated": "Task limit counted again",
    "intake.deadline-approaching": "Case limit approaching",
    "approval.deadline-approaching": "Task limit approaching",
    "intake.record-refused": "Record refused by intake",
    "approval.record-refused": "Record refused by approval",
    "catalog.record-refused": "Record refused by catalog",
    "intake.subject-erased": "Applicant erased",
    "disclosure.subject-erased": "Requester erased",
    "disclosure.rectification-notice-issued": "Unit told to rectify",
    "disclosure.rectification-answered": "Unit answered on rectification",
    "disclosure.rectification-verified": "Rectification of unit verified",
}
"""Names of their own where two services use the same word for two things."""


def activity_of(topic: str) -> str:
    """Give the plain name of an event: `intake.case-accepted.v1` is "Case accepted"."""
    stem = topic.rpartition(".")[0]
    own = _OWN.get(stem)
    if own:
        return own
    words = stem.partition(".")[2].split("-")
    words = ["FOI" if word == "foi" else word for word in words]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


class Role(NamedTuple):
    """What a field leads to."""

    kind: str
    """Type of the object."""
    qualifier: str
    """What the object is to the event."""


ROLES: Final[Mapping[str, Role]] = {
    "project_no": Role("case", "case"),
    "project_nos": Role("case", "case"),
    "process_no": Role("process", "process"),
    "project_code": Role("process", "project"),
    "task_id": Role("task", "task"),
    "task_ids": Role("task", "task"),
    "prerequisites": Role("task", "prerequisite"),
    "unblocked_by": Role("task", "unblocks"),
    "department": Role("department", "department"),
    "unit": Role("department", "unit"),
    "lead_unit": Role("department", "leads"),
    "lead": Role("department", "leads"),
    "co_units": Role("department", "helps"),
    "departments": Role("department", "asked"),
    "attended": Role("department", "attended"),
    "absent": Role("department", "absent"),
    "failed": Role("department", "objects"),
    "item_code": Role("item", "item"),
    "catalog_code": Role("basic item", "basic item"),
    "certificate_no": Role("certificate", "certificate"),
    "certificates": Role("certificate", "carried"),
    "decision_no": Role("decision", "decision"),
    "survey_no": Role("survey", "survey"),
    "commitment_no": Role("commitment", "commitment"),
    "ticket_no": Role("ticket", "ticket"),
    "order_no": Role("fee", "fee"),
    "transaction_no": Role("payment", "payment"),
    "window": Role("window", "window"),
    "appointment_no": Role("appointment", "appointment"),
    "slot_no": Role("appointment slot", "slot"),
    "enquiry_no": Role("enquiry", "enquiry"),
    "visit_no": Role("home visit", "visit"),
    "delivery_no": Role("delivery", "delivery"),
    "agency_no": Role("agency", "agency"),
    "entry_no": Role("entry", "entry"),
    "node": Role("directory node", "place"),
    "notice_no": Role("notice", "notice"),
    "meeting_no": Role("meeting", "meeting"),
    "seal": Role("seal", "seal"),
    "delegation": Role("delegation", "stands on"),
    "region": Role("region", "region"),
    "data_source": Role("source system", "sent by"),
    "measure": Role("figure", "figure"),
    "obligation_no": Role("obligation", "obligation"),
    "circular_no": Role("circular", "circular"),
    "warning_no": Role("card", "card"),
    "inspection_no": Role("inspection", "inspection"),
    "training_no": Role("training", "training"),
    "outreach_no": Role("outreach", "outreach"),
    "fact_no": Role("reported fact", "fact"),
}
"""By field, whichever event it stands in."""

OF_TOPIC: Final[Mapping[str, Mapping[str, Role | None]]] = {
    "disclosure.": {
        "request_no": Role("information request", "request"),
        "request_nos": Role("information request", "request"),
        "units": Role("department", "named"),
    },
    "disclosure.statistic-": {"unit": None},  # percent and the like
    "disclosure.reported-fact-": {"unit": None},
    "disclosure.outreach-issue-": {"issue_no": Role("outreach issue", "issue")},
    "intake.step-reported.": {"unit": None},  # often a name
    "approval.liability-recorded.": {"unit": None},  # or a window
    "intake.village-certificate-": {"request_no": Role("village certificate", "request")},
    "intake.source-": {"name": Role("source system", "source")},
    "intake.project-opened.": {"scheme": Role("scheme", "scheme")},
    "approval.parallel-approval-started.": {"scheme": Role("scheme", "scheme")},
    "catalog.parallel-scheme-": {"scheme": Role("scheme", "scheme")},
    "catalog.work-calendar-": {"year": Role("calendar year", "year")},
    "catalog.region-": {"parent": Role("region", "above")},
}
"""By beginning of a topic, where a field's name says too little; None: it leads nowhere there."""
NESTED: Final = ("cases", "members")
"""Lists of objects whose own fields lead to objects."""


class Link(NamedTuple):
    """Two objects an event tells to hang together, by their fields."""

    source: str
    target: str
    qualifier: str
    stems: frozenset[str] = frozenset()
    """Topics without their version that tell it; empty: every topic with both fields."""


_ACCEPTED = frozenset({"intake.case-accepted"})
_BEGUN = _ACCEPTED | {"intake.case-drafted", "intake.case-submitted"}
_CREATED = frozenset({"approval.task-created"})
_SENT = frozenset({"intake.ticket-dispatched", "intake.ticket-redispatched"})
LINKS: Final = (
    Link("task_id", "process_no", "part of"),
    Link("task_id", "project_no", "decides"),
    Link("task_id", "department", "handled by", _CREATED),
    Link("task_id", "item_code", "decides on", _CREATED),
    Link("task_id", "prerequisites", "waits for", _CREATED),
    Link("project_no", "project_code", "part of"),
    Link("project_no", "item_code", "asks for", _BEGUN),
    Link("project_no", "department", "handled by", _ACCEPTED),
    Link("decision_no", "project_no", "decides"),
    Link("certificate_no", "project_no", "result of"),
    Link("certificate_no", "decision_no", "issued on"),
    Link("commitment_no", "task_id", "promised for"),
    Link("commitment_no", "project_no", "promised for"),
    Link("survey_no", "process_no", "held for"),
    Link("meeting_no", "process_no", "held for"),
    Link("order_no", "project_no", "charged for"),
    Link("transaction_no", "order_no", "pays"),
    Link("delivery_no", "project_no", "delivers for"),
    Link("delivery_no", "certificates", "carries"),
    Link("ticket_no", "project_no", "about"),
    Link("ticket_no", "lead_unit", "led by", _SENT),
    Link("ticket_no", "co_units", "helped by", _SENT),
    Link("appointment_no", "slot_no", "in"),
    Link("agency_no", "project_no", "acts for"),
    Link("notice_no", "project_no", "about"),
    Link("item_code", "department", "owned by", frozenset({"catalog.item-published"})),
    Link("entry_no", "node", "stands at"),
)

LIMITS: Final = (
    *("promised_limit", "promised_unit", "promised_due_at"),
    *("statutory_limit", "statutory_unit", "statutory_due_at"),
)
_DUE = ("promised_due_at", "statutory_due_at")

VALUES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "intake.case-submitted": ("project_no", ("channel", "submitted_at")),
    "intake.case-accepted": (
        "project_no",
        (
            *("item_code", "item_name", "item_version", "case_type", "channel", "department"),
            *("mode", "accepted_at", *LIMITS),
        ),
    ),
    "intake.case-resumed": ("project_no", _DUE),
    "intake.case-extended": ("project_no", _DUE),
    "intake.case-completed": (
        "project_no",
        ("completed_at", "completion_kind", "granted", "on_time"),
    ),
    "intake.case-delivered": ("project_no", ("delivered_at",)),
    "approval.task-created": (
        "task_id",
        ("item_code", "department", "project_no", "accepted_at", *LIMITS),
    ),
    "approval.task-ready": ("task_id", ("ready_at", *_DUE)),
    "approval.task-started": ("task_id", ("started_at",)),
    "approval.clock-resumed": ("task_id", _DUE),
    "approval.clock-extended": ("task_id", _DUE),
    "approval.task-approved": ("task_id", ("decided_at",)),
    "approval.task-rejected": ("task_id", ("decided_at",)),
    "approval.task-conditionally-approved": ("task_id", ("decided_at",)),
    "approval.parallel-approval-started": ("process_no", ("kind", "started_at")),
    "approval.decision-issued": ("decision_no", ("result", "issued_at")),
    "approval.certificate-issued": ("certificate_no", ("title", "issued_at", "valid_to")),
    "approval.commitment-requested": ("commitment_no", ("scheme",)),
    "approval.survey-concluded": ("survey_no", ("passed",)),
    "intake.fee-assessed": ("order_no", ("fee", "amount_fen", "units")),
    "intake.ticket-received": ("ticket_no", ("channel", "topic", "received_at")),
    "intake.ticket-dispatched": ("ticket_no", ("due_at", "limit_days")),
    "intake.ticket-replied": ("ticket_no", ("outcome", "replied_at", "on_time")),
    "intake.village-certificate-requested": (
        "request_no",
        ("kind", "channel", "requested_at", "due_at", "limit_days"),
    ),
    "disclosure.foi-request-received": (
        "request_no",
        ("channel", "applicant_category", "received_on", "due_at", "limit_days"),
    ),
    "disclosure.foi-replied": ("request_no", ("reply", "replied_on", "on_time")),
    "disclosure.entry-published": ("entry_no", ("title", "published_at")),
    "catalog.item-published": (
        "item_code",
        (
            *("name", "item_type", "case_type", "item_version"),
            *("promised_limit_days", "statutory_limit_days"),
        ),
    ),
    "catalog.basic-item-registered": ("catalog_code", ("name", "item_type")),
    "catalog.department-registered": ("department", ("name", "level")),
    "catalog.region-registered": ("region", ("name", "level")),
}
"""By topic without its version: the field of the object, and the fields it takes as attributes."""

OUTCOMES: Final[Mapping[str, str]] = {
    "approval.task-approved": "approved",
    "approval.task-rejected": "rejected",
    "approval.task-conditionally-approved": "approved conditionally",
    "approval.task-deemed-consented": "deemed consent",
    "approval.task-cancelled": "cancelled",
    "approval.task-waived": "waived",
}
"""How a task ended, as its attribute `outcome`."""


class Turn(NamedTuple):
    """What an event does to the days of a case or a task."""

    field: str
    what: str
    """begin, stop, reopen, suspend or resume."""
    at: str = ""
    """Field of the moment; "": when the event happened."""


TURNS: Final[Mapping[str, Turn]] = {
    "intake.case-accepted": Turn("project_no", "begin", "accepted_at"),
    "intake.case-suspended": Turn("project_no", "suspend", "suspended_at"),
    "intake.case-resumed": Turn("project_no", "resume", "resumed_at"),
    "intake.case-completed": Turn("project_no", "stop", "completed_at"),
    "intake.case-reopened": Turn("project_no", "reopen"),
    "approval.task-created": Turn("task_id", "begin", "accepted_at"),
    "approval.task-ready": Turn("task_id", "begin", "ready_at"),
    "approval.clock-suspended": Turn("task_id", "suspend", "since"),
    "approval.clock-resumed": Turn("task_id", "resume", "resumed_at"),
    "approval.task-approved": Turn("task_id", "stop", "decided_at"),
    "approval.task-rejected": Turn("task_id", "stop", "decided_at"),
    "approval.task-conditionally-approved": Turn("task_id", "stop", "decided_at"),
    "approval.task-deemed-consented": Turn("task_id", "stop", "due_at"),
    "approval.late-decision-recorded": Turn("task_id", "stop", "decided_at"),
    "approval.task-cancelled": Turn("task_id", "stop"),
    "approval.task-waived": Turn("task_id", "stop"),
    "approval.task-reopened": Turn("task_id", "reopen"),
    "approval.deemed-consent-voided": Turn("task_id", "reopen"),
    "approval.deemed-consent-overturned": Turn("task_id", "reopen"),
}

LIFECYCLE: Final[Mapping[str, str]] = {
    "approval.task-created": "schedule",
    "approval.task-ready": "assign",
    "approval.task-started": "start",
    "approval.task-returned": "reassign",
    "approval.task-cancelled": "withdraw",
    "approval.task-waived": "manualskip",
    "approval.task-deemed-consented": "autoskip",
    "approval.clock-suspended": "suspend",
    "approval.clock-resumed": "resume",
    "intake.case-suspended": "suspend",
    "intake.case-resumed": "resume",
    "intake.case-withdrawn": "withdraw",
    "intake.case-abandoned": "pi_abort",
    "intake.case-voided": "pi_abort",
}
"""Transitions of the standard lifecycle model of XES; everything else is `complete`."""
