"""What is counted of fees, agency, village certificates, ratings and the hotline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from services.chassis.events import Event
from services.chassis.projection import Change, Statement
from services.disclosure.messages import happened as said_of
from services.disclosure.projections.happening_rows import (
    INTO,
    PLACE,
    place,
    row,
    take_back,
)
from services.kernel.times import SHANGHAI

# ruff: noqa: S608 - every text below is written here; what an event says is a parameter.


def _fee_paid(event: Event) -> Iterable[Change]:
    said = event.read(said_of.FeePaid)
    return (
        row(
            event,
            "fee",
            said.order_no,
            said.paid_at,
            amount=said.amount_fen,
            item=said.item_code,
            channel=said.channel,
            mark="online" if said.online else "counter",
            who=f"{said.item_code}/{said.fee}",
            case_no=said.project_no,
        ),
    )


_REFUND: Final = (
    f"{INTO} SELECT {PLACE}, 'fee', %s::text, %s::timestamptz, %s::int, NULL,"
    " coalesce(p.region, %s::text), coalesce(p.department, %s::text), p.item, p.channel,"
    " coalesce(p.mark, ''), p.who, %s::text, %s::bigint"
    " FROM (SELECT) AS one LEFT JOIN (SELECT * FROM happenings"
    " WHERE kind = 'fee' AND thing = %s::text AND amount > 0 ORDER BY id LIMIT 1) AS p ON true"
)


def _fee_refunded(event: Event) -> Iterable[Change]:
    """Money went back, when it did: what was collected by then stays collected."""
    said = event.read(said_of.FeeRefunded)
    at = event.body.occurred_at.astimezone(SHANGHAI)
    body = event.body
    return (
        Statement(
            _REFUND,
            (
                *(*place(event), said.order_no, at, at.year * 12 + at.month - 1),
                *(body.region, body.department, said.project_no, -said.amount_fen, said.order_no),
            ),
        ),
    )


def _appointed(event: Event) -> Iterable[Change]:
    """Not counted: it tells whose agency it is, for when it is completed."""
    said = event.read(said_of.AgentAppointed)
    case = said.project_nos[0] if said.project_nos else None
    who = said.account or said.agency_no
    return (row(event, "mandate", said.agency_no, said.appointed_at, who=who, case_no=case),)


_COMPLETED: Final = (
    f"{INTO} SELECT {PLACE}, 'agency', %s::text, %s::timestamptz, %s::int, NULL, %s::text,"
    " %s::text, NULL, NULL, '', coalesce(m.who, %s::text), m.case_no, 1 FROM (SELECT) AS one"
    " LEFT JOIN (SELECT * FROM happenings WHERE kind = 'mandate' AND thing = %s::text LIMIT 1)"
    " AS m ON true"
)


def _agency(event: Event) -> Iterable[Change]:
    said = event.read(said_of.AgencyCompleted)
    at = said.completed_at.astimezone(SHANGHAI)
    no, body = said.agency_no, event.body
    return (
        Statement(
            _COMPLETED,
            (
                *(*place(event), no, said.completed_at, at.year * 12 + at.month - 1),
                *(body.region, body.department, no, no),
            ),
        ),
    )


def _village(event: Event) -> Iterable[Change]:
    said = event.read(said_of.VillageCertificate)
    issued = said.issued_at is not None
    return (
        row(
            event,
            "village_certificate" if issued else "village_request",
            said.request_no,
            said.issued_at or said.requested_at,
            region=said.village,
            department=said.township,
            channel=said.channel,
            mark=said.kind,
        ),
    )


def _rating(kind: str) -> Callable[[Event], Iterable[Change]]:
    def shown(event: Event) -> Iterable[Change]:
        said = event.read(said_of.Rated)
        return (
            row(
                event,
                kind,
                f"{said.project_no}/{said.stage}",
                said.submitted_at or said.completed_at,
                channel=said.channel,
                mark=str(said.level or ""),
                case_no=said.project_no,
            ),
        )

    return shown


def _excluded(event: Event) -> Iterable[Change]:
    """A mistaken or malicious rating never was one."""
    said = event.read(said_of.Rated)
    kinds = ("rating", "bad_review", "rectified")
    return (take_back(event, kinds, f"{said.project_no}/{said.stage}"),)


def _ticket(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Ticket)
    case = said.project_no
    if said.received_at is not None:
        no, at = said.ticket_no, said.received_at
        return (row(event, "ticket", no, at, channel=said.channel, case_no=case),)
    if said.replied_at is not None:
        mark = "on_time" if said.on_time else "late"
        no, at = said.ticket_no, said.replied_at
        return (row(event, "ticket_replied", no, at, department=said.unit, mark=mark),)
    unit = said.lead_unit
    return (row(event, "ticket_overdue", said.ticket_no, said.due_at, department=unit),)


def _first_contact(event: Event) -> Iterable[Change]:
    said = event.read(said_of.FirstContact)
    return (row(event, "enquiry", said.enquiry_no, said.assigned_at, department=said.unit or ""),)


SHOWN: Final[Mapping[str, Callable[[Event], Iterable[Change]]]] = {
    "intake.agency-completed.v1": _agency,
    "intake.agent-appointed.v1": _appointed,
    "intake.bad-review-excluded.v1": _excluded,
    "intake.bad-review-opened.v1": _rating("bad_review"),
    "intake.evaluation-submitted.v1": _rating("rating"),
    "intake.fee-paid.v1": _fee_paid,
    "intake.fee-refunded.v1": _fee_refunded,
    "intake.first-contact-assigned.v1": _first_contact,
    "intake.rectification-completed.v1": _rating("rectified"),
    "intake.ticket-received.v1": _ticket,
    "intake.ticket-replied.v1": _ticket,
    "intake.ticket-supervised.v1": _ticket,
    "intake.village-certificate-issued.v1": _village,
    "intake.village-certificate-requested.v1": _village,
}
